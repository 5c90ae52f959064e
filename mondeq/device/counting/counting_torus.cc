#include "mondeq/device/counting/counting_torus.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace mondeq {
namespace {

double Real(Index i) { return static_cast<double>(i); }
double Bytes(const Tensor& x) { return static_cast<double>(x.bytes()); }

// How many frequencies there are if each stands for its negative as well.
Index Pairs(Index rows, Index columns) {
  const Index own_negative = (rows % 2 == 0 ? 2 : 1) * (columns % 2 == 0 ? 2 : 1);
  return (rows * columns + own_negative) / 2;
}

class CountingTorus final : public Torus {
 public:
  CountingTorus(std::shared_ptr<Torus> torus, Work* work)
      : Torus(torus->rows(), torus->columns()), torus_(std::move(torus)), work_(*work) {}

  Torus& Half() override {
    if (half_ == nullptr) {
      // The half torus belongs to the whole one.
      const std::shared_ptr<Torus> half(torus_, &torus_->Half());
      half_ = std::make_unique<CountingTorus>(half, &work_);
    }
    return *half_;
  }

  Shape SpectrumShape(Index channels, Index batch) const override {
    return torus_->SpectrumShape(channels, batch);
  }
  Shape MatricesShape(Index m, Index n) const override { return torus_->MatricesShape(m, n); }
  Shape SampledShape(Index m, Index n) const override { return torus_->SampledShape(m, n); }
  Shape BlocksShape(Index n) const override { return torus_->BlocksShape(n); }

  void Transform(const Tensor& x, Index channels, const Tensor& spectrum) override {
    CountTransform(x, channels);
    torus_->Transform(x, channels, spectrum);
  }
  void Invert(const Tensor& spectrum, Index channels, const Tensor& x) override {
    CountTransform(x, channels);
    torus_->Invert(spectrum, channels, x);
  }
  void Map(const Tensor& spectrum, Index channels, Index batch, const BlockMap& map) override {
    CountMap(spectrum, channels, batch);
    torus_->Map(spectrum, channels, batch, map);
  }

  Index Slots(Index channels) const override { return torus_->Slots(channels); }

  void Multiply(double alpha, const Tensor& matrices, Index m, Index n, Transpose adjoint,
                const Tensor& x, Index batch, double beta, const Tensor& y) override {
    CountMultiply(matrices, m, n, x, batch);
    torus_->Multiply(alpha, matrices, m, n, adjoint, x, batch, beta, y);
  }
  void MultiplyThenMap(const Tensor& matrices, Index n, Transpose adjoint, const Tensor& x,
                       Index batch, const BlockMap& map) override {
    CountMultiply(matrices, n, n, x, batch);
    CountMap(x, n, batch);
    torus_->MultiplyThenMap(matrices, n, adjoint, x, batch, map);
  }
  void MultiplyDown(const Tensor& sampled, Index m, Index n, const Tensor& x, Index batch,
                    const Tensor& y) override {
    CountSampled(sampled, m, n, batch);
    torus_->MultiplyDown(sampled, m, n, x, batch, y);
  }
  void MultiplyUp(double alpha, const Tensor& sampled, Index m, Index n, const Tensor& x,
                  Index batch, const Tensor& y) override {
    CountSampled(sampled, m, n, batch);
    torus_->MultiplyUp(alpha, sampled, m, n, x, batch, y);
  }
  void MultiplyBlocks(double alpha, const Tensor& blocks, Index n, Transpose adjoint,
                      const Tensor& x, Index batch, double beta, const Tensor& y) override {
    CountProduct(pixels() / 4, 4 * n, 4 * n, batch,
                 Bytes(blocks) + StateBytes(pixels(), 2 * n, batch, Size(x)));
    torus_->MultiplyBlocks(alpha, blocks, n, adjoint, x, batch, beta, y);
  }

