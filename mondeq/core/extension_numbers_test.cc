#include "mondeq/core/extension_numbers.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mondeq {
namespace {

using ::google::protobuf::FileDescriptorProto;

FileDescriptorProto Plugin(const std::string& package, const std::string& name, int number,
                           const std::string& slot = "NonlinearityConfig") {
  FileDescriptorProto file;
  file.set_name(package + "/" + name + ".proto");
  file.set_package(package);
  auto* extension = file.add_extension();
  extension->set_name(name);
  extension->set_extendee(".mondeq." + slot);
  extension->set_number(number);
  return file;
}

std::string Faults(const std::vector<FileDescriptorProto>& files) {
  return std::string(CheckExtensionNumbers(files).message());
}

TEST(ExtensionNumbersTest, DifferentNumbersInTheirRangesAreGood) {
  EXPECT_TRUE(CheckExtensionNumbers({}).ok());
  EXPECT_TRUE(CheckExtensionNumbers({Plugin("mondeq", "relu", 100), Plugin("mondeq", "elu", 999),
                                     Plugin("example", "softsign", 1000),
                                     Plugin("mondeq", "dense", 100, "OperatorConfig")})
                  .ok());
}

TEST(ExtensionNumbersTest, OneFileMayComeTwice) {
  EXPECT_TRUE(
      CheckExtensionNumbers({Plugin("mondeq", "relu", 100), Plugin("mondeq", "relu", 100)}).ok());
}

TEST(ExtensionNumbersTest, ACollisionNamesBothAndAFreeNumber) {
  EXPECT_EQ(
      Faults({Plugin("mondeq", "relu", 100), Plugin("mondeq", "elu", 101),
              Plugin("mondeq", "hardsigmoid", 101)}),
      "mondeq/hardsigmoid.proto: [mondeq.hardsigmoid]: expected a number of its own among the "
      "plugins of mondeq.NonlinearityConfig from 100 to 999, such as 102; found 101, the "
      "number of [mondeq.elu] in mondeq/elu.proto");
  EXPECT_THAT(Faults({Plugin("one", "softsign", 1000), Plugin("other", "softclip", 1000)}),
              testing::AllOf(testing::HasSubstr("[other.softclip]"),
                             testing::HasSubstr("from 1000 on, such as 1001; found 1000")));
}

TEST(ExtensionNumbersTest, RangesAreKept) {
  EXPECT_THAT(Faults({Plugin("example", "softsign", 110)}),
              testing::EndsWith("from 1000 on, such as 1000; found 110"));
  EXPECT_THAT(Faults({Plugin("mondeq", "relu", 1000)}),
              testing::EndsWith("from 100 to 999, such as 100; found 1000"));
}

TEST(ExtensionNumbersTest, OptionsOfASchemaAreNoPlugins) {
  FileDescriptorProto file = Plugin("example", "field", 51000);
  file.mutable_extension(0)->set_extendee(".google.protobuf.FieldOptions");
  FileDescriptorProto other = Plugin("other", "field", 51000);
  other.mutable_extension(0)->set_extendee(".google.protobuf.FieldOptions");
  EXPECT_TRUE(CheckExtensionNumbers({file, other}).ok());
}

}  // namespace
}  // namespace mondeq
