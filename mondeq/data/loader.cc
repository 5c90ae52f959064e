#include "mondeq/data/loader.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <type_traits>
#include <utility>

#include "mondeq/core/random.h"
#include "mondeq/core/status.h"

namespace mondeq {
namespace {

// Samples transposed at a time: their pixels stay in the first-level cache, and a row of floats is
// one line of it.
constexpr Index kBlock = 16;
constexpr int kValues = 256;

// Keeps the order of samples independent of what else is drawn from the run's seed.
constexpr std::uint64_t kShuffleSalt = 0x5368756666CC1E21u;

template <class T>
std::vector<T> MakeTable(const Normalization& normalization) {
  const std::size_t channels = normalization.mean.size();
  std::vector<T> table(channels * kValues);
  for (std::size_t c = 0; c < channels; ++c) {
    const double mean = normalization.mean[c], stddev = normalization.stddev[c];
    for (int v = 0; v < kValues; ++v) {
      table[c * kValues + static_cast<std::size_t>(v)] =
          static_cast<T>((v / 255.0 - mean) / stddev);
    }
  }
  return table;
}

// x[d][s] = table[channel of d][pixels[s][d]] for `count` samples; rows of x are `stride` apart.
// The block's width is a constant for the compiler wherever count allows it.
template <class T>
inline void Transpose(const std::uint8_t* const* pixels, Index count, Index dim, Index channels,
                      const T* table, T* x, Index stride) {
  for (Index d = 0; d < dim; d += channels) {
    for (Index c = 0; c < channels; ++c) {
      const T* const values = table + c * kValues;
      T* const row = x + (d + c) * stride;
      for (Index s = 0; s < count; ++s) row[s] = values[pixels[s][d + c]];
    }
  }
}

}  // namespace

Loader::Loader(std::shared_ptr<const Samples> samples, const Normalization& normalization,
               Index batch_size, std::uint64_t seed, bool shuffle)
    : samples_(std::move(samples)),
      batch_size_(batch_size),
      seed_(seed),
      shuffle_(shuffle),
      order_(static_cast<std::size_t>(samples_->count())),
      float_table_(MakeTable<float>(normalization)),
      double_table_(MakeTable<double>(normalization)) {
  MONDEQ_CHECK(batch_size > 0);
  MONDEQ_CHECK(static_cast<Index>(normalization.mean.size()) == samples_->features.channels);
  MONDEQ_CHECK(normalization.stddev.size() == normalization.mean.size());
  MONDEQ_CHECK(static_cast<Index>(samples_->pixels.size()) ==
               samples_->count() * samples_->features.dim());
  StartEpoch(0);
}

Index Loader::batches() const { return (samples_->count() + batch_size_ - 1) / batch_size_; }

Index Loader::count(Index batch) const {
  return std::min(batch_size_, samples_->count() - batch * batch_size_);
}

void Loader::StartEpoch(int epoch) {
  std::iota(order_.begin(), order_.end(), Index{0});
  if (!shuffle_) return;
  Random random(seed_ ^ kShuffleSalt, static_cast<std::uint64_t>(epoch));
  for (std::size_t n = order_.size(); n > 1; --n) {
    std::swap(order_[n - 1], order_[random.Below(n)]);
  }
}

template <class T>
Index Loader::Fill(Index batch, T* x, std::int32_t* labels) const {
  MONDEQ_CHECK(0 <= batch && batch < batches());
  const Index size = count(batch);
  const Index dim = samples_->features.dim();
  const Index* const order = order_.data() + batch * batch_size_;
  const T* table;
  if constexpr (std::is_same_v<T, float>) {
    table = float_table_.data();
  } else {
    table = double_table_.data();
  }

  for (Index begin = 0; begin < size; begin += kBlock) {
    const Index width = std::min(kBlock, size - begin);
    const std::uint8_t* pixels[kBlock];
    for (Index s = 0; s < width; ++s) pixels[s] = &samples_->pixels[order[begin + s] * dim];
    const Index channels = samples_->features.channels;
    if (width == kBlock) {
      Transpose(pixels, kBlock, dim, channels, table, x + begin, size);
    } else {
      Transpose(pixels, width, dim, channels, table, x + begin, size);
    }
  }
  for (Index s = 0; s < size; ++s) labels[s] = samples_->labels[order[s]];
  return size;
}

template Index Loader::Fill(Index batch, float* x, std::int32_t* labels) const;
template Index Loader::Fill(Index batch, double* x, std::int32_t* labels) const;

}  // namespace mondeq
