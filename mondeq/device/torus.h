// Fourier analysis on a torus of rows x columns pixels, where every circular convolution is block
// diagonal: one complex matrix per frequency f = (ky, kx).
//
// A spectrum holds a state [pixels * channels, batch] (rows ordered row, column, channel) as
// complex numbers [frequency][channel][lane]. One lane carries two samples, l and lanes + l, as
// real and imaginary part: kernels are real, so a matrix acts on both at once, all frequencies are
// needed and none is redundant. The matrices of f and -f are conjugates; one of each pair is
// stored.
//
// A kernel is an array of taps [size, size, m, n], size odd, offsets -(size-1)/2 .. (size-1)/2 in
// each axis, and acts by cross-correlation: (K * z)[p] = sum_d K[d] z[p + d].
#ifndef MONDEQ_DEVICE_TORUS_H_
#define MONDEQ_DEVICE_TORUS_H_

#include "mondeq/device/tensor.h"

namespace mondeq {

class BlockMap;

enum class Transpose { kNo, kYes };

class Torus {
 public:
  Torus(Index rows, Index columns) : rows_(rows), columns_(columns) {}
  virtual ~Torus() = default;

  Index rows() const { return rows_; }
  Index columns() const { return columns_; }
  Index pixels() const { return rows_ * columns_; }
  // Frequencies whose matrices are stored.
  Index frequencies() const;
  static Index Lanes(Index batch) { return (batch + 1) / 2; }

  Shape SpectrumShape(Index channels, Index batch) const {
    return {pixels(), channels * Lanes(batch) * 2};
  }
  Shape MatricesShape(Index m, Index n) const { return {frequencies(), m * n * 2}; }

  // spectrum = F x; x [pixels * channels, batch].
  virtual void Transform(const Tensor& x, Index channels, const Tensor& spectrum) = 0;
  // x = F^-1 spectrum.
  virtual void Invert(const Tensor& spectrum, Index channels, const Tensor& x) = 0;
  // spectrum = F map(F^-1 spectrum): the map runs on blocks that are columns of one channel, in
  // fast memory. Blocks of channel c have slot c. With `from_zero` the spectrum counts as zero,
  // whatever it holds.
  virtual void Map(const Tensor& spectrum, Index channels, Index batch, bool from_zero,
                   const BlockMap& map) = 0;

  // y_f = alpha op(M_f) x_f + beta y_f for every frequency, op the identity or the conjugate
  // transpose; matrices [m, n] each. With beta = 0, x and y may be the same.
  virtual void Multiply(double alpha, const Tensor& matrices, Index m, Index n, Transpose adjoint,
                        const Tensor& x, Index batch, double beta, const Tensor& y) = 0;

  // Down to the torus of half the size, `half`, that keeps pixels with even coordinates: y_q = 1/4
  // sum over the four frequencies f that q stands for of op(M_f) x_f. Rows and columns must be
  // even.
  virtual void MultiplyDown(const Torus& half, const Tensor& matrices, Index m, Index n,
                            Transpose adjoint, const Tensor& x, Index batch, const Tensor& y) = 0;
  // And up again, zeros at odd coordinates: y_f += alpha op(M_f) x_q.
  virtual void MultiplyUp(double alpha, const Torus& half, const Tensor& matrices, Index m, Index n,
                          Transpose adjoint, const Tensor& x, Index batch, const Tensor& y) = 0;

  // c_f = op(a_f) op(b_f); a_f, b_f [ma, na] and [mb, nb] before op.
  virtual void MultiplyMatrices(const Tensor& a, Index ma, Index na, Transpose ta, const Tensor& b,
                                Index mb, Index nb, Transpose tb, const Tensor& c) = 0;
  // c_q = factor 1/4 sum over f of a_f b_f^H + identity I, on the half torus; a_f, b_f [m, n].
  virtual void GramDown(const Torus& half, double factor, const Tensor& a, const Tensor& b, Index m,
                        Index n, double identity, const Tensor& c) = 0;

  // The matrices of a kernel.
  virtual void KernelMatrices(const Tensor& taps, const Tensor& matrices) = 0;
  // M_f = factor M_f^-1 + identity I, for square matrices that need no pivoting to be inverted
  // safely.
  virtual void InvertMatrices(Index n, double factor, double identity, const Tensor& matrices) = 0;
  // The largest ||M_f||_2, accurate to about 1e-3.
  virtual double Norm(const Tensor& matrices, Index m, Index n) = 0;

  // taps[d] = alpha (sum over pixels p and samples of u[p] z[p + d]') + beta taps[d]: the gradient
  // of u' (K * z) with respect to K. From the spectra of u (m channels) and z (n channels). With
  // `half` u lives there, and counts as zero at odd coordinates.
  virtual void Correlate(double alpha, const Torus* half, const Tensor& u, Index m, const Tensor& z,
                         Index n, Index batch, double beta, const Tensor& taps) = 0;

 private:
  Index rows_, columns_;
};

inline Index Torus::frequencies() const {
  const Index own_negative = (rows_ % 2 == 0 ? 2 : 1) * (columns_ % 2 == 0 ? 2 : 1);
  return (pixels() + own_negative) / 2;
}

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_TORUS_H_
