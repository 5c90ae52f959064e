#include "mondeq/device/counting/counting_device.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "mondeq/device/counting/counting_torus.h"

namespace mondeq {
namespace {

double Real(Index i) { return static_cast<double>(i); }

double Bytes(std::initializer_list<const Tensor*> tensors) {
  double bytes = 0;
  for (const Tensor* tensor : tensors) bytes += static_cast<double>(tensor->bytes());
  return bytes;
}

// The two last extents of a tensor are a matrix; with three there are `Count` of them.
Index Rows(const Tensor& x) { return x.shape()[x.shape().rank() - 2]; }
Index Columns(const Tensor& x) { return x.shape()[x.shape().rank() - 1]; }
Index Count(const Tensor& x) { return x.shape().rank() == 3 ? x.shape()[0] : 1; }

Work ProductWork(const Tensor& a, Transpose ta, const Tensor& b, const Tensor& c) {
  const Index k = ta == Transpose::kNo ? Columns(a) : Rows(a);
  const Index count = std::max({Count(a), Count(b), Count(c)});
  const double bytes = Bytes({&a, &b, &c});
  return {2 * Real(Rows(c)) * Real(Columns(c)) * Real(k) * Real(count), bytes, bytes};
}

Work MapWorkOn(const Tensor& x) {
  return MapWork(Real(x.size()), static_cast<double>(SizeOf(x.dtype())));
}

}  // namespace

void Work::Add(const Work& other) {
  flops += other.flops;
  bytes += other.bytes;
  working_set = std::max(working_set, other.working_set);
}

Work CountingDevice::Take() { return std::exchange(work_, Work()); }

std::unique_ptr<Torus> CountingDevice::MakeTorus(Index rows, Index columns) {
  return MakeCountingTorus(device_.MakeTorus(rows, columns), &work_);
}

void CountingDevice::CopyFromHost(const void* source, const Tensor& target) {
  const double bytes = 2 * Bytes({&target});
  work_.Add({0, bytes, bytes});
  device_.CopyFromHost(source, target);
}

void CountingDevice::MatMul(double alpha, const Tensor& a, Transpose ta, const Tensor& b,
                            Transpose tb, double beta, const Tensor& c) {
  work_.Add(ProductWork(a, ta, b, c));
  device_.MatMul(alpha, a, ta, b, tb, beta, c);
}

void CountingDevice::BatchedMatMul(double alpha, const Tensor& a, Transpose ta, const Tensor& b,
                                   Transpose tb, double beta, const Tensor& c) {
  work_.Add(ProductWork(a, ta, b, c));
  device_.BatchedMatMul(alpha, a, ta, b, tb, beta, c);
}

void CountingDevice::Inverse(const Tensor& a, const Tensor& inverse) {
  const double n = Real(a.rows()), bytes = Bytes({&a, &inverse});
  work_.Add({2 * n * n * n, bytes, bytes});
  device_.Inverse(a, inverse);
}

void CountingDevice::MultiplyThenMap(const Tensor& m, Transpose tm, const Tensor& x,
                                     const BlockMap& map) {
  Work work = MapWorkOn(x);
  work.flops += 2 * Real(m.size()) * Real(x.columns());
  work.bytes += Bytes({&m});
  work.working_set += Bytes({&m});
  work_.Add(work);
  device_.MultiplyThenMap(m, tm, x, map);
}

void CountingDevice::Map(const Tensor& x, const BlockMap& map) {
  work_.Add(MapWorkOn(x));
  device_.Map(x, map);
}

}  // namespace mondeq
