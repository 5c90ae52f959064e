// Products of real matrices: tiles of accumulators in registers over a panel of b, a few vectors of
// columns that have been copied side by side. The panel stays in the second-level cache while all
// rows of a pass over it; columns that fill no vector are followed by zeros.
//
// Products with one column or row read their matrix once, as it lies.
#ifndef MONDEQ_DEVICE_CPU_KERNELS_REAL_PRODUCT_H_
#define MONDEQ_DEVICE_CPU_KERNELS_REAL_PRODUCT_H_

#include "mondeq/device/cpu/kernels/simd.h"
#include "mondeq/device/cpu/kernels/transpose.h"

namespace mondeq {
namespace MONDEQ_ISA {

static_assert(kTileVectors * kWidth<float> <= kRealPanelColumns,
              "RealProductScratch() must hold a panel");

// Makes panel[k][columns]: op(b) from `column` on, `count` columns and then zeros.
template <class T>
struct PanelCopy {
  const T* b;
  std::int64_t stride;
  std::int64_t depth, count, columns;
  T* panel;

  void Run(bool transposed) const {
    if (count < columns) {
      for (std::int64_t i = 0; i < depth * columns; ++i) panel[i] = 0;
    }
    transposed ? Transposed() : Straight();
  }

 private:
  void Straight() const {
    for (std::int64_t k = 0; k < depth; ++k) {
      const T* from = b + k * stride;
      T* to = panel + k * columns;
      std::int64_t j = 0;
      for (; j + kWidth<T> <= count; j += kWidth<T>) Store<T>(Load(from + j), to + j);
      for (; j < count; ++j) to[j] = from[j];
    }
  }

  void Transposed() const {
    const std::int64_t whole_depth = depth / kWidth<T> * kWidth<T>;
    std::int64_t j = 0;
    for (; j + kWidth<T> <= count; j += kWidth<T>) {
      for (std::int64_t k = 0; k < whole_depth; k += kWidth<T>) Square(j, k);
      Elements(j, j + kWidth<T>, whole_depth);
    }
    Elements(j, count, 0);
  }

  void Square(std::int64_t j, std::int64_t k) const {
    Vector<T> square[kWidth<T>];
    MONDEQ_UNROLL
    for (int i = 0; i < kWidth<T>; ++i) square[i] = Load(b + (j + i) * stride + k);
    Transpose<T>(square);
    MONDEQ_UNROLL
    for (int i = 0; i < kWidth<T>; ++i) Store<T>(square[i], panel + (k + i) * columns + j);
  }

