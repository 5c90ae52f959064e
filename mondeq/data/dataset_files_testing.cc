#include "mondeq/data/dataset_files_testing.h"

#include <map>

namespace mondeq {
namespace {

std::map<std::string, DatasetFilesWriter>& Writers() {
  static auto* writers = new std::map<std::string, DatasetFilesWriter>;
  return *writers;
}

}  // namespace

bool AddDatasetFiles(const std::string& plugin, DatasetFilesWriter writer) {
  return Writers().emplace(plugin, writer).second;
}

void WriteDatasetFiles(const std::string& plugin, const std::string& data_dir) {
  const auto writer = Writers().find(plugin);
  if (writer != Writers().end()) writer->second(data_dir);
}

}  // namespace mondeq
