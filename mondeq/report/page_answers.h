// What a page tells of a model's answers.
#ifndef MONDEQ_REPORT_PAGE_ANSWERS_H_
#define MONDEQ_REPORT_PAGE_ANSWERS_H_

#include <string>

#include "mondeq/report/reported_run.h"

namespace mondeq {

// Accuracy with its interval, calibration, certified errors, the confusion matrix, or of many
// classes the mistakes that were made most often, and the samples of the largest losses, with their
// images where they are given.
std::string AnswersSection(const ReportedAnswers& answers);

}  // namespace mondeq

#endif  // MONDEQ_REPORT_PAGE_ANSWERS_H_
