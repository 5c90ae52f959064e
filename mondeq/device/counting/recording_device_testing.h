// A device and its toruses that compute nothing and write down every call with its arguments, for
// tests of devices that wrap another one.
#ifndef MONDEQ_DEVICE_COUNTING_RECORDING_DEVICE_TESTING_H_
#define MONDEQ_DEVICE_COUNTING_RECORDING_DEVICE_TESTING_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "mondeq/device/device.h"

namespace mondeq {

// Calls as text: "Slots(7)". Tensors, maps and results are the addresses of their memory.
class CallLog {
 public:
  template <class... Arguments>
  void Add(const std::string& name, const Arguments&... arguments) {
    std::string call = name + "(";
    ((call += Text(arguments) + " "), ...);
    calls_.push_back(call + ")");
  }
  // The calls since the last Take.
  std::vector<std::string> Take() { return std::exchange(calls_, {}); }

 private:
  static std::string Text(bool x) { return x ? "true" : "false"; }
  static std::string Text(double x) { return absl::StrCat(x); }
  static std::string Text(Index x) { return absl::StrCat(x); }
  static std::string Text(DType x) { return ToString(x); }
  static std::string Text(Transpose x) { return x == Transpose::kYes ? "transposed" : "plain"; }
  static std::string Text(Part x) { return absl::StrCat("part ", x.index, " of ", x.count); }
  static std::string Text(const Shape& x) { return x.ToString(); }
  static std::string Text(const void* x) {
    return absl::StrCat(absl::Hex(reinterpret_cast<std::uintptr_t>(x)));
  }
  static std::string Text(const Tensor& x) { return Text(static_cast<const void*>(x.raw())); }
  static std::string Text(const BlockMap& x) { return Text(static_cast<const void*>(&x)); }
  static std::string Text(const std::vector<Index>& x) { return absl::StrCat(x.size(), x.back()); }

  std::vector<std::string> calls_;
};

class RecordingTorus final : public Torus {
 public:
  RecordingTorus(Index rows, Index columns, std::string prefix, CallLog* log)
      : Torus(rows, columns), prefix_(std::move(prefix)), log_(*log) {}

  // Its calls begin with "half ".
  Torus& Half() override {
    Log("Half");
    if (half_ == nullptr)
      half_ = std::make_unique<RecordingTorus>(rows() / 2, columns() / 2, "half ", &log_);
    return *half_;
  }
  Shape SpectrumShape(Index channels, Index batch) const override {
    Log("SpectrumShape", channels, batch);
    return {3, 1};
  }
  Shape MatricesShape(Index m, Index n) const override {
    Log("MatricesShape", m, n);
    return {3, 2};
  }
  Shape SampledShape(Index m, Index n) const override {
    Log("SampledShape", m, n);
    return {3, 3};
  }
  Shape BlocksShape(Index n) const override {
    Log("BlocksShape", n);
    return {3, 4};
  }
  void Transform(const Tensor& x, Index channels, const Tensor& spectrum) override {
    Log("Transform", x, channels, spectrum);
  }
  void Invert(const Tensor& spectrum, Index channels, const Tensor& x) override {
    Log("Invert", spectrum, channels, x);
  }
  void Map(const Tensor& spectrum, Index channels, Index batch, const BlockMap& map) override {
    Log("Map", spectrum, channels, batch, map);
  }
  Index Slots(Index channels) const override {
    Log("Slots", channels);
    return 8;
  }
  void Multiply(double alpha, const Tensor& matrices, Index m, Index n, Transpose adjoint,
                const Tensor& x, Index batch, double beta, const Tensor& y) override {
    Log("Multiply", alpha, matrices, m, n, adjoint, x, batch, beta, y);
  }
  void MultiplyThenMap(const Tensor& matrices, Index n, Transpose adjoint, const Tensor& x,
                       Index batch, const BlockMap& map) override {
    Log("MultiplyThenMap", matrices, n, adjoint, x, batch, map);
  }
  void MultiplyDown(const Tensor& sampled, Index m, Index n, const Tensor& x, Index batch,
                    const Tensor& y) override {
    Log("MultiplyDown", sampled, m, n, x, batch, y);
  }
  void MultiplyUp(double alpha, const Tensor& sampled, Index m, Index n, const Tensor& x,
                  Index batch, const Tensor& y) override {
    Log("MultiplyUp", alpha, sampled, m, n, x, batch, y);
  }
  void MultiplyBlocks(double alpha, const Tensor& blocks, Index n, Transpose adjoint,
                      const Tensor& x, Index batch, double beta, const Tensor& y) override {
    Log("MultiplyBlocks", alpha, blocks, n, adjoint, x, batch, beta, y);
  }
  bool MakesParts() const override {
    Log("MakesParts");
    return true;
  }
  void KernelMatrices(const Tensor& taps, Part part, const Tensor& matrices) override {
    Log("KernelMatrices", taps, part, matrices);
  }
  void SampledMatrices(const Tensor& taps, const Tensor& sampled) override {
    Log("SampledMatrices", taps, sampled);
  }
  void InvertMatrices(Index n, double factor, double identity, Part part,
                      const Tensor& matrices) override {
    Log("InvertMatrices", n, factor, identity, part, matrices);
  }
  void MakeBlocks(const Tensor& circular, Index n, double c, const Tensor& sampled, Index m,
                  bool invert, double factor, double identity, Part part,
                  const Tensor& blocks) override {
    Log("MakeBlocks", circular, n, c, sampled, m, invert, factor, identity, part, blocks);
  }
  double Norm(const Tensor& matrices, Index m, Index n) override {
    Log("Norm", matrices, m, n);
    return 1.25;
  }
  void Correlate(double alpha, bool sampled, const Tensor& u, Index m, const Tensor& z, Index n,
                 Index batch, double beta, const Tensor& taps) override {
    Log("Correlate", alpha, sampled, u, m, z, n, batch, beta, taps);
  }

