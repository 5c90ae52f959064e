// Small files for the data sets of this folder. The conformance suite takes them from here.
#ifndef MONDEQ_DATA_PLUGIN_FILES_TESTING_H_
#define MONDEQ_DATA_PLUGIN_FILES_TESTING_H_

#include <string>

namespace mondeq {

// Writes a file, and the folder that it is in.
void WriteInFolder(const std::string& path, const std::string& bytes);

// 30 training images and 20 test images, the former packed, into a folder that is made.
void WriteMnist(const std::string& folder);

}  // namespace mondeq

#endif  // MONDEQ_DATA_PLUGIN_FILES_TESTING_H_
