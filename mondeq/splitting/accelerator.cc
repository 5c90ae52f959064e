#include "mondeq/splitting/accelerator.h"

#include <algorithm>

#include "mondeq/device/for_each.h"

namespace mondeq {
namespace {

// sums += a b, in lanes.
template <class T>
MONDEQ_HOST_DEVICE void AddProducts(const T* __restrict a, const T* __restrict b, Index lanes,
                                    double* __restrict sums) {
  for (Index l = 0; l < lanes; ++l)
    sums[l] += static_cast<double>(a[l]) * static_cast<double>(b[l]);
}

// sums += a (p - x), in lanes.
template <class T>
MONDEQ_HOST_DEVICE void AddProducts(const T* __restrict a, const T* __restrict p,
                                    const T* __restrict x, Index lanes, double* __restrict sums) {
  for (Index l = 0; l < lanes; ++l)
    sums[l] += static_cast<double>(a[l]) * static_cast<double>(p[l] - x[l]);
}

// The new columns of a chunk of rows, and its sums of products (mixer.h).
template <class T>
struct CompareStates {
  Products products;
  Index rows, batch, rows_per_chunk, chunks;
  // Columns of memory that hold something, and which of them are the new ones.
  int columns, place;
  const T *p, *x, *kept, *residual;
  T *secants, *images;
  double* sums;

  MONDEQ_HOST_DEVICE double* Sums(int product, Index chunk) const {
    return sums + (product * chunks + chunk) * batch;
  }
  MONDEQ_HOST_DEVICE void operator()(Index chunk, Index begin, Index end) const {
    const Index lanes = end - begin, size = rows * batch;
    for (int i = 0; i < products.count(); ++i) {
      for (Index l = begin; l < end; ++l) Sums(i, chunk)[l] = 0;
    }
    const Index first = chunk * rows_per_chunk;
    const Index last = first + rows_per_chunk < rows ? first + rows_per_chunk : rows;
    for (Index row = first; row < last; ++row) {
      const Index at = row * batch + begin;
      T *a_new = secants + place * size + at, *g_new = images + place * size + at;
      Differences(p + at, x + at, kept + at, residual + at, lanes, a_new, g_new,
                  Sums(Products::kResidual, chunk) + begin, Sums(Products::kImage, chunk) + begin,
                  Sums(Products::kState, chunk) + begin);
      for (int j = 0; j < columns; ++j) {
        const T *a = secants + j * size + at, *g = images + j * size + at;
        AddProducts(a, a_new, lanes, Sums(products.Secants(j), chunk) + begin);
        AddProducts(a, p + at, x + at, lanes, Sums(products.Residual(j), chunk) + begin);
        if (!products.crossed) continue;
        AddProducts(a, g_new, lanes, Sums(products.Image(j), chunk) + begin);
        AddProducts(a_new, g, lanes, Sums(products.State(j), chunk) + begin);
      }
    }
  }

 private:
  MONDEQ_HOST_DEVICE void Differences(const T* __restrict p_row, const T* __restrict x_row,
                                      const T* __restrict kept_row,
                                      const T* __restrict residual_row, Index lanes,
                                      T* __restrict a_row, T* __restrict g_row,
                                      double* __restrict f_sums, double* __restrict g_sums,
                                      double* __restrict s_sums) const {
    for (Index l = 0; l < lanes; ++l) {
      const T f = p_row[l] - x_row[l], g = p_row[l] - kept_row[l], y = f - residual_row[l],
              s = g - y;
      a_row[l] = products.crossed ? s : y;
      g_row[l] = g;
      f_sums[l] += static_cast<double>(f) * static_cast<double>(f);
      g_sums[l] += static_cast<double>(g) * static_cast<double>(g);
      s_sums[l] += static_cast<double>(s) * static_cast<double>(s);
    }
  }
};

// A row of the next states.
template <class T>
struct MixStates {
  Index rows, batch;
  int columns, memory;
  const T *images, *weights;
  T *p, *x, *kept, *residual;

  MONDEQ_HOST_DEVICE void operator()(Index row, Index begin, Index end) const {
    const Index at = row * batch + begin, lanes = end - begin;
    Take(weights + memory * batch + begin, lanes, p + at, x + at, kept + at, residual + at);
    for (int j = 0; j < columns; ++j)
      Subtract(weights + j * batch + begin, images + (j * rows * batch + at), lanes, x + at);
    for (Index l = 0; l < lanes; ++l) p[at + l] = x[at + l];
  }