  void Elements(std::int64_t begin, std::int64_t end, std::int64_t first_k) const {
    for (std::int64_t j = begin; j < end; ++j) {
      for (std::int64_t k = first_k; k < depth; ++k) panel[k * columns + j] = b[j * stride + k];
    }
  }
};

// c = alpha sum + beta c for a vector's first `count` elements.
template <class T>
MONDEQ_INLINE void StoreProduct(const RealProduct<T>& p, Vector<T> sum, T* c, std::int64_t count) {
  const Vector<T> scaled = Splat(p.alpha) * sum;
  if (count >= kWidth<T>) {
    Store<T>(p.beta == T{0} ? scaled : scaled + Splat(p.beta) * Load(c), c);
    return;
  }
  T values[kWidth<T>];
  Store<T>(scaled, values);
  for (std::int64_t j = 0; j < count; ++j) {
    c[j] = p.beta == T{0} ? values[j] : values[j] + p.beta * c[j];
  }
}

// Rows i .. i + kRows - 1 of c at the panel's columns.
template <int kRows, int kVectors, class T>
MONDEQ_INLINE void ProductTile(const RealProduct<T>& p, std::int64_t i, const T* panel,
                               std::int64_t column, std::int64_t count) {
  const std::int64_t row_stride = p.a_transposed ? 1 : p.a_stride;
  const std::int64_t k_stride = p.a_transposed ? p.a_stride : 1;
  const T* a = p.a + i * row_stride;
  Vector<T> sums[kRows][kVectors] = {};
  for (std::int64_t k = 0; k < p.k; ++k) {
    Vector<T> b[kVectors];
    MONDEQ_UNROLL
    for (int v = 0; v < kVectors; ++v) b[v] = Load(panel + v * kWidth<T>);
    MONDEQ_UNROLL
    for (int r = 0; r < kRows; ++r) {
      const Vector<T> x = Splat(a[r * row_stride]);
      MONDEQ_UNROLL
      for (int v = 0; v < kVectors; ++v) sums[r][v] += x * b[v];
    }
    a += k_stride;
    panel += kVectors * kWidth<T>;
  }
  MONDEQ_UNROLL
  for (int r = 0; r < kRows; ++r) {
    MONDEQ_UNROLL
    for (int v = 0; v < kVectors; ++v) {
      StoreProduct(p, sums[r][v], p.c + (i + r) * p.c_stride + column + v * kWidth<T>,
                   count - v * kWidth<T>);
    }
  }
}

// Rows i .. m - 1: as many tiles of kRows as there are, then smaller ones.
template <int kRows, int kVectors, class T>
void ProductRows(const RealProduct<T>& p, std::int64_t i, const T* panel, std::int64_t column,
                 std::int64_t count) {
  for (; i + kRows <= p.m; i += kRows) ProductTile<kRows, kVectors>(p, i, panel, column, count);
  if constexpr (kRows > 1) {
    if (i < p.m) ProductRows<kRows / 2, kVectors>(p, i, panel, column, count);
  }
}

template <int kVectors, class T>
void ProductPanel(const RealProduct<T>& p, std::int64_t vectors, std::int64_t column,
                  std::int64_t count) {
  if constexpr (kVectors > 1) {
    if (vectors < kVectors) return ProductPanel<kVectors - 1>(p, vectors, column, count);
  }
  const T* b = p.b + (p.b_transposed ? column * p.b_stride : column);
  PanelCopy<T>{b, p.b_stride, p.k, count, kVectors * kWidth<T>, p.scratch}.Run(p.b_transposed);
  ProductRows<kTileRows, kVectors>(p, 0, p.scratch, column, count);
}

template <class T>
void MatrixProduct(const RealProduct<T>& p) {
  // Panels are of about the same width: a narrow one at the end would be slow.
  const std::int64_t all = (p.n + kWidth<T> - 1) / kWidth<T>;
  const std::int64_t panels = (all + kTileVectors - 1) / kTileVectors;
  const std::int64_t vectors = (all + panels - 1) / panels, columns = vectors * kWidth<T>;
  for (std::int64_t column = 0; column < p.n; column += columns) {
    const std::int64_t count = columns < p.n - column ? columns : p.n - column;
    ProductPanel<kTileVectors>(p, (count + kWidth<T> - 1) / kWidth<T>, column, count);
  }
}

// y = alpha M x + beta y, x contiguous.
template <class T>
struct VectorProduct {
  const T* matrix;
  std::int64_t stride;
  std::int64_t outputs, inputs;
  const T* x;
  T alpha, beta;
  T* y;
  std::int64_t y_stride;

  // A row of the matrix for each output: dot products, several rows at a time.
  void ByOutputs() const {
    constexpr int kRows = 4;
    std::int64_t i = 0;
    for (; i + kRows <= outputs; i += kRows) Dots<kRows>(i);
    for (; i < outputs; ++i) Dots<1>(i);
  }

  // A row of the matrix for each input: vectors of outputs are summed over all rows.
  void ByInputs() const {
    constexpr int kVectors = 8;
    std::int64_t i = 0;
    for (; i + kVectors * kWidth<T> <= outputs; i += kVectors * kWidth<T>) Sums<kVectors>(i);
    for (; i + kWidth<T> <= outputs; i += kWidth<T>) Sums<1>(i);
    for (; i < outputs; ++i) {
      T sum = 0;
      for (std::int64_t k = 0; k < inputs; ++k) sum += matrix[k * stride + i] * x[k];
      Put(i, sum);
    }
  }

 private:
  void Put(std::int64_t i, T sum) const {
    T& to = y[i * y_stride];
    to = beta == T{0} ? alpha * sum : alpha * sum + beta * to;
  }

