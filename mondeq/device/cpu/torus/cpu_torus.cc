#include "mondeq/device/cpu/torus/cpu_torus.h"

#include <memory>
#include <tuple>

#include "mondeq/device/cpu/torus/torus_of.h"

namespace mondeq {
namespace {

// Hands every call to the torus of the tensors' type.
class CpuTorus final : public Torus {
 public:
  CpuTorus(Index rows, Index columns, ThreadPool* pool, Isa isa)
      : Torus(rows, columns), frequencies_(rows, columns), pool_(*pool), isa_(isa) {
    if (rows % 2 == 0 && columns % 2 == 0) {
      half_ = std::make_unique<CpuTorus>(rows / 2, columns / 2, pool, isa);
    }
  }

  Torus& Half() override {
    MONDEQ_CHECK(half_ != nullptr);
    return *half_;
  }

  Shape SpectrumShape(Index channels, Index batch) const override {
    const SpectrumLayout layout = Layout(channels, batch);
    return {layout.shares * pixels(), layout.stride()};
  }
  Shape MatricesShape(Index m, Index n) const override {
    return {frequencies_.pairs(), MatrixFormat::Circular(m, n).size()};
  }
  Shape SampledShape(Index m, Index n) const override {
    MONDEQ_CHECK(half_ != nullptr);
    return {half_->frequencies_.pairs(), MatrixFormat::Sampled(m, n).size()};
  }
  Shape BlocksShape(Index n) const override {
    MONDEQ_CHECK(half_ != nullptr);
    return {half_->frequencies_.pairs(), MatrixFormat::Blocks(n).size()};
  }

  void Transform(const Tensor& x, Index channels, const Tensor& spectrum) override {
    DispatchFloat(x.dtype(), [&](auto zero) {
      using T = decltype(zero);
      Of<T>().Transform(x.data<T>(), Layout(channels, x.columns()), spectrum.data<T>());
    });
  }

  void Invert(const Tensor& spectrum, Index channels, const Tensor& x) override {
    DispatchFloat(x.dtype(), [&](auto zero) {
      using T = decltype(zero);
      Of<T>().Invert(spectrum.data<T>(), Layout(channels, x.columns()), x.data<T>());
    });
  }

  void Map(const Tensor& spectrum, Index channels, Index batch, const BlockMap& map) override {
    DispatchFloat(spectrum.dtype(), [&](auto zero) {
      using T = decltype(zero);
      Of<T>().Map(spectrum.data<T>(), Layout(channels, batch), map);
    });
  }

  // Blocks of channel c have slot c.
  Index Slots(Index channels) const override { return channels; }

  void Multiply(double alpha, const Tensor& matrices, Index m, Index n, Transpose adjoint,
                const Tensor& x, Index batch, double beta, const Tensor& y) override {
    const bool forward = adjoint == Transpose::kNo;
    Product(false, alpha, matrices, MatrixFormat::Circular(m, n), !forward, x,
            Layout(forward ? n : m, batch), false, beta, y, Layout(forward ? m : n, batch), false);
  }

  void MultiplyThenMap(const Tensor& matrices, Index n, Transpose adjoint, const Tensor& x,
                       Index batch, const BlockMap& map) override {
    Multiply(1, matrices, n, n, adjoint, x, batch, 0, x);
    Map(x, n, batch, map);
  }

  void MultiplyDown(const Tensor& sampled, Index m, Index n, const Tensor& x, Index batch,
                    const Tensor& y) override {
    Product(true, 0.25, sampled, MatrixFormat::Sampled(m, n), false, x, Layout(n, batch), true, 0,
            y, Layout(m, batch), false);
  }

  void MultiplyUp(double alpha, const Tensor& sampled, Index m, Index n, const Tensor& x,
                  Index batch, const Tensor& y) override {
    Product(true, alpha, sampled, MatrixFormat::Sampled(m, n), true, x, Layout(m, batch), false, 1,
            y, Layout(n, batch), true);
  }

  void MultiplyBlocks(double alpha, const Tensor& blocks, Index n, Transpose adjoint,
                      const Tensor& x, Index batch, double beta, const Tensor& y) override {
    Product(true, alpha, blocks, MatrixFormat::Blocks(n), adjoint == Transpose::kYes, x,
            Layout(n, batch), true, beta, y, Layout(n, batch), true);
  }

