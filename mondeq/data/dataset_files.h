// What writes the files that data sets read, for their conformance suite.
#ifndef MONDEQ_DATA_DATASET_FILES_H_
#define MONDEQ_DATA_DATASET_FILES_H_

#include <string>

namespace mondeq {

// Writes files below a folder that may not exist yet: small ones, with every label in both splits.
using DatasetFilesWriter = void (*)(const std::string& data_dir);

// Makes `writer` the one of the data set `plugin`. Called at namespace scope in a testonly library
// that is linked whole:
//   [[maybe_unused]] const bool added = AddDatasetFiles("mnist", WriteMnist);
bool AddDatasetFiles(const std::string& plugin, DatasetFilesWriter writer);

// Writes the files of a data set, if it reads any.
void WriteDatasetFiles(const std::string& plugin, const std::string& data_dir);

}  // namespace mondeq

#endif  // MONDEQ_DATA_DATASET_FILES_H_