  bool MakesParts() const override { return torus_->MakesParts(); }
  void KernelMatrices(const Tensor& taps, Part part, const Tensor& matrices) override {
    Count(0, Bytes(taps) + Bytes(matrices) / Real(part.count));
    torus_->KernelMatrices(taps, part, matrices);
  }
  void SampledMatrices(const Tensor& taps, const Tensor& sampled) override {
    Count(0, Bytes(taps) + Bytes(sampled));
    torus_->SampledMatrices(taps, sampled);
  }
  void InvertMatrices(Index n, double factor, double identity, Part part,
                      const Tensor& matrices) override {
    const double flops = Real(Pairs(rows(), columns())) * InverseFlops(n) / Real(part.count);
    const double bytes = Bytes(matrices) / Real(part.count);
    work_.Add({flops, 2 * bytes, bytes});
    torus_->InvertMatrices(n, factor, identity, part, matrices);
  }
  void MakeBlocks(const Tensor& circular, Index n, double c, const Tensor& sampled, Index m,
                  bool invert, double factor, double identity, Part part,
                  const Tensor& blocks) override {
    // D' D is Hermitian: half of it will do.
    const double gram = 6 * Real(4 * n) * Real(4 * n) * Real(m) / 2;
    const double one = gram + (invert ? InverseFlops(4 * n) : 0), parts = Real(part.count);
    Count(Real(Pairs(rows() / 2, columns() / 2)) * one / parts,
          (Bytes(circular) + Bytes(sampled) + Bytes(blocks)) / parts);
    torus_->MakeBlocks(circular, n, c, sampled, m, invert, factor, identity, part, blocks);
  }

  double Norm(const Tensor& matrices, Index m, Index n) override {
    return torus_->Norm(matrices, m, n);
  }

  void Correlate(double alpha, bool sampled, const Tensor& u, Index m, const Tensor& z, Index n,
                 Index batch, double beta, const Tensor& taps) override {
    CountProduct(pixels(), m, n, batch,
                 Bytes(taps) + StateBytes(sampled ? pixels() / 4 : pixels(), m, batch, Size(u)) +
                     StateBytes(pixels(), n, batch, Size(z)));
    torus_->Correlate(alpha, sampled, u, m, z, n, batch, beta, taps);
  }

 private:
  static double Size(const Tensor& x) { return static_cast<double>(SizeOf(x.dtype())); }
  // The bytes of a state, without the padding that a spectrum may have.
  static double StateBytes(Index pixels, Index channels, Index batch, double size) {
    return Real(pixels) * Real(channels) * Real(batch) * size;
  }
  // Two samples are one complex signal.
  static double Lanes(Index batch) { return Real(batch) / 2; }
  static double InverseFlops(Index n) { return 6 * std::pow(Real(n), 3); }

  double TransformFlops(Index channels, Index batch) const {
    const double points = Real(pixels());
    const double flops = 4 * points * std::log2(points) - 6 * points;
    return std::max(flops, 0.0) * Real(channels) * Lanes(batch);
  }

  void Count(double flops, double bytes) { work_.Add({flops, bytes, bytes}); }
  void CountTransform(const Tensor& x, Index channels) {
    Count(TransformFlops(channels, x.columns()), 2 * Bytes(x));
  }
  // Counts the product of one m x n matrix per frequency with all lanes.
  void CountProduct(Index frequencies, Index m, Index n, Index batch, double bytes) {
    Count(6 * Real(frequencies) * Real(m) * Real(n) * Lanes(batch), bytes);
  }
  void CountMultiply(const Tensor& matrices, Index m, Index n, const Tensor& x, Index batch) {
    CountProduct(pixels(), m, n, batch,
                 Bytes(matrices) + StateBytes(pixels(), m + n, batch, Size(x)));
  }
  void CountMap(const Tensor& spectrum, Index channels, Index batch) {
    Work work = MapWork(Real(pixels() * channels * batch), Size(spectrum));
    work.flops += 2 * TransformFlops(channels, batch);
    work_.Add(work);
  }
  // Counts a product between n channels on this torus and m on the half one.
  void CountSampled(const Tensor& sampled, Index m, Index n, Index batch) {
    CountProduct(pixels(), m, n, batch,
                 Bytes(sampled) + StateBytes(pixels(), n, batch, Size(sampled)) +
                     StateBytes(pixels() / 4, m, batch, Size(sampled)));
  }

  std::shared_ptr<Torus> torus_;
  Work& work_;
  std::unique_ptr<Torus> half_;
};

}  // namespace

Work MapWork(double values, double size) {
  return {10 * values, 5 * size * values, 3 * size * values};
}

std::unique_ptr<Torus> MakeCountingTorus(std::unique_ptr<Torus> torus, Work* work) {
  return std::make_unique<CountingTorus>(std::move(torus), work);
}

}  // namespace mondeq
