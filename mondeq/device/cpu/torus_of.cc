#include "mondeq/device/cpu/torus_of.h"

#include <cmath>

#include "mondeq/core/status.h"

namespace mondeq {

template <class T>
TorusOf<T>::TorusOf(const Frequencies* frequencies, const Frequencies* half, ThreadPool* pool,
                    Isa isa)
    : frequencies_(*frequencies),
      half_(half),
      pool_(*pool),
      kernels_(GetKernels<T>(isa)),
      fft_(frequencies->rows(), frequencies->columns(), &kernels_) {
  workers_.reserve(static_cast<std::size_t>(pool->threads()));
  for (int i = 0; i < pool->threads(); ++i) workers_.emplace_back(&fft_);
}

template <class T>
void TorusOf<T>::Transform(const T* x, const SpectrumLayout& layout, T* spectrum) {
  ForEveryTask(layout.points(), [&](Worker& worker, Index task, Index next) {
    const SlabPlace place = layout.Place(task), soon = layout.Place(next < 0 ? task : next);
    for (Index column = 0; column < frequencies_.columns(); ++column) {
      worker.slab.PassColumn(column, false, true, [&](T* pixels) {
        worker.slab.LoadColumn(x, layout, place, soon, column, pixels);
      });
    }
    worker.slab.Store(layout, place, nullptr, spectrum);
  });
}

template <class T>
void TorusOf<T>::Invert(const T* spectrum, const SpectrumLayout& layout, T* x) {
  ForEveryTask(layout.points(), [&](Worker& worker, Index task, Index next) {
    const SlabPlace place = layout.Place(task), soon = layout.Place(next < 0 ? task : next);
    worker.slab.Load(spectrum, layout, place);
    for (Index column = 0; column < frequencies_.columns(); ++column) {
      worker.slab.PassColumn(column, true, false, [&](T* pixels) {
        worker.slab.StoreColumn(pixels, layout, place, soon, column, x);
      });
    }
  });
}

template <class T>
void TorusOf<T>::Map(T* spectrum, const SpectrumLayout& layout, const BlockMap& map) {
  ForEveryTask(layout.points(), [&](Worker& worker, Index task, Index next) {
    const SlabPlace place = layout.Place(task), soon = layout.Place(next < 0 ? task : next);
    worker.slab.Load(spectrum, layout, place);
    for (Index column = 0; column < frequencies_.columns(); ++column) {
      worker.slab.PassColumn(column, true, true, [&](T* pixels) {
        worker.slab.MapColumn(map, layout, place, soon, column, pixels);
      });
    }
    worker.slab.Store(layout, place, spectrum + soon.point * kPoint, spectrum);
  });
}

template <class T>
typename TorusOf<T>::Pointers TorusOf<T>::BlockPointers(const Operand& operand,
                                                        const Frequencies::Pair& pair) const {
  const Index stride = operand.layout.stride();
  Pointers pointers = {};
  if (!operand.four) {
    pointers.of[0][0] = operand.data + pair.f * stride;
    pointers.of[1][0] = operand.data + pair.negative * stride;
    return pointers;
  }
  const std::array<Index, 4> aliases = frequencies_.Aliases(pair.f);
  for (std::size_t i = 0; i < 4; ++i) {
    pointers.of[0][i] = operand.data + aliases[i] * stride;
    pointers.of[1][i] = operand.data + frequencies_.Negative(aliases[i]) * stride;
  }
  return pointers;
}

template <class T>
void TorusOf<T>::PrefetchBlocks(const Operand& operand, const Frequencies::Pair& pair,
                                PrefetchList* list) const {
  const Pointers pointers = BlockPointers(operand, pair);
  for (const auto& side : pointers.of) {
    for (Index i = 0; i < (operand.four ? 4 : 1); ++i)
      list->Add(side[i], Bytes(operand.layout.stride()));
  }
}

template <class T>
void TorusOf<T>::Multiply(bool over_half, T alpha, const T* matrices, const MatrixFormat& format,
                          bool adjoint, const Operand& x, T beta, const Operand& y) {
  const Frequencies& over = over_half ? half() : frequencies_;
  const Index size = format.size(),
              scratch =
                  std::max(BlockProductScratch(format.row_count(), format.column_count()),
                           BlockVectorProductScratch(format.row_count(), format.column_count()));
  ForEveryTask(over.pairs(), [&](Worker& worker, Index task, Index next) {
    const Frequencies::Pair& pair = over.pair(task);
    const Pointers from = BlockPointers(x, pair), to = BlockPointers(y, pair);
    if (x.layout.lanes_are_channels()) {
      BlockVectorProduct<T> product{matrices + task * size,
                                    format.rows,
                                    format.columns,
                                    format.m,
                                    format.n,
                                    adjoint,
                                    from.of[0],
                                    to.of[0],
                                    alpha,
                                    beta,
                                    worker.scratch.Get(scratch)};
      kernels_.block_vector_product(product);
      if (!pair.own_negative()) MirrorVector(y, to);
      return;
    }
    BlockProduct<T> product = {};
    product.matrix = matrices + task * size;
    product.rows = format.rows;
    product.columns = format.columns;
    product.m = format.m;
    product.n = format.n;
    product.adjoint = adjoint;
    product.x[0] = from.of[0];
    product.y[0] = to.of[0];
    product.x[1] = pair.own_negative() ? nullptr : from.of[1];
    product.y[1] = to.of[1];
    product.groups = x.layout.groups();
    product.alpha = alpha;
    product.beta = beta;
    product.scratch = worker.scratch.Get(scratch);
    if (next >= 0) {
      product.prefetch.Add(matrices + next * size, Bytes(size));
      PrefetchBlocks(x, over.pair(next), &product.prefetch);
      if (y.data != x.data) PrefetchBlocks(y, over.pair(next), &product.prefetch);
    }
    kernels_.block_product(product);
  });
}

template <class T>
void TorusOf<T>::MirrorVector(const Operand& y, const Pointers& to) const {
  for (int block = 0; block < (y.four ? 4 : 1); ++block) {
    const T* from = to.of[0][block];
    T* negative = to.of[1][block];
    for (Index i = 0; i < y.layout.stride(); i += kPoint) {
      for (Index lane = 0; lane < kGroup; ++lane) {
        negative[i + lane] = from[i + lane];
        negative[i + kGroup + lane] = -from[i + kGroup + lane];
      }
    }
  }
}

template <class T>
std::array<T, 2> Root(Index k, Index n) {
  const double angle =
      2 * 3.14159265358979323846 * static_cast<double>(k % n) / static_cast<double>(n);
  return {static_cast<T>(std::cos(angle)), static_cast<T>(std::sin(angle))};
}

template std::array<float, 2> Root(Index, Index);
template std::array<double, 2> Root(Index, Index);
template class TorusOf<float>;
template class TorusOf<double>;

}  // namespace mondeq
