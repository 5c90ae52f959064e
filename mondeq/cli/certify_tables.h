// What `mondeq certify` prints and writes.
#ifndef MONDEQ_CLI_CERTIFY_TABLES_H_
#define MONDEQ_CLI_CERTIFY_TABLES_H_

#include <string>
#include <vector>

#include "mondeq/certificates/accuracy.h"
#include "mondeq/certificates/constants.h"
#include "mondeq/certificates/rounded_weights.h"
#include "mondeq/certificates/sensitivity.h"
#include "mondeq/model/model.h"

namespace mondeq {

// samples.csv, accuracy.csv, accuracy.svg and constants.csv. A number that is not known is left
// out.
std::string SamplesCsv(const std::vector<CertifiedBatch>& batches);
std::string AccuracyCsv(const std::vector<CertifiedAccuracy>& rows);
std::string AccuracyChart(const std::vector<CertifiedAccuracy>& rows, const std::string& title);
std::string ConstantsCsv(const Constants& constants);
// bits.csv: a row for every number of bits and sample.
std::string BitsCsv(const std::vector<RoundedWeights>& rounded);

// What is printed of all that.
std::string Summary(const Constants& constants, const Sensitivity& sensitivity,
                    const std::vector<CertifiedBatch>& batches, const Model& model);
// A line for every number of bits.
std::string BitsTable(const std::vector<RoundedWeights>& rounded);

}  // namespace mondeq

#endif  // MONDEQ_CLI_CERTIFY_TABLES_H_
