// Writers of the files that data sets read, which the conformance suite of data sets calls.
#ifndef MONDEQ_DATA_DATASET_FILES_TESTING_H_
#define MONDEQ_DATA_DATASET_FILES_TESTING_H_

#include <string>

namespace mondeq {

// Writes small files, with every label in both splits, below a folder that may not exist yet.
using DatasetFilesWriter = void (*)(const std::string& data_dir);

// Makes `writer` the writer of the data set `plugin`. It is called at namespace scope in a testonly
// library that is linked whole:
//   [[maybe_unused]] const bool added = AddDatasetFiles("mnist", WriteMnist);
bool AddDatasetFiles(const std::string& plugin, DatasetFilesWriter writer);

// Calls the writer of the data set `plugin`; one that reads no files has none.
void WriteDatasetFiles(const std::string& plugin, const std::string& data_dir);

}  // namespace mondeq

#endif  // MONDEQ_DATA_DATASET_FILES_TESTING_H_
