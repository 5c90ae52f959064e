// Batches of samples as the network takes them: x is [dim][count], samples innermost (dim in the
// order row, column, channel), every value v of channel c (b / 255 of a pixel b) augmented, then
// normalised to (v - mean[c]) / stddev[c]. Fill makes them in host memory; a device that has the
// samples makes them from what Draw and table() give (resident_samples.h).
#ifndef MONDEQ_DATA_LOADER_H_
#define MONDEQ_DATA_LOADER_H_

#include <cstdint>
#include <memory>
#include <type_traits>
#include <vector>

#include "absl/status/statusor.h"
#include "mondeq/core/config_source.h"
#include "mondeq/core/features.h"
#include "mondeq/data/augmentation.h"
#include "mondeq/data/dataset.h"
#include "mondeq/data/normalize.h"

namespace mondeq {

// A sample of a batch: its place in the data set, and how its image is changed.
struct DrawnSample {
  std::int32_t sample;
  PixelMap map;
};

// What normalize.h needs for pixels, or for values; the others are empty.
struct NormalizationTable {
  template <class T>
  const std::vector<T>& pixels() const {
    if constexpr (std::is_same_v<T, float>) {
      return floats;
    } else {
      return doubles;
    }
  }

  // What a byte of a channel becomes: [channels][kByteValues].
  std::vector<float> floats;
  std::vector<double> doubles;
  // [channels][2]
  std::vector<double> mean_stddev;
};

// Copies are small, allocate nothing and share samples and order; a copy stays in its epoch when
// the original starts another.
class Loader {
 public:
  // The normalisation has one mean and stddev per channel of the samples; batch_size > 0. Starts in
  // epoch 0.
  Loader(std::shared_ptr<const Samples> samples, const Normalization& normalization,
         Index batch_size, std::uint64_t seed, bool shuffle, Augmentations augmentations = {});

  const Samples& samples() const { return *samples_; }
  const std::shared_ptr<const Samples>& shared_samples() const { return samples_; }
  const std::shared_ptr<const NormalizationTable>& table() const { return table_; }
  Index batch_size() const { return batch_size_; }
  // The number of batches in an epoch; the last one may be smaller.
  Index batches() const;
  // The number of samples in batch `batch`, 0 <= batch < batches().
  Index count(Index batch) const;

  // A copy of this loader, in the same epoch, with batches of another size.
  Loader WithBatchSize(Index batch_size) const;

  // Draws the order of that epoch and, sample by sample, its augmentations. They depend on seed,
  // epoch and the sample's place in the data set alone, so a resumed run goes on as it would have.
  void StartEpoch(int epoch);

  // Whether `other` is a copy of this loader, or the other way round, in the same epoch and with
  // batches of the same size: they fill the same batches.
  bool SharesEpoch(const Loader& other) const {
    return order_ == other.order_ && batch_size_ == other.batch_size_;
  }

  // Writes what batch `batch` consists of; drawn has room for count(batch). Allocates nothing.
  void Draw(Index batch, DrawnSample* drawn) const;

  // Writes batch `batch`: x has room for dim * count(batch) values, labels for count(batch).
  // Returns count(batch). T is float or double. May be called by several threads; allocates nothing
  // after a thread's first call.
  template <class T>
  Index Fill(Index batch, T* x, std::int32_t* labels) const;

 private:
  DrawnSample DrawAt(Index place) const;
  template <class T, class Normalize>
  void FillFrom(const std::vector<typename Normalize::Element>& elements,
                const Normalize& normalize, Index batch, T* x, std::int32_t* labels) const;

  std::shared_ptr<const Samples> samples_;
  Index batch_size_;
  std::uint64_t seed_;
  bool shuffle_;
  std::shared_ptr<const NormalizationTable> table_;
  std::shared_ptr<const Augmentations> augmentations_;
  // The seed of the epoch's augmentations.
  std::uint64_t epoch_seed_ = 0;
  // The sample at each place of the epoch.
  std::shared_ptr<const std::vector<std::int32_t>> order_;
};

// Makes the loader of a split's samples that a config asks for: with its batch size, and for the
// training split with shuffling and its augmentations. Errors: kInvalidArgument from an
// augmentation, located in `source`.
absl::StatusOr<Loader> MakeLoader(const DatasetConfig& config, const ConfigSource& source,
                                  const Dataset& dataset, Split split, std::uint64_t seed,
                                  Samples samples);

// Loads a split and makes that loader of it. Errors: those of MakeLoader; those of LoadSamples
// (check_dataset.h).
absl::StatusOr<Loader> LoadSplit(const DatasetConfig& config, const ConfigSource& source,
                                 const Dataset& dataset, Split split, std::uint64_t seed);

}  // namespace mondeq

#endif  // MONDEQ_DATA_LOADER_H_
