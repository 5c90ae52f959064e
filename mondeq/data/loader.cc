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
constexpr std::uint64_t kAugmentSalt = 0x4175676D656E7421u;

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

// Room for augmented images: kBlock of them, and one to work with.
std::uint8_t* AugmentationSpace(Index dim) {
  thread_local std::vector<std::uint8_t> space;
  const auto size = static_cast<std::size_t>((kBlock + 1) * dim);
  if (space.size() < size) space.resize(size);
  return space.data();
}

}  // namespace

Loader::Loader(std::shared_ptr<const Samples> samples, const Normalization& normalization,
               Index batch_size, std::uint64_t seed, bool shuffle, Augmentations augmentations)
    : samples_(std::move(samples)),
      batch_size_(batch_size),
      seed_(seed),
      shuffle_(shuffle),
      tables_(std::make_shared<Tables>(
          Tables{MakeTable<float>(normalization), MakeTable<double>(normalization)})),
      augmentations_(std::make_shared<Augmentations>(std::move(augmentations))) {
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
  const auto stream = static_cast<std::uint64_t>(epoch);
  epoch_seed_ = Random(seed_ ^ kAugmentSalt, stream).Next();
  // A new one: copies keep theirs.
  auto order = std::make_shared<std::vector<Index>>(static_cast<std::size_t>(samples_->count()));
  std::iota(order->begin(), order->end(), Index{0});
  if (shuffle_) {
    Random random(seed_ ^ kShuffleSalt, stream);
    for (std::size_t n = order->size(); n > 1; --n) {
      std::swap((*order)[n - 1], (*order)[random.Below(n)]);
    }
  }
  order_ = std::move(order);
}

// The pixels of that sample, augmented; they are in `target` then. `other` is of the same size.
const std::uint8_t* Loader::Augment(Index sample, std::uint8_t* target, std::uint8_t* other) const {
  const std::uint8_t* pixels = &samples_->pixels[sample * samples_->features.dim()];
  Random random(epoch_seed_, static_cast<std::uint64_t>(sample));
  for (std::size_t left = augmentations_->size(); left > 0; --left) {
    // In turns, so that the last one writes to `target`.
    std::uint8_t* const to = left % 2 == 1 ? target : other;
    (*augmentations_)[augmentations_->size() - left]->Apply(pixels, &random, to);
    pixels = to;
  }
  return pixels;
}

template <class T>
Index Loader::Fill(Index batch, T* x, std::int32_t* labels) const {
  MONDEQ_CHECK(0 <= batch && batch < batches());
  const Index size = count(batch);
  const Index dim = samples_->features.dim(), channels = samples_->features.channels;
  const Index* const order = order_->data() + batch * batch_size_;
  const T* table;
  if constexpr (std::is_same_v<T, float>) {
    table = tables_->floats.data();
  } else {
    table = tables_->doubles.data();
  }
  std::uint8_t* const space = augmentations_->empty() ? nullptr : AugmentationSpace(dim);

  for (Index begin = 0; begin < size; begin += kBlock) {
    const Index width = std::min(kBlock, size - begin);
    const std::uint8_t* pixels[kBlock];
    for (Index s = 0; s < width; ++s) {
      const Index sample = order[begin + s];
      pixels[s] = space == nullptr ? &samples_->pixels[sample * dim]
                                   : Augment(sample, space + s * dim, space + kBlock * dim);
    }
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

absl::StatusOr<Loader> LoadSplit(const DatasetConfig& config, const ConfigSource& source,
                                 const Dataset& dataset, Split split, std::uint64_t seed) {
  const bool train = split == Split::kTrain;
  Augmentations augmentations;
  if (train) {
    MONDEQ_ASSIGN_OR_RETURN(augmentations,
                            MakeAugmentations(config.augmentation(), source, dataset.features()));
  }
  MONDEQ_ASSIGN_OR_RETURN(Samples samples, dataset.Load(split));
  return Loader(std::make_shared<const Samples>(std::move(samples)), dataset.normalization(),
                train ? config.batch_size() : config.test_batch_size(), seed, /*shuffle=*/train,
                std::move(augmentations));
}

}  // namespace mondeq
