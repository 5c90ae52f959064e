#include "mondeq/data/loader.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <limits>
#include <numeric>
#include <utility>

#include "mondeq/core/random.h"
#include "mondeq/core/status.h"
#include "mondeq/data/check_dataset.h"

namespace mondeq {
namespace {

// The number of samples transposed at a time: their elements stay in the first-level cache, and a
// row of floats is one line of it.
constexpr Index kBlock = 16;

// These keep the order and the changes of samples independent of what else is drawn from the run's
// seed.
constexpr std::uint64_t kShuffleSalt = 0x5368756666CC1E21u;
constexpr std::uint64_t kAugmentSalt = 0x4175676D656E7421u;

template <class T>
std::vector<T> MakeTable(const Normalization& normalization) {
  const std::size_t channels = normalization.mean.size();
  std::vector<T> table(channels * kByteValues);
  for (std::size_t c = 0; c < channels; ++c) {
    const double mean = normalization.mean[c], stddev = normalization.stddev[c];
    for (int v = 0; v < kByteValues; ++v) {
      table[c * kByteValues + static_cast<std::size_t>(v)] =
          static_cast<T>((v / 255.0 - mean) / stddev);
    }
  }
  return table;
}

std::shared_ptr<const NormalizationTable> MakeTables(const Normalization& normalization,
                                                     bool pixels) {
  auto table = std::make_shared<NormalizationTable>();
  if (pixels) {
    table->floats = MakeTable<float>(normalization);
    table->doubles = MakeTable<double>(normalization);
    return table;
  }
  for (std::size_t c = 0; c < normalization.mean.size(); ++c) {
    table->mean_stddev.insert(table->mean_stddev.end(),
                              {normalization.mean[c], normalization.stddev[c]});
  }
  return table;
}

// x[d][s] = normalize(elements[s][d]) for `count` samples; rows of x are `stride` apart. The
// block's width is a constant for the compiler wherever count allows it.
template <class T, class Normalize>
inline void Transpose(const typename Normalize::Element* const* elements, Index count, Index dim,
                      Index channels, const Normalize& normalize, T* x, Index stride) {
  for (Index d = 0; d < dim; d += channels) {
    for (Index c = 0; c < channels; ++c) {
      const auto of_channel = normalize.Channel(c);
      T* const row = x + (d + c) * stride;
      for (Index s = 0; s < count; ++s) row[s] = of_channel(elements[s][d + c]);
    }
  }
}

// Returns the thread's room for kBlock changed images.
template <class E>
E* ChangeSpace(Index dim) {
  thread_local std::vector<E> space;
  const auto size = static_cast<std::size_t>(kBlock * dim);
  if (space.size() < size) space.resize(size);
  return space.data();
}

// Copies `count` pixels, going backwards from the one at `from`.
template <class E>
inline void CopyBackwards(const E* from, Index count, Index channels, E* to) {
  for (; count > 0; --count, from -= channels, to += channels) {
    for (Index c = 0; c < channels; ++c) to[c] = from[c];
  }
}

// Writes the row `from`, with its columns changed, to `to`: what columns.Source() says of every
// column, in three runs (black, copied, black). Black is 0, all of whose bytes are.
template <class E>
void ChangeRow(const E* from, const AxisMap& columns, const Features& features, E* to) {
  const Index channels = features.channels, count = columns.end - columns.begin;
  const auto bytes = [=](Index pixels) {
    return static_cast<std::size_t>(pixels * channels) * sizeof(E);
  };
  std::memset(to, 0, bytes(columns.begin));
  std::memset(to + columns.end * channels, 0, bytes(features.columns - columns.end));
  if (count == 0) return;
  from += columns.Source(columns.begin) * channels;
  to += columns.begin * channels;
  if (columns.sign > 0) {
    std::memcpy(to, from, bytes(count));
  } else if (channels == 3) {
    CopyBackwards(from, count, 3, to);  // a number of channels that the compiler knows
  } else {
    CopyBackwards(from, count, channels, to);
  }
}

template <class E>
void Change(const E* image, const PixelMap& map, const Features& features, E* to) {
  const Index row_size = features.columns * features.channels;
  for (std::int32_t row = 0; row < features.rows; ++row, to += row_size) {
    const std::int32_t source = map.rows.Source(row);
    if (source < 0) {
      std::memset(to, 0, static_cast<std::size_t>(row_size) * sizeof(E));
    } else {
      ChangeRow(image + source * row_size, map.columns, features, to);
    }
  }
}

}  // namespace

Loader::Loader(std::shared_ptr<const Samples> samples, const Normalization& normalization,
               Index batch_size, std::uint64_t seed, bool shuffle, Augmentations augmentations)
    : samples_(std::move(samples)),
      batch_size_(batch_size),
      seed_(seed),
      shuffle_(shuffle),
      table_(MakeTables(normalization, samples_->are_pixels())),
      augmentations_(std::make_shared<Augmentations>(std::move(augmentations))) {
  MONDEQ_CHECK(batch_size > 0);
  MONDEQ_CHECK(samples_->count() <= std::numeric_limits<std::int32_t>::max());
  MONDEQ_CHECK(static_cast<Index>(normalization.mean.size()) == samples_->features.channels);
  MONDEQ_CHECK(normalization.stddev.size() == normalization.mean.size());
  MONDEQ_CHECK(static_cast<Index>(samples_->pixels.size() + samples_->values.size()) ==
               samples_->count() * samples_->features.dim());
  StartEpoch(0);
}

Loader Loader::WithBatchSize(Index batch_size) const {
  MONDEQ_CHECK(batch_size > 0);
  Loader other = *this;
  other.batch_size_ = batch_size;
  return other;
}

Index Loader::batches() const { return (samples_->count() + batch_size_ - 1) / batch_size_; }

Index Loader::count(Index batch) const {
  return std::min(batch_size_, samples_->count() - batch * batch_size_);
}

void Loader::StartEpoch(int epoch) {
  const auto stream = static_cast<std::uint64_t>(epoch);
  epoch_seed_ = Random(seed_ ^ kAugmentSalt, stream).Next();
  // The order gets a new vector, as copies of the loader keep theirs.
  auto order =
      std::make_shared<std::vector<std::int32_t>>(static_cast<std::size_t>(samples_->count()));
  std::iota(order->begin(), order->end(), 0);
  if (shuffle_) {
    Random random(seed_ ^ kShuffleSalt, stream);
    for (std::size_t n = order->size(); n > 1; --n) {
      std::swap((*order)[n - 1], (*order)[random.Below(n)]);
    }
  }
  order_ = std::move(order);
}

DrawnSample Loader::DrawAt(Index place) const {
  const std::int32_t sample = (*order_)[static_cast<std::size_t>(place)];
  PixelMap map = PixelMap::Keep(samples_->features);
  Random random(epoch_seed_, static_cast<std::uint64_t>(sample));
  for (const auto& augmentation : *augmentations_) map = Then(map, augmentation->Draw(&random));
  return {sample, map};
}

void Loader::Draw(Index batch, DrawnSample* drawn) const {
  MONDEQ_CHECK(0 <= batch && batch < batches());
  const Index size = count(batch);
  for (Index s = 0; s < size; ++s) drawn[s] = DrawAt(batch * batch_size_ + s);
}

template <class T, class Normalize>
void Loader::FillFrom(const std::vector<typename Normalize::Element>& elements,
                      const Normalize& normalize, Index batch, T* x, std::int32_t* labels) const {
  using Element = typename Normalize::Element;
  const Index size = count(batch);
  const Features& features = samples_->features;
  const Index dim = features.dim(), channels = features.channels;
  Element* const space = augmentations_->empty() ? nullptr : ChangeSpace<Element>(dim);

  for (Index begin = 0; begin < size; begin += kBlock) {
    const Index width = std::min(kBlock, size - begin);
    const Element* block[kBlock];
    for (Index s = 0; s < width; ++s) {
      const DrawnSample drawn = DrawAt(batch * batch_size_ + begin + s);
      labels[begin + s] = samples_->labels[static_cast<std::size_t>(drawn.sample)];
      block[s] = &elements[drawn.sample * dim];
      if (space == nullptr) continue;
      Change(block[s], drawn.map, features, space + s * dim);
      block[s] = space + s * dim;
    }
    if (width == kBlock) {
      Transpose(block, kBlock, dim, channels, normalize, x + begin, size);
    } else {
      Transpose(block, width, dim, channels, normalize, x + begin, size);
    }
  }
}

template <class T>
Index Loader::Fill(Index batch, T* x, std::int32_t* labels) const {
  MONDEQ_CHECK(0 <= batch && batch < batches());
  if (samples_->are_pixels()) {
    FillFrom(samples_->pixels, NormalizePixels<T>{table_->pixels<T>().data()}, batch, x, labels);
  } else {
    FillFrom(samples_->values, NormalizeValues<T>{table_->mean_stddev.data()}, batch, x, labels);
  }
  return count(batch);
}

template Index Loader::Fill(Index batch, float* x, std::int32_t* labels) const;
template Index Loader::Fill(Index batch, double* x, std::int32_t* labels) const;

absl::StatusOr<Loader> MakeLoader(const DatasetConfig& config, const ConfigSource& source,
                                  const Dataset& dataset, Split split, std::uint64_t seed,
                                  Samples samples) {
  const bool train = split == Split::kTrain;
  Augmentations augmentations;
  if (train) {
    MONDEQ_ASSIGN_OR_RETURN(augmentations,
                            MakeAugmentations(config.augmentation(), source, dataset.features()));
  }
  return Loader(std::make_shared<const Samples>(std::move(samples)), dataset.normalization(),
                train ? config.batch_size() : config.test_batch_size(), seed, /*shuffle=*/train,
                std::move(augmentations));
}

absl::StatusOr<Loader> LoadSplit(const DatasetConfig& config, const ConfigSource& source,
                                 const Dataset& dataset, Split split, std::uint64_t seed) {
  MONDEQ_ASSIGN_OR_RETURN(Samples samples, LoadSamples(config, dataset, split));
  return MakeLoader(config, source, dataset, split, seed, std::move(samples));
}

}  // namespace mondeq
