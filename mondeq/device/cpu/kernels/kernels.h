// The inner loops of the CPU device, as functions of plain pointers: one table per instruction set.
// All run on the calling thread and allocate nothing. Strides and sizes count elements. Scratch
// is aligned to a cache line.
//
// Spectra are in groups of samples: a point holds kGroup real parts, then kGroup imaginary parts.
// Matrices of blocks are in panels of kPanel rows: for each column kPanel real parts, then kPanel
// imaginary parts; rows that fill no panel are followed by zeros.
#ifndef MONDEQ_DEVICE_CPU_KERNELS_KERNELS_H_
#define MONDEQ_DEVICE_CPU_KERNELS_KERNELS_H_

#include <cstdint>

#include "mondeq/device/isa.h"

namespace mondeq {

constexpr std::int64_t kGroup = 16;
constexpr std::int64_t kPoint = 2 * kGroup;
constexpr std::int64_t kPanel = 8;

// f(n) for every number of points n that has a codelet, an unrolled transform (dft.h); other
// lengths are made of these (fft_plan.h).
#define MONDEQ_FFT_CODELETS(f) \
  f(1) f(2) f(3) f(4) f(5) f(6) f(7) f(8) f(9) f(10) f(11) f(12) f(13) f(15) f(16)

// The transform of lines of n = n1 n2 points (see fft_plan.h, which makes it).
template <class T>
struct FftPlan {
  std::int64_t n, n1, n2;
  // Input j1 of transform j2 is point in[j2 n1 + j1]; output k2 of transform k1 is point
  // out[k1 n2 + k2].
  const std::int32_t *in, *out;
  // exp(-2 pi i j2 k1 / n) as pairs, [j2][k1]; null where n1 and n2 are coprime.
  const T* twiddles;
  // exp(-2 pi i k / n1) and for n2 as pairs, for factors without a codelet.
  const T *roots1, *roots2;
};

// Memory that will be read soon, to be fetched while something is computed.
struct PrefetchList {
  static constexpr int kMost = 17;  // a matrix, and four blocks of x and y, on both sides
  const void* begin[kMost];
  std::int64_t bytes[kMost];
  int count;