  template <int kRows>
  void Dots(std::int64_t i) const {
    const T* rows = matrix + i * stride;
    Vector<T> sums[kRows] = {};
    std::int64_t k = 0;
    for (; k + kWidth<T> <= inputs; k += kWidth<T>) {
      const Vector<T> factor = Load(x + k);
      MONDEQ_UNROLL
      for (int r = 0; r < kRows; ++r) sums[r] += Load(rows + r * stride + k) * factor;
    }
    MONDEQ_UNROLL
    for (int r = 0; r < kRows; ++r) {
      T sum = 0;
      for (int l = 0; l < kWidth<T>; ++l) sum += sums[r][l];
      for (std::int64_t rest = k; rest < inputs; ++rest) sum += rows[r * stride + rest] * x[rest];
      Put(i + r, sum);
    }
  }

  template <int kVectors>
  void Sums(std::int64_t i) const {
    Vector<T> sums[kVectors] = {};
    for (std::int64_t k = 0; k < inputs; ++k) {
      const Vector<T> factor = Splat(x[k]);
      MONDEQ_UNROLL
      for (int v = 0; v < kVectors; ++v) {
        sums[v] += Load(matrix + k * stride + i + v * kWidth<T>) * factor;
      }
    }
    T values[kVectors * kWidth<T>];
    MONDEQ_UNROLL
    for (int v = 0; v < kVectors; ++v) Store<T>(sums[v], values + v * kWidth<T>);
    for (int l = 0; l < kVectors * kWidth<T>; ++l) Put(i + l, values[l]);
  }
};

// x[k] = from[k * stride]: a copy in scratch, unless they already lie side by side.
template <class T>
const T* Contiguous(const T* from, std::int64_t stride, std::int64_t count, T* scratch) {
  if (stride == 1) return from;
  for (std::int64_t i = 0; i < count; ++i) scratch[i] = from[i * stride];
  return scratch;
}

// A product with one column, where a is the matrix, or with one row, where b is.
template <class T>
void OneColumnOrRow(const RealProduct<T>& p) {
  if (p.n == 1) {
    const T* x = Contiguous(p.b, p.b_transposed ? 1 : p.b_stride, p.k, p.scratch);
    const VectorProduct<T> product{p.a, p.a_stride, p.m, p.k, x, p.alpha, p.beta, p.c, p.c_stride};
    p.a_transposed ? product.ByInputs() : product.ByOutputs();
  } else {
    const T* x = Contiguous(p.a, p.a_transposed ? p.a_stride : 1, p.k, p.scratch);
    const VectorProduct<T> product{p.b, p.b_stride, p.n, p.k, x, p.alpha, p.beta, p.c, 1};
    p.b_transposed ? product.ByOutputs() : product.ByInputs();
  }
}

// c = beta c
template <class T>
void Scale(const RealProduct<T>& p) {
  for (std::int64_t i = 0; i < p.m; ++i) {
    T* row = p.c + i * p.c_stride;
    for (std::int64_t j = 0; j < p.n; ++j) row[j] = p.beta == T{0} ? T{0} : p.beta * row[j];
  }
}

template <class T>
void MultiplyReal(const RealProduct<T>& p) {
  // Empty operands may have no address.
  if (p.k == 0) return Scale(p);
  // The sum over k is in parts of about the same depth.
  const std::int64_t parts = (p.k + kRealPanelDepth - 1) / kRealPanelDepth;
  const std::int64_t depth = (p.k + parts - 1) / parts;
  for (std::int64_t part = 0; part < parts; ++part) {
    const std::int64_t k = part * depth;
    RealProduct<T> q = p;
    q.k = depth < p.k - k ? depth : p.k - k;
    q.a += p.a_transposed ? k * p.a_stride : k;
    q.b += p.b_transposed ? k : k * p.b_stride;
    if (part > 0) q.beta = 1;
    p.n == 1 || p.m == 1 ? OneColumnOrRow(q) : MatrixProduct(q);
  }
}

}  // namespace MONDEQ_ISA
}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CPU_KERNELS_REAL_PRODUCT_H_
