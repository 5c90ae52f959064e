// Every call on a CountingDevice or its toruses reaches the same method of what it wraps, with the
// same arguments and nothing besides, and gives its result.
#include <cstddef>
#include <cstring>
#include <functional>
#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/device/counting/counting_device.h"
#include "mondeq/device/counting/recording_device_testing.h"
#include "mondeq/device/host_memory.h"

namespace mondeq {
namespace {

using testing::ElementsAre;
using testing::StartsWith;

constexpr Transpose kNo = Transpose::kNo, kYes = Transpose::kYes;

class NoMap final : public BlockMap {
 public:
  void operator()(const Block&) const override {}
};

// A method by its name, and a call of it that tells the result, where there is one.
template <class Callee>
struct Call {
  const char* name;
  std::function<std::string(Callee&)> call;
};

template <class Callee>
Call<Callee> Procedure(const char* name, std::function<void(Callee&)> call) {
  return {name, [call](Callee& callee) {
            call(callee);
            return std::string();
          }};
}
template <class Callee, class F>
Call<Callee> Number(const char* name, F f) {
  return {name, [f](Callee& callee) { return absl::StrCat(f(callee)); }};
}

// How many virtual functions a class has, its destructor's two entries left out: a pointer to a
// virtual function holds the function's place in the table of a class, and that of a function which
// a derived class adds is the next free one.
template <class Base>
std::size_t VirtualFunctions() {
  struct Derived : Base {
    using Base::Base;
    virtual void Next() {}
  };
  constexpr std::size_t kOfDestructor = 2;
  void (Derived::*next)() = &Derived::Next;
  std::size_t parts[2];
  static_assert(sizeof(parts) == sizeof(next), "pointers to members are those of the Itanium ABI");
  std::memcpy(parts, &next, sizeof(parts));
  return parts[0] / sizeof(void*) - kOfDestructor;
}

class ForwardingTest : public testing::Test {
 protected:
  template <class Callee>
  void ExpectForwarded(const std::vector<Call<Callee>>& calls, Callee& recording, Callee& wrapper) {
    std::set<std::string> names;
    for (const Call<Callee>& call : calls) {
      log_.Take();
      const std::string result = call.call(recording);
      const std::vector<std::string> direct = log_.Take();
      EXPECT_THAT(direct, ElementsAre(StartsWith(absl::StrCat(call.name, "("))));
      EXPECT_EQ(call.call(wrapper), result) << call.name;
      EXPECT_EQ(log_.Take(), direct);
      names.insert(call.name);
    }
    EXPECT_EQ(names.size(), VirtualFunctions<Callee>()) << "a method is not called here";
  }

