// A device that forwards every primitive to another one and counts what the primitive has to do at
// the least, however it is done: for lower bounds on time.
//
// Counted are products, inverses, transforms, maps, the making of matrices and what comes from the
// host. Fill, Copy, Axpby, row and column sums and ForEach are not: they could be fused into their
// neighbours. Nor is Torus::Norm, which is no part of a step.
//   real product      2 m n k flops
//   complex product   6 m n k (three real ones)
//   inverse of n x n  2 n^3, complex 6 n^3 (its products are three real ones, too)
//   transform         4 P log2 P - 6 P for P pixels, per channel and lane
//   map               10 a value; r, z and c are in memory, r and z are written
// An operand of a primitive is moved once, and once more if it is written where it was read; what a
// product is written to counts once, whatever beta is. Making the matrices of a kernel counts as
// bytes alone.
#ifndef MONDEQ_DEVICE_COUNTING_COUNTING_DEVICE_H_
#define MONDEQ_DEVICE_COUNTING_COUNTING_DEVICE_H_

#include <memory>
#include <string>
#include <vector>

#include "mondeq/device/device.h"

namespace mondeq {

struct Work {
  double flops = 0;
  double bytes = 0;
  // The largest memory that one primitive used, in bytes.
  double working_set = 0;

  void Add(const Work& other);
};

class CountingDevice final : public Device {
 public:
  // `device` must outlive this one and its toruses.
  explicit CountingDevice(Device* device) : device_(*device) {}

  // The work since the last Take, or since the beginning.
  Work Take();

  std::unique_ptr<Torus> MakeTorus(Index rows, Index columns) override;
  std::string Describe() const override { return device_.Describe(); }
  const Stream* stream() const override { return device_.stream(); }
  absl::Status status() override { return device_.status(); }
  DeviceMemory memory() const override { return device_.memory(); }
  std::unique_ptr<Device> MakePlan() const override { return device_.MakePlan(); }
  Tensor Allocate(DType dtype, Shape shape) override { return device_.Allocate(dtype, shape); }

  void CopyFromHost(const void* source, const Tensor& target) override;
  void MatMul(double alpha, const Tensor& a, Transpose ta, const Tensor& b, Transpose tb,
              double beta, const Tensor& c) override;
  void BatchedMatMul(double alpha, const Tensor& a, Transpose ta, const Tensor& b, Transpose tb,
                     double beta, const Tensor& c) override;
  void Inverse(const Tensor& a, const Tensor& inverse) override;
  void MultiplyThenMap(const Tensor& m, Transpose tm, const Tensor& x,
                       const BlockMap& map) override;
  void Map(const Tensor& x, const BlockMap& map) override;
  Index Slots(Index rows) const override { return device_.Slots(rows); }

  void CopyToHost(const Tensor& source, void* target) override {
    device_.CopyToHost(source, target);
  }
  void Copy(const Tensor& source, const Tensor& target) override { device_.Copy(source, target); }
  void Fill(double value, const Tensor& x) override { device_.Fill(value, x); }
  void Axpby(double a, const Tensor& x, double b, const Tensor& y) override {
    device_.Axpby(a, x, b, y);
  }
  void AddToRows(const Tensor& b, const Tensor& x) override { device_.AddToRows(b, x); }
  void SumRows(const Tensor& x, double beta, const Tensor& sums) override {
    device_.SumRows(x, beta, sums);
  }
  void SumColumns(const Tensor& x, std::vector<double>* sums) override {
    device_.SumColumns(x, sums);
  }
  void SumColumnsOf(const Tensor& x, const std::vector<Index>& ends,
                    std::vector<std::vector<double>>* sums) override {
    device_.SumColumnsOf(x, ends, sums);
  }
  void SquareColumns(const Tensor& x, std::vector<double>* squares) override {
    device_.SquareColumns(x, squares);
  }
  double Dot(const Tensor& x, const Tensor& y) override { return device_.Dot(x, y); }
  void AllowTf32(bool allow) override { device_.AllowTf32(allow); }
  Index iterations_per_check() const override { return device_.iterations_per_check(); }
  Index longest_sum(Index terms) const override { return device_.longest_sum(terms); }
  Index strip() const override { return device_.strip(); }
  void ParallelFor(Index n, Index grain, absl::FunctionRef<void(Index, Index)> body) override {
    device_.ParallelFor(n, grain, body);
  }

 private:
  Device& device_;
  Work work_;
};

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_COUNTING_COUNTING_DEVICE_H_
