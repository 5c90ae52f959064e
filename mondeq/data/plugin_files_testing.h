// Small files for the data sets of this folder. The conformance suite takes them from here.
#ifndef MONDEQ_DATA_PLUGIN_FILES_TESTING_H_
#define MONDEQ_DATA_PLUGIN_FILES_TESTING_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "mondeq/data/dataset.h"

namespace mondeq {

// Writes `bytes` into a file, and creates the folder that it is in.
void WriteInFolder(const std::string& path, const std::string& bytes);

// The data set of that text, "[mondeq.csv] { shape: 2 classes: 3 }", with files in data_dir.
// Errors: those of ParseConfig and of the registry.
absl::StatusOr<std::unique_ptr<Dataset>> MakeDataset(const std::string& text,
                                                     const std::string& data_dir);

// Writes 30 training images, packed with gzip, and 20 test images, which are not, into `folder`,
// which is created.
void WriteMnist(const std::string& folder);

}  // namespace mondeq

#endif  // MONDEQ_DATA_PLUGIN_FILES_TESTING_H_