 private:
  template <class... Arguments>
  void Log(const char* name, const Arguments&... arguments) const {
    log_.Add(prefix_ + name, arguments...);
  }

  std::string prefix_;
  CallLog& log_;
  std::unique_ptr<RecordingTorus> half_;
};

class RecordingDevice final : public Device {
 public:
  explicit RecordingDevice(CallLog* log) : log_(*log) {}

  std::unique_ptr<Torus> MakeTorus(Index rows, Index columns) override {
    log_.Add("MakeTorus", rows, columns);
    return std::make_unique<RecordingTorus>(rows, columns, "", &log_);
  }
  std::string Describe() const override {
    log_.Add("Describe");
    return "a recording";
  }
  const Stream* stream() const override {
    log_.Add("stream");
    return reinterpret_cast<const Stream*>(this);
  }
  absl::Status status() override {
    log_.Add("status");
    return absl::AbortedError("recorded");
  }
  DeviceMemory memory() const override {
    log_.Add("memory");
    return {30, 20, 10};
  }
  std::unique_ptr<Device> MakePlan() const override {
    log_.Add("MakePlan");
    return std::make_unique<RecordingDevice>(&log_);
  }
  Tensor Allocate(DType dtype, Shape shape) override {
    log_.Add("Allocate", dtype, shape);
    return Tensor(dtype, shape, nullptr);
  }
  void CopyFromHost(const void* source, const Tensor& target) override {
    log_.Add("CopyFromHost", source, target);
  }
  void CopyToHost(const Tensor& source, void* target) override {
    log_.Add("CopyToHost", source, static_cast<const void*>(target));
  }
  void Copy(const Tensor& source, const Tensor& target) override {
    log_.Add("Copy", source, target);
  }
  void Fill(double value, const Tensor& x) override { log_.Add("Fill", value, x); }
  void Axpby(double a, const Tensor& x, double b, const Tensor& y) override {
    log_.Add("Axpby", a, x, b, y);
  }
  void MatMul(double alpha, const Tensor& a, Transpose ta, const Tensor& b, Transpose tb,
              double beta, const Tensor& c) override {
    log_.Add("MatMul", alpha, a, ta, b, tb, beta, c);
  }
  void BatchedMatMul(double alpha, const Tensor& a, Transpose ta, const Tensor& b, Transpose tb,
                     double beta, const Tensor& c) override {
    log_.Add("BatchedMatMul", alpha, a, ta, b, tb, beta, c);
  }
  void Inverse(const Tensor& a, const Tensor& inverse) override { log_.Add("Inverse", a, inverse); }
  void MultiplyThenMap(const Tensor& m, Transpose tm, const Tensor& x,
                       const BlockMap& map) override {
    log_.Add("MultiplyThenMap", m, tm, x, map);
  }
  void Map(const Tensor& x, const BlockMap& map) override { log_.Add("Map", x, map); }
  Index Slots(Index rows) const override {
    log_.Add("Slots", rows);
    return 5;
  }
  void AddToRows(const Tensor& b, const Tensor& x) override { log_.Add("AddToRows", b, x); }
  void SumRows(const Tensor& x, double beta, const Tensor& sums) override {
    log_.Add("SumRows", x, beta, sums);
  }
  void SumColumns(const Tensor& x, std::vector<double>* sums) override {
    log_.Add("SumColumns", x, static_cast<const void*>(sums));
  }
  void SumColumnsOf(const Tensor& x, const std::vector<Index>& ends,
                    std::vector<std::vector<double>>* sums) override {
    log_.Add("SumColumnsOf", x, ends, static_cast<const void*>(sums));
  }
  void SquareColumns(const Tensor& x, std::vector<double>* squares) override {
    log_.Add("SquareColumns", x, static_cast<const void*>(squares));
  }
  double Dot(const Tensor& x, const Tensor& y) override {
    log_.Add("Dot", x, y);
    return 2.5;
  }
  void AllowTf32(bool allow) override { log_.Add("AllowTf32", allow); }
  Index iterations_per_check() const override {
    log_.Add("iterations_per_check");
    return 6;
  }
  Index longest_sum(Index terms) const override {
    log_.Add("longest_sum", terms);
    return 7;
  }
  Index strip() const override {
    log_.Add("strip");
    return 7;
  }
  // Runs the body once, on all of it.
  void ParallelFor(Index n, Index grain, absl::FunctionRef<void(Index, Index)> body) override {
    log_.Add("ParallelFor", n, grain);
    body(0, n);
  }

 private:
  CallLog& log_;
};

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_COUNTING_RECORDING_DEVICE_TESTING_H_
