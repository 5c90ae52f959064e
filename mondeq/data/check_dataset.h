// What a data set plugin says and returns is checked here, once for all of them, before anything
// relies on it.
#ifndef MONDEQ_DATA_CHECK_DATASET_H_
#define MONDEQ_DATA_CHECK_DATASET_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mondeq/core/config_source.h"
#include "mondeq/data/dataset.h"

namespace mondeq {

// What is wrong with the numbers of a normalisation, or "": "stddev: expected ...".
std::string WrongNormalization(const Normalization& normalization);

// Makes the data set that `config` names. Errors: those of the registry; kDataLoss, naming the
// plugin, if its shape, classes or normalisation cannot be meant.
absl::StatusOr<std::unique_ptr<Dataset>> CreateDataset(const DatasetConfig& config,
                                                       const ConfigSource& source,
                                                       const Dataset::Context& context);

// Loads a split. Errors: those of Dataset::Load; kDataLoss, naming the plugin that `config` names,
// if the samples are not of the shape and the classes that the data set tells, if pixels or
// values, labels and samples are not equally many, if a value is not finite, or if a label is not
// that of a class.
absl::StatusOr<Samples> LoadSamples(const DatasetConfig& config, const Dataset& dataset,
                                    Split split);

}  // namespace mondeq

#endif  // MONDEQ_DATA_CHECK_DATASET_H_