  void Add(const void* p, std::int64_t size) {
    begin[count] = p;
    bytes[count++] = size;
  }
};

// One group of samples on one line of points: out = transform of in, scaled.
template <class T>
struct FftLine {
  const T* in;
  std::int64_t in_stride;
  T* out;
  std::int64_t out_stride;
  // Whether the transform is the inverse one, without 1/n.
  bool inverse;
  T scale;
  // Room for 2 n points.
  T* scratch;
  // Lines of as many points that will be read soon, or null: they are fetched meanwhile, in order.
  const T* prefetch[2];
  std::int64_t prefetch_stride;
};

// y_i = alpha sum_j op(M)_ij x_j + beta y_i for the blocks i, j of one matrix, and the same with
// the conjugate matrix for the negative frequency.
template <class T>
struct BlockProduct {
  // Stored: rows x columns blocks of m x n, in panels: [row block][panel][columns n][re, im].
  const T* matrix;
  std::int64_t rows, columns, m, n;
  // op is the identity, or the conjugate transpose.
  bool adjoint;
  // Blocks of points [channel][group], for the frequency and its negative (null: none).
  const T* const* x[2];
  T* const* y[2];
  std::int64_t groups;
  T alpha, beta;
  T* scratch;  // BlockProductScratch elements
  PrefetchList prefetch;
};

// How many elements of scratch a BlockProduct needs for a stored matrix of this many rows and
// columns in all.
inline std::int64_t BlockProductScratch(std::int64_t rows, std::int64_t columns) {
  constexpr std::int64_t kTileLanes = 3 * kGroup;
  return 6 * (rows > columns ? rows : columns) * kTileLanes + 2 * (rows + 4 * kPanel) * columns;
}

// y = op(M) x for one sample whose channels are the lanes of its points.
template <class T>
struct BlockVectorProduct {
  const T* matrix;
  std::int64_t rows, columns, m, n;
  bool adjoint;
  const T* const* x;
  T* const* y;
  T alpha, beta;
  T* scratch;  // BlockVectorProductScratch elements
};

// How many elements of scratch a BlockVectorProduct needs, likewise.
inline std::int64_t BlockVectorProductScratch(std::int64_t rows, std::int64_t columns) {
  return 2 * (rows > columns ? rows : columns) + 4 * kPanel * columns;
}

// A part of what a gram sums over: samples at a frequency, or at its negative.
template <class T>
struct GramPart {
  const T *u, *z;  // [m][groups] and [n][groups] points
  bool negative;
};

// gram[i][j] = sum over samples of conj(u_i) z_j for a frequency, plus the conjugate of the same
// for its negative: real parts [m][stride], then imaginary parts.
template <class T>
struct Gram {
  static constexpr int kMostParts = 8;
  GramPart<T> parts[kMostParts];
  int part_count;
  std::int64_t m, n, groups;
  T* gram;
  std::int64_t stride;  // a multiple of kGroup, >= n
  T* scratch;           // GramScratch elements
  PrefetchList prefetch;
};

// How many elements of scratch a Gram needs with this many groups in all parts together.
inline std::int64_t GramScratch(std::int64_t m, std::int64_t n, std::int64_t groups) {
  const std::int64_t lanes = groups * kGroup, stride = (n + kGroup - 1) / kGroup * kGroup;
  return 3 * lanes * (m + stride);
}

// The inverse of a complex matrix whose Hermitian part is positive definite, without pivots. Rows
// of real parts [n][stride] and of imaginary parts, in place.
template <class T>
struct ComplexInverse {
  std::int64_t n, stride;  // stride: a multiple of kGroup, >= n; the columns between are free
  T *re, *im;
  T* scratch;  // ComplexInverseScratch elements
};

// How many elements of scratch a ComplexInverse needs.
inline std::int64_t ComplexInverseScratch(std::int64_t n, std::int64_t stride) {
  return 2 * kGroup * (kGroup + n + stride);
}

// to[column] = sum_j roots_j taps_j[column] for the columns of panels: of real ones, [columns]
// [kPanel], or complex ones.
template <class T>
struct TapSum {
  const T* const* taps;
  const T* roots;  // pairs
  int count;
  bool complex;
  std::int64_t columns;
  T* to;
};

// to_t += sum_j roots_jt from_j for complex arrays: real parts [count], then imaginary parts.
template <class T>
struct ComplexSums {
  static constexpr int kMost = 4;  // the most sources of a call
  int targets, sources;
  const T* roots;      // pairs [sources][targets]
  std::int64_t count;  // a multiple of kGroup
  const T* from;
  std::int64_t from_stride;
  T* to;  // the targets, one after the other
};

// A matrix in panels, [rows blocks of m][columns], beside its transpose in rows of real and of
// imaginary parts, [columns][stride].
template <class T>
struct PlanarMatrix {
  T* panels;
  std::int64_t rows, m, columns;
  T *re, *im;
  std::int64_t stride;
  // Panels are made as factor times the matrix, plus identity I.
  T factor, identity;
};

// A product copies b in panels of at most so many rows and columns.
constexpr std::int64_t kRealPanelDepth = 512, kRealPanelColumns = 64;

// How many elements of scratch a RealProduct needs.
constexpr std::int64_t RealProductScratch() { return kRealPanelDepth * kRealPanelColumns; }

// c = alpha op(a) op(b) + beta c, op the identity or the transpose: c [m, n], k products each. With
// beta = 0, c need not be initialised.
template <class T>
struct RealProduct {
  std::int64_t m, n, k;
  T alpha;
  const T* a;
  std::int64_t a_stride;
  bool a_transposed;
  const T* b;
  std::int64_t b_stride;
  bool b_transposed;
  T beta;
  T* c;
  std::int64_t c_stride;
  T* scratch;  // RealProductScratch elements
};

template <class T>
struct Kernels {
  void (*fft)(const FftPlan<T>&, const FftLine<T>&);
  void (*block_product)(const BlockProduct<T>&);
  void (*block_vector_product)(const BlockVectorProduct<T>&);
  void (*gram)(const Gram<T>&);
  void (*complex_inverse)(const ComplexInverse<T>&);
  void (*sum_taps)(const TapSum<T>&);
  void (*add_scaled)(const ComplexSums<T>&);
  void (*unpack_panels)(const PlanarMatrix<T>&);
  void (*pack_panels)(const PlanarMatrix<T>&);
  void (*real_product)(const RealProduct<T>&);
  // `steps` rounds of independent vectors of multiply-adds, nothing else; returns how many
  // floating-point operations that was. For measuring the processor's peak.
  double (*multiply_adds)(std::int64_t steps, T* sink);
};

// The kernels that are compiled for an available instruction set.
template <class T>
const Kernels<T>& GetKernels(Isa isa);

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CPU_KERNELS_KERNELS_H_