 private:
  static MONDEQ_HOST_DEVICE void Take(const T* __restrict keeps, Index lanes,
                                      const T* __restrict p_row, T* __restrict x_row,
                                      T* __restrict kept_row, T* __restrict residual_row) {
    for (Index l = 0; l < lanes; ++l) {
      const bool keep = keeps[l] != 0;
      residual_row[l] = keep ? p_row[l] - x_row[l] : residual_row[l];
      kept_row[l] = keep ? p_row[l] : kept_row[l];
      x_row[l] = kept_row[l];
    }
  }
  static MONDEQ_HOST_DEVICE void Subtract(const T* __restrict weight, const T* __restrict g,
                                          Index lanes, T* __restrict x_row) {
    for (Index l = 0; l < lanes; ++l) x_row[l] -= weight[l] * g[l];
  }
};

// So many rows are summed at a time, by one thread: as many of them for a state whatever the batch
// is, so that a sample's sums do not depend on it.
Index RowsPerChunk(Index rows) {
  constexpr Index kLeast = 32, kMostChunks = 64;
  return std::max(kLeast, (rows + kMostChunks - 1) / kMostChunks);
}

}  // namespace

void Accelerator::Begin(const Acceleration& acceleration, const Shape& shape) {
  acceleration_ = acceleration;
  const Index rows = shape[0], batch = shape[1];
  mixer_.Begin(acceleration, static_cast<std::size_t>(batch));
  calls_ = 0;
  for (Scratch* state : {&x_, &kept_, &residual_}) state->Get(device_, dtype_, shape);
  for (Scratch* columns : {&secants_, &images_})
    columns->Get(device_, dtype_, {acceleration.memory, rows, batch});
  weights_.Get(device_, dtype_, {acceleration.memory + 1, batch});
  const Index chunks = (rows + RowsPerChunk(rows) - 1) / RowsPerChunk(rows);
  const int products = Products(acceleration).count();
  sums_.Get(device_, DType::kFloat64, {products * chunks, batch});
  ends_.resize(static_cast<std::size_t>(products));
  for (std::size_t i = 0; i < ends_.size(); ++i) ends_[i] = static_cast<Index>(i + 1) * chunks;
}

bool Accelerator::Advance(absl::FunctionRef<bool(std::size_t)> frozen, bool may_mix,
                          const Tensor& p) {
  if (calls_++ == 0) {
    // The differences of the second call, which nobody uses, are those to this.
    device_.Copy(p, x_.get());
    device_.Copy(p, kept_.get());
    device_.Fill(0, residual_.get());
    return false;
  }
  const int memory = acceleration_.memory, place = (calls_ - 2) % memory;
  Compare(p, place);
  const std::size_t batch = static_cast<std::size_t>(p.columns());
  gamma_.resize(static_cast<std::size_t>(memory));
  host_weights_.assign((gamma_.size() + 1) * batch, 0);
  bool changed = false;
  for (std::size_t sample = 0; sample < batch; ++sample) {
    Mixer::Next next = Mixer::Next::kPlain;
    if (!frozen(sample)) next = mixer_.Advance(sample, products_, place, may_mix, gamma_.data());
    host_weights_[gamma_.size() * batch + sample] = next == Mixer::Next::kLastKept ? 0 : 1;
    changed = changed || next != Mixer::Next::kPlain;
    if (next != Mixer::Next::kMixed) continue;
    for (std::size_t j = 0; j < gamma_.size(); ++j) host_weights_[j * batch + sample] = gamma_[j];
  }
  Mix(p);
  return changed;
}

void Accelerator::Compare(const Tensor& p, int place) {
  const Index rows = p.rows(), batch = p.columns(), rows_per_chunk = RowsPerChunk(rows),
              chunks = ends_.front();
  const Products products(acceleration_);
  DispatchFloat(dtype_, [&](auto type) {
    using T = decltype(type);
    ForEachRow(device_, chunks, batch,
               CompareStates<T>{products, rows, batch, rows_per_chunk, chunks,
                                std::min(calls_ - 1, acceleration_.memory), place, p.data<T>(),
                                x_.get().data<T>(), kept_.get().data<T>(),
                                residual_.get().data<T>(), secants_.get().data<T>(),
                                images_.get().data<T>(), sums_.get().data<double>()},
               rows_per_chunk * products.count());
  });
  device_.SumColumnsOf(sums_.get(), ends_, &products_);
}

void Accelerator::Mix(const Tensor& p) {
  to_device_.CopyTo(device_, host_weights_, weights_.get());
  DispatchFloat(dtype_, [&](auto type) {
    using T = decltype(type);
    const int memory = acceleration_.memory;
    ForEachRow(device_, p.rows(), p.columns(),
               MixStates<T>{p.rows(), p.columns(), std::min(calls_ - 1, memory), memory,
                            images_.get().data<T>(), weights_.get().data<T>(), p.data<T>(),
                            x_.get().data<T>(), kept_.get().data<T>(), residual_.get().data<T>()},
               Index{memory});
  });
}

}  // namespace mondeq
