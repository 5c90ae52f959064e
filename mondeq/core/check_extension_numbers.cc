// check_extension_numbers OUTPUT FILE...: checks the plugins in files of descriptors
// (FileDescriptorSet) and makes an empty OUTPUT, for tools/extension_numbers.bzl.
#include <cstdio>
#include <fstream>
#include <vector>

#include "google/protobuf/descriptor.pb.h"
#include "mondeq/core/extension_numbers.h"

int main(int argc, char** argv) {
  std::vector<google::protobuf::FileDescriptorProto> files;
  for (int i = 2; i < argc; ++i) {
    google::protobuf::FileDescriptorSet set;
    std::ifstream in(argv[i], std::ios::binary);
    if (!in || !set.ParseFromIstream(&in)) {
      std::fprintf(stderr, "%s: expected descriptors of protobuf\n", argv[i]);
      return 1;
    }
    files.insert(files.end(), set.file().begin(), set.file().end());
  }
  const absl::Status status = mondeq::CheckExtensionNumbers(files);
  if (!status.ok()) {
    std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
    return 1;
  }
  return argc > 1 && std::ofstream(argv[1]).good() ? 0 : 1;
}
