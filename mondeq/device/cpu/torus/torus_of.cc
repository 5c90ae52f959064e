#include "mondeq/device/cpu/torus/torus_of.h"

#include <algorithm>
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
  ForEveryTask(layout.shares * layout.points(), [&](Worker& worker, Index task, Index next) {
    const SlabPlace place = layout.Place(task), soon = layout.Place(next < 0 ? task : next);
    for (Index row = 0; row < frequencies_.rows(); ++row) {
      const auto fetch = worker.slab.Ahead({nullptr, x}, layout, place, soon, row);
      worker.slab.PassRow(row, false, true, fetch,
                          [&](T* pixels) { worker.slab.LoadRow(x, layout, place, row, pixels); });
    }
    worker.slab.Store(layout, place, nullptr, spectrum);
  });
}

template <class T>
void TorusOf<T>::Invert(const T* spectrum, const SpectrumLayout& layout, T* x) {
  ForEveryTask(layout.shares * layout.points(), [&](Worker& worker, Index task, Index next) {
    const SlabPlace place = layout.Place(task), soon = layout.Place(next < 0 ? task : next);
    worker.slab.Load(spectrum, layout, place);
    for (Index row = 0; row < frequencies_.rows(); ++row) {
      const auto fetch = worker.slab.Ahead({x}, layout, place, soon, row);
      worker.slab.PassRow(row, true, false, fetch,
                          [&](T* pixels) { worker.slab.StoreRow(pixels, layout, place, row, x); });
    }
  });
}

template <class T>
void TorusOf<T>::Map(T* spectrum, const SpectrumLayout& layout, const BlockMap& map) {
  StatePointers<T> states = {};
  const BlockMap::States tensors = map.states();
  std::transform(tensors.begin(), tensors.end(), states.begin(),
                 [](const Tensor& state) { return state.empty() ? nullptr : state.data<T>(); });
  ForEveryTask(layout.shares * layout.points(), [&](Worker& worker, Index task, Index next) {
    const SlabPlace place = layout.Place(task), soon = layout.Place(next < 0 ? task : next);
    worker.slab.Load(spectrum, layout, place);
    for (Index row = 0; row < frequencies_.rows(); ++row) {
      const auto fetch = worker.slab.Ahead(states, layout, place, soon, row);
      worker.slab.PassRow(row, true, true, fetch,
                          [&](T* pixels) { worker.slab.MapRow(map, layout, place, row, pixels); });
    }
    worker.slab.Store(layout, place, worker.slab.Start(spectrum, layout, soon), spectrum);
  });
}

template <class T>
typename TorusOf<T>::Pointers TorusOf<T>::BlockPointers(const Operand& operand,
                                                        const Frequencies& over, Index share,
                                                        const Frequencies::Pair& pair) const {
  const Index stride = operand.layout.stride();
  const Frequencies& frequencies = operand.four ? frequencies_ : over;
  T* data = operand.data + share * frequencies.count() * stride;
  Pointers pointers = {};
  if (!operand.four) {
    pointers.of[0][0] = data + pair.f * stride;
    pointers.of[1][0] = data + pair.negative * stride;
    return pointers;
  }
  const std::array<Index, 4> aliases = frequencies_.Aliases(pair.f);
  for (std::size_t i = 0; i < 4; ++i) {
    pointers.of[0][i] = data + aliases[i] * stride;
    pointers.of[1][i] = data + frequencies_.Negative(aliases[i]) * stride;
  }
  return pointers;
}

template <class T>
void TorusOf<T>::PrefetchBlocks(const Operand& operand, const Pointers& pointers,
                                PrefetchList* list) const {
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
  // Tasks are all pairs for one share of the samples, then for the next.
  const Index pairs = over.pairs();
  const auto blocks = [&](const Operand& operand, Index task) {
    return BlockPointers(operand, over, task / pairs, over.pair(task % pairs));
  };
  ForEveryTask(x.layout.shares * pairs, [&](Worker& worker, Index task, Index next) {
    const Frequencies::Pair& pair = over.pair(task % pairs);
    const Pointers from = blocks(x, task), to = blocks(y, task);
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
    product.matrix = matrices + task % pairs * size;
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
      product.prefetch.Add(matrices + next % pairs * size, Bytes(size));
      PrefetchBlocks(x, blocks(x, next), &product.prefetch);
      if (y.data != x.data) PrefetchBlocks(y, blocks(y, next), &product.prefetch);
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