  CallLog log_;
  RecordingDevice recording_{&log_};
  CountingDevice counting_{&recording_};
  // Different from each other, for methods of two tensors and more.
  Tensor a_ = AllocateHost(DType::kFloat32, {4, 4}), b_ = AllocateHost(DType::kFloat32, {4, 4}),
         c_ = AllocateHost(DType::kFloat32, {4, 4});
  NoMap map_;
};

TEST_F(ForwardingTest, Device) {
  using D = Device;
  const auto procedure = Procedure<Device>;
  std::vector<double> sums;
  std::vector<std::vector<double>> runs;
  float host[16];
  ExpectForwarded<Device>(
      {
          Number<D>("MakeTorus", [](D& d) { return d.MakeTorus(4, 6)->columns(); }),
          {"Describe", [](D& d) { return d.Describe(); }},
          Number<D>("stream", [](D& d) { return reinterpret_cast<std::uintptr_t>(d.stream()); }),
          {"status", [](D& d) { return d.status().ToString(); }},
          {"memory",
           [](D& d) {
             const DeviceMemory memory = d.memory();
             return absl::StrCat(memory.total, " ", memory.free, " ", memory.peak);
           }},
          Number<D>("MakePlan", [](D& d) { return d.MakePlan() != nullptr; }),
          {"Allocate",
           [](D& d) {
             return d.Allocate(DType::kFloat64, {2, 3}).shape().ToString();
           }},
          procedure("CopyFromHost", [&](D& d) { d.CopyFromHost(host, a_); }),
          procedure("CopyToHost", [&](D& d) { d.CopyToHost(a_, host); }),
          procedure("Copy", [&](D& d) { d.Copy(a_, b_); }),
          procedure("Fill", [&](D& d) { d.Fill(3, a_); }),
          procedure("Axpby", [&](D& d) { d.Axpby(2, a_, 3, b_); }),
          procedure("MatMul", [&](D& d) { d.MatMul(2, a_, kNo, b_, kYes, 3, c_); }),
          procedure("BatchedMatMul", [&](D& d) { d.BatchedMatMul(2, a_, kYes, b_, kNo, 3, c_); }),
          procedure("Inverse", [&](D& d) { d.Inverse(a_, b_); }),
          procedure("MultiplyThenMap", [&](D& d) { d.MultiplyThenMap(a_, kYes, b_, map_); }),
          procedure("Map", [&](D& d) { d.Map(a_, map_); }),
          Number<D>("Slots", [](D& d) { return d.Slots(9); }),
          procedure("AddToRows", [&](D& d) { d.AddToRows(a_, b_); }),
          procedure("SumRows", [&](D& d) { d.SumRows(a_, 2, b_); }),
          procedure("SumColumns", [&](D& d) { d.SumColumns(a_, &sums); }),
          procedure("SumColumnsOf",
                    [&](D& d) {
                      d.SumColumnsOf(a_, {1, 4}, &runs);
                    }),
          procedure("SquareColumns", [&](D& d) { d.SquareColumns(a_, &sums); }),
          Number<D>("Dot", [&](D& d) { return d.Dot(a_, b_); }),
          procedure("AllowTf32", [](D& d) { d.AllowTf32(true); }),
          Number<D>("iterations_per_check", [](D& d) { return d.iterations_per_check(); }),
          Number<D>("longest_sum", [](D& d) { return d.longest_sum(9); }),
          Number<D>("strip", [](D& d) { return d.strip(); }),
          Number<D>("ParallelFor",
                    [](D& d) {
                      Index last = 0;
                      d.ParallelFor(9, 2, [&](Index, Index end) { last = end; });
                      return last;
                    }),
      },
      recording_, counting_);
}

TEST_F(ForwardingTest, Torus) {
  using T = Torus;
  const auto procedure = Procedure<Torus>;
  const std::unique_ptr<Torus> wrapper = counting_.MakeTorus(4, 6);
  const std::unique_ptr<Torus> recording = recording_.MakeTorus(4, 6);
  ExpectForwarded<Torus>(
      {
          Number<T>("Half", [](T& t) { return t.Half().columns(); }),
          {"SpectrumShape", [](T& t) { return t.SpectrumShape(2, 3).ToString(); }},
          {"MatricesShape", [](T& t) { return t.MatricesShape(2, 3).ToString(); }},
          {"SampledShape", [](T& t) { return t.SampledShape(2, 3).ToString(); }},
          {"BlocksShape", [](T& t) { return t.BlocksShape(2).ToString(); }},
          procedure("Transform", [&](T& t) { t.Transform(a_, 2, b_); }),
          procedure("Invert", [&](T& t) { t.Invert(a_, 2, b_); }),
          procedure("Map", [&](T& t) { t.Map(a_, 2, 3, map_); }),
          Number<T>("Slots", [](T& t) { return t.Slots(9); }),
          procedure("Multiply", [&](T& t) { t.Multiply(2, a_, 3, 4, kYes, b_, 5, 6, c_); }),
          procedure("MultiplyThenMap", [&](T& t) { t.MultiplyThenMap(a_, 2, kYes, b_, 3, map_); }),
          procedure("MultiplyDown", [&](T& t) { t.MultiplyDown(a_, 2, 3, b_, 4, c_); }),
          procedure("MultiplyUp", [&](T& t) { t.MultiplyUp(2, a_, 3, 4, b_, 5, c_); }),
          procedure("MultiplyBlocks",
                    [&](T& t) { t.MultiplyBlocks(2, a_, 3, kYes, b_, 4, 5, c_); }),
          Number<T>("MakesParts", [](T& t) { return t.MakesParts(); }),
          procedure("KernelMatrices",
                    [&](T& t) {
                      t.KernelMatrices(a_, {2, 3}, b_);
                    }),
          procedure("SampledMatrices", [&](T& t) { t.SampledMatrices(a_, b_); }),
          procedure("InvertMatrices",
                    [&](T& t) {
                      t.InvertMatrices(2, 3, 4, {5, 6}, a_);
                    }),
          procedure("MakeBlocks",
                    [&](T& t) {
                      t.MakeBlocks(a_, 2, 3, b_, 4, true, 5, 6, {7, 8}, c_);
                    }),
          Number<T>("Norm", [&](T& t) { return t.Norm(a_, 2, 3); }),
          procedure("Correlate", [&](T& t) { t.Correlate(2, true, a_, 3, b_, 4, 5, 6, c_); }),
      },
      *recording, *wrapper);
}

TEST_F(ForwardingTest, HalfTorus) {
  const std::unique_ptr<Torus> torus = counting_.MakeTorus(4, 6);
  log_.Take();
  torus->Half().Slots(9);
  torus->Half().Slots(7);
  EXPECT_THAT(log_.Take(), ElementsAre("Half()", "half Slots(9 )", "half Slots(7 )"));
}

}  // namespace
}  // namespace mondeq
