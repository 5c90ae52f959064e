// Fourier analysis on a torus of rows x columns pixels, where every circular convolution is block
// diagonal: one complex matrix per frequency f = (ky, kx).
//
// A spectrum holds a state [pixels * channels, batch] (rows ordered row, column, channel) as
// complex numbers, in an order that is the device's own; so are matrices. Signals are real, so the
// matrices of f and -f are conjugates.
//
// A kernel is an array of taps [size, size, m, n], size odd, offsets -(size-1)/2 .. (size-1)/2 in
// each axis, and acts by cross-correlation: (K * z)[p] = sum_d K[d] z[p + d].
//
// Sampling keeps the pixels with even coordinates: they are a torus of half the size, `Half()`,
// each of whose frequencies q stands for four frequencies f of this torus. A kernel followed by
// sampling, D, is then one row of four matrices for each q: (D x)_q = 1/4 sum over f of D_f x_f.
// Its adjoint on pixels is D': (D' x)_f = D_f^* x_q for the four f of q, without the 1/4, since the
// half torus has a quarter of the pixels. What mixes the four frequencies is a matrix of 4 x 4
// blocks for each q.
#ifndef MONDEQ_DEVICE_TORUS_H_
#define MONDEQ_DEVICE_TORUS_H_

#include "mondeq/device/block_map.h"
#include "mondeq/device/part.h"
#include "mondeq/device/tensor.h"

namespace mondeq {

enum class Transpose { kNo, kYes };

// No primitive has a default: a torus that wraps another one must not forget a call.
class Torus {
 public:
  Torus(Index rows, Index columns) : rows_(rows), columns_(columns) {}
  virtual ~Torus() = default;

  Index rows() const { return rows_; }
  Index columns() const { return columns_; }
  Index pixels() const { return rows_ * columns_; }

  // The torus of the sampled pixels, which belongs to this one. Rows and columns must be even.
  virtual Torus& Half() = 0;

  virtual Shape SpectrumShape(Index channels, Index batch) const = 0;
  // The shape of one m x n matrix per frequency.
  virtual Shape MatricesShape(Index m, Index n) const = 0;
  // The shapes of the matrices of a kernel with sampling, from n channels to m, and of 4 x 4 blocks
  // of n x n. Rows and columns must be even.
  virtual Shape SampledShape(Index m, Index n) const = 0;
  virtual Shape BlocksShape(Index n) const = 0;

  // spectrum = F x; x [pixels * channels, batch]. F is the plain sum over pixels, so F^-1 has the
  // factor 1 / pixels.
  virtual void Transform(const Tensor& x, Index channels, const Tensor& spectrum) = 0;
  // x = F^-1 spectrum.
  virtual void Invert(const Tensor& spectrum, Index channels, const Tensor& x) = 0;
  // spectrum = F map(F^-1 spectrum): the map runs on blocks that are rows of pixels, in fast
  // memory, or on one that is all of them. Blocks use slots 0 .. Slots(channels) - 1.
  virtual void Map(const Tensor& spectrum, Index channels, Index batch, const BlockMap& map) = 0;
  virtual Index Slots(Index channels) const = 0;

  // y_f = alpha op(M_f) x_f + beta y_f for every frequency, op the identity or the conjugate
  // transpose; matrices [m, n] each. x has n channels and y m; with Transpose::kYes x has m and y
  // n. x and y may be the same where m = n.
  virtual void Multiply(double alpha, const Tensor& matrices, Index m, Index n, Transpose adjoint,
                        const Tensor& x, Index batch, double beta, const Tensor& y) = 0;
  // x = F map(F^-1 op(M) x), for [n, n] matrices.
  virtual void MultiplyThenMap(const Tensor& matrices, Index n, Transpose adjoint, const Tensor& x,
                               Index batch, const BlockMap& map) = 0;
  // y = D x; x has n channels, y has m and is on the half torus.
  virtual void MultiplyDown(const Tensor& sampled, Index m, Index n, const Tensor& x, Index batch,
                            const Tensor& y) = 0;
  // y = alpha D' x + y; x has m channels and is on the half torus, y has n.
  virtual void MultiplyUp(double alpha, const Tensor& sampled, Index m, Index n, const Tensor& x,
                          Index batch, const Tensor& y) = 0;
  // y = alpha op(M) x + beta y, for matrices of 4 x 4 blocks; x and y are spectra of n channels on
  // this torus, and may be the same.
  virtual void MultiplyBlocks(double alpha, const Tensor& blocks, Index n, Transpose adjoint,
                              const Tensor& x, Index batch, double beta, const Tensor& y) = 0;

  // Whether what follows makes a part of the rows of its result, by itself and with the same bits
  // as if it made all; else it is to be asked for all.
  virtual bool MakesParts() const = 0;
  // Makes the matrices of a kernel, alone and with sampling.
  virtual void KernelMatrices(const Tensor& taps, Part part, const Tensor& matrices) = 0;
  virtual void SampledMatrices(const Tensor& taps, const Tensor& sampled) = 0;
  // M_f = factor M_f^-1 + identity I, in place, for [n, n] matrices whose Hermitian part is
  // positive definite: no pivots are needed.
  virtual void InvertMatrices(Index n, double factor, double identity, Part part,
                              const Tensor& matrices) = 0;
  // blocks = factor K + identity I, with S = C + c D' D for a circular C [n, n] and a sampled D [m,
  // n], and K = S, or S^-1, for which the Hermitian part of S must be positive definite.
  virtual void MakeBlocks(const Tensor& circular, Index n, double c, const Tensor& sampled, Index m,
                          bool invert, double factor, double identity, Part part,
                          const Tensor& blocks) = 0;

  // The largest ||M_f||_2, to about 1e-3; NaN if one has a NaN. Allocates.
  virtual double Norm(const Tensor& matrices, Index m, Index n) = 0;

  // taps[d] = alpha (sum over pixels p and samples of u[p] z[p + d]') + beta taps[d]: the gradient
  // of u' (K * z) with respect to K. From the spectra of u (m channels) and z (n channels). With
  // `sampled` u lives on the half torus, and counts as zero at odd coordinates.
  virtual void Correlate(double alpha, bool sampled, const Tensor& u, Index m, const Tensor& z,
                         Index n, Index batch, double beta, const Tensor& taps) = 0;

 private:
  Index rows_, columns_;
};

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_TORUS_H_
