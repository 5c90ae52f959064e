// The samples that a run is of, as its checkpoint remembers them: no run goes on with others. Where
// they lie is told, but does not matter.
#ifndef MONDEQ_TRAINING_RUN_DATA_H_
#define MONDEQ_TRAINING_RUN_DATA_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/types/optional.h"
#include "mondeq/data/dataset.h"

namespace mondeq {

struct RunData {
  struct Part {
    // Count, shape, classes and checksums of pixels or values and of labels, in words.
    std::string samples;
    // The folder they were read from; empty for samples that are made.
    std::string folder;
  };
  Part train, test;
  // The samples that are held back from training, where there are any.
  absl::optional<Part> validation = absl::nullopt;
};

// Both take time linear in the samples' bytes. `validation` may be null.
RunData::Part DescribeSamples(const Samples& samples);
RunData DescribeData(const Samples& train, const Samples& test, const Samples* validation);

// Writes them into the metadata of a checkpoint.
void PutData(const RunData& data, std::map<std::string, std::string>* metadata);

// Checks that `data` is what the metadata of the checkpoint `path` tell; earlier versions wrote
// nothing about it, and such a checkpoint is of any data. Errors: kInvalidArgument, naming both
// folders.
absl::Status CheckSameData(const std::string& path,
                           const std::map<std::string, std::string>& metadata, const RunData& data);

}  // namespace mondeq

#endif  // MONDEQ_TRAINING_RUN_DATA_H_