  bool MakesParts() const override { return true; }
  void KernelMatrices(const Tensor& taps, Part part, const Tensor& matrices) override {
    MakeKernelMatrices(taps, false, part, matrices);
  }
  void SampledMatrices(const Tensor& taps, const Tensor& sampled) override {
    MakeKernelMatrices(taps, true, Part::All(), sampled);
  }

  void InvertMatrices(Index n, double factor, double identity, Part part,
                      const Tensor& matrices) override {
    DispatchFloat(matrices.dtype(), [&](auto zero) {
      using T = decltype(zero);
      Of<T>().InvertMatrices(n, static_cast<T>(factor), static_cast<T>(identity), part,
                             matrices.data<T>());
    });
  }

  void MakeBlocks(const Tensor& circular, Index n, double c, const Tensor& sampled, Index m,
                  bool invert, double factor, double identity, Part part,
                  const Tensor& blocks) override {
    DispatchFloat(blocks.dtype(), [&](auto zero) {
      using T = decltype(zero);
      Of<T>().MakeBlocks({circular.data<T>(), sampled.data<T>(), n, m, static_cast<T>(c), invert,
                          static_cast<T>(factor), static_cast<T>(identity), part},
                         blocks.data<T>());
    });
  }

  double Norm(const Tensor& matrices, Index m, Index n) override {
    return DispatchFloat(matrices.dtype(), [&](auto zero) {
      using T = decltype(zero);
      return Of<T>().Norm(matrices.data<T>(), m, n);
    });
  }

  void Correlate(double alpha, bool sampled, const Tensor& u, Index m, const Tensor& z, Index n,
                 Index batch, double beta, const Tensor& taps) override {
    DispatchFloat(u.dtype(), [&](auto zero) {
      using T = decltype(zero);
      Of<T>().Correlate({static_cast<T>(alpha), static_cast<T>(beta), sampled, u.data<T>(),
                         Layout(m, batch), z.data<T>(), Layout(n, batch), taps.shape()[0]},
                        taps.data<T>());
    });
  }

 private:
  SpectrumLayout Layout(Index channels, Index batch) const {
    return SpectrumLayout::For(channels, batch, pool_.threads());
  }

  void Product(bool over_half, double alpha, const Tensor& matrices, const MatrixFormat& format,
               bool adjoint, const Tensor& x, const SpectrumLayout& of_x, bool four_x, double beta,
               const Tensor& y, const SpectrumLayout& of_y, bool four_y) {
    DispatchFloat(x.dtype(), [&](auto zero) {
      using T = decltype(zero);
      Of<T>().Multiply(over_half, static_cast<T>(alpha), matrices.data<T>(), format, adjoint,
                       {x.data<T>(), of_x, four_x}, static_cast<T>(beta),
                       {y.data<T>(), of_y, four_y});
    });
  }

  void MakeKernelMatrices(const Tensor& taps, bool sampled, Part part, const Tensor& matrices) {
    DispatchFloat(taps.dtype(), [&](auto zero) {
      using T = decltype(zero);
      Of<T>().KernelMatrices(taps.data<T>(), taps.shape()[0], taps.shape()[2], taps.shape()[3],
                             sampled, part, matrices.data<T>());
    });
  }

  template <class T>
  TorusOf<T>& Of() {
    auto& torus = std::get<std::unique_ptr<TorusOf<T>>>(of_type_);
    if (torus == nullptr)
      torus = std::make_unique<TorusOf<T>>(
          &frequencies_, half_ == nullptr ? nullptr : &half_->frequencies_, &pool_, isa_);
    return *torus;
  }

  Frequencies frequencies_;
  ThreadPool& pool_;
  Isa isa_;
  std::unique_ptr<CpuTorus> half_;  // null where a side is odd
  std::tuple<std::unique_ptr<TorusOf<float>>, std::unique_ptr<TorusOf<double>>> of_type_;
};

}  // namespace

std::unique_ptr<Torus> MakeCpuTorus(Index rows, Index columns, ThreadPool* pool, Isa isa) {
  return std::make_unique<CpuTorus>(rows, columns, pool, isa);
}

}  // namespace mondeq
