// The example configs of a folder's plugins, for the conformance suites, which run over all that
// are registered.
#ifndef MONDEQ_TESTING_EXAMPLES_H_
#define MONDEQ_TESTING_EXAMPLES_H_

#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>
#include <vector>

#include "google/protobuf/message.h"
#include "mondeq/core/config_source.h"
#include "mondeq/device/tensor.h"

namespace mondeq {

// The short name of the plugin that a slot holds: "relu".
inline std::string PluginName(const google::protobuf::Message& slot) {
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  slot.GetReflection()->ListFields(slot, &fields);
  for (const auto* set : fields) {
    if (set->is_extension()) return set->name();
  }
  return "";
}

// Reads a file of examples (a message with one repeated field `example`), or ends the test program.
template <class Examples>
auto LoadExamples(const std::string& path) {
  Examples examples;
  ConfigSource source;
  const absl::Status status = LoadConfig(path, {}, &examples, &source);
  if (!status.ok()) {
    std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
    std::abort();
  }
  return std::vector<std::decay_t<decltype(examples.example(0))>>(examples.example().begin(),
                                                                  examples.example().end());
}

// One example in one floating-point type: what a suite is instantiated over.
template <class Slot>
struct ExampleCase {
  std::string name;  // "relu_0_float32"
  Slot slot;
  DType dtype;
};

template <class Examples>
auto ExampleCases(const std::string& path) {
  const auto slots = LoadExamples<Examples>(path);
  std::vector<ExampleCase<std::decay_t<decltype(slots[0])>>> cases;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    for (DType dtype : {DType::kFloat32, DType::kFloat64}) {
      const std::string name =
          PluginName(slots[i]) + "_" + std::to_string(i) + "_" + ToString(dtype);
      cases.push_back({name, slots[i], dtype});
    }
  }
  return cases;
}

// The names of the plugins that have an example.
template <class Examples>
std::set<std::string> ExampleNames(const std::string& path) {
  std::set<std::string> names;
  for (const auto& slot : LoadExamples<Examples>(path)) names.insert(PluginName(slot));
  return names;
}

// For INSTANTIATE_TEST_SUITE_P.
struct CaseName {
  template <class ParamInfo>
  std::string operator()(const ParamInfo& info) const {
    return info.param.name;
  }
};

}  // namespace mondeq

#endif  // MONDEQ_TESTING_EXAMPLES_H_
