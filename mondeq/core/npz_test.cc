#include "mondeq/core/npz.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "mondeq/core/zip_testing.h"

namespace mondeq {
namespace {

// The header of an .npy file, without spaces at its end, and the elements.
std::pair<std::string, std::string> Parts(const std::string& npy) {
  EXPECT_EQ(npy.substr(0, 8), std::string("\x93NUMPY\1\0", 8));
  const std::size_t length =
      static_cast<unsigned char>(npy[8]) + std::size_t{256} * static_cast<unsigned char>(npy[9]);
  EXPECT_EQ((10 + length) % 64, 0u);
  const std::string header = npy.substr(10, length);
  EXPECT_EQ(header.back(), '\n');
  return {header.substr(0, header.find_last_not_of(" \n") + 1), npy.substr(10 + length)};
}

TEST(NpzTest, HoldsEveryArray) {
  Safetensors file;
  std::map<std::string, std::string> headers;
  const auto add = [&](const std::string& name, const HostArray& array, const std::string& descr,
                       const std::string& shape) {
    file.arrays[name] = array;
    headers[name] =
        absl::StrCat("{'descr': '", descr, "', 'fortran_order': False, 'shape': (", shape, "), }");
  };
  add("operator.A", HostArray::From<float>({2, 3}, {1, -2, 3, 4, 5.5f, 1e-30f}), "<f4", "2, 3");
  add("wide", HostArray::From<double>({1}, {0.1}), "<f8", "1,");
  add("bytes", HostArray::From<std::uint8_t>({3}, {0, 128, 255}), "|u1", "3,");
  add("counts", HostArray::From<std::int32_t>({1, 2}, {-7, 7}), "<i4", "1, 2");
  add("scalar", HostArray::From<std::int64_t>({}, {-(std::int64_t{1} << 40)}), "<i8", "");
  const std::map<std::string, std::string> files = FilesInZip(SerializeNpz(file).value());
  EXPECT_EQ(files.size(), file.arrays.size());
  for (const auto& [name, array] : file.arrays) {
    ASSERT_EQ(files.count(name + ".npy"), 1u) << name;
    const auto [header, elements] = Parts(files.at(name + ".npy"));
    EXPECT_EQ(header, headers[name]);
    EXPECT_EQ(elements, array.bytes) << name;
  }
}

// As numpy.save(file, numpy.array(TEXT)) has it; NumPy makes '' of a character of zeros.
TEST(NpzTest, MetadataAreTexts) {
  Safetensors file;
  file.metadata = {{"config", "\xc3\xa9\xf0\x9f\x98\x80\n"}, {"nothing", ""}};
  const std::map<std::string, std::string> files = FilesInZip(SerializeNpz(file).value());
  ASSERT_EQ(files.size(), 2u);
  const auto header = [](const std::string& descr) {
    return absl::StrCat("{'descr': '", descr, "', 'fortran_order': False, 'shape': (), }");
  };
  EXPECT_EQ(Parts(files.at("metadata.config.npy")),
            std::make_pair(header("<U3"), std::string("\xe9\0\0\0\0\xf6\1\0\n\0\0\0", 12)));
  EXPECT_EQ(Parts(files.at("metadata.nothing.npy")),
            std::make_pair(header("<U1"), std::string(4, '\0')));
}

}  // namespace
}  // namespace mondeq
