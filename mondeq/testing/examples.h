// The examples of a kind of plugin: configs that its conformance suite runs over.
//
// They are a textproto of the kind's message of examples, which has one repeated field `example` of
// the slot. For the kind "nonlinearity" the environment variable MONDEQ_NONLINEARITY_EXAMPLES names
// the file; where it is not set, the file is nonlinearity_examples.textproto beside the slot's
// .proto in mondeq, which serves suites of this repository and suites elsewhere that also need
// plugins of other kinds. Paths are relative to the directory that tests run in.
#ifndef MONDEQ_TESTING_EXAMPLES_H_
#define MONDEQ_TESTING_EXAMPLES_H_

#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "google/protobuf/message.h"
#include "mondeq/device/tensor.h"

namespace mondeq {

// The short name of the plugin that a slot holds: "relu".
std::string PluginName(const google::protobuf::Message& slot);

// Reads the examples of the kind whose slot is `slot`, or ends the test program.
void ReadExamples(const google::protobuf::Descriptor& slot, google::protobuf::Message* examples);

// The examples of a kind, by its message of examples: LoadExamples<NonlinearityExamples>().
template <class Examples>
auto LoadExamples() {
  using Slot = std::decay_t<decltype(std::declval<Examples>().example(0))>;
  Examples examples;
  ReadExamples(*Slot::descriptor(), &examples);
  return std::vector<Slot>(examples.example().begin(), examples.example().end());
}

// What a suite is instantiated over where floating-point types make no difference.
template <class Slot>
struct Example {
  std::string name;  // "relu_0"
  Slot slot;
};

// One example in one floating-point type: what any other suite is instantiated over.
template <class Slot>
struct ExampleCase {
  std::string name;  // "relu_0_float32"
  Slot slot;
  DType dtype;
};

// GoogleTest prints examples with these.
template <class Slot>
std::ostream& operator<<(std::ostream& out, const Example<Slot>& example) {
  return out << example.name << ": " << example.slot.ShortDebugString();
}
template <class Slot>
std::ostream& operator<<(std::ostream& out, const ExampleCase<Slot>& example) {
  return out << example.name << ": " << example.slot.ShortDebugString();
}

// Returns the examples of a kind with their names.
template <class Examples>
auto NamedExamples() {
  const auto slots = LoadExamples<Examples>();
  std::vector<Example<std::decay_t<decltype(slots[0])>>> examples;
  for (const auto& slot : slots) {
    examples.push_back({PluginName(slot) + "_" + std::to_string(examples.size()), slot});
  }
  return examples;
}

// Returns every example of a kind in float32 and in float64.
template <class Examples>
auto ExampleCases() {
  const auto examples = NamedExamples<Examples>();
  std::vector<ExampleCase<std::decay_t<decltype(examples[0].slot)>>> cases;
  for (const auto& example : examples) {
    for (DType dtype : {DType::kFloat32, DType::kFloat64}) {
      cases.push_back({example.name + "_" + ToString(dtype), example.slot, dtype});
    }
  }
  return cases;
}

// The names of the plugins that have an example.
template <class Examples>
std::set<std::string> ExampleNames() {
  std::set<std::string> names;
  for (const auto& slot : LoadExamples<Examples>()) names.insert(PluginName(slot));
  return names;
}

// Names the cases of a suite, for INSTANTIATE_TEST_SUITE_P.
struct CaseName {
  template <class ParamInfo>
  std::string operator()(const ParamInfo& info) const {
    return info.param.name;
  }
};

}  // namespace mondeq

#endif  // MONDEQ_TESTING_EXAMPLES_H_
