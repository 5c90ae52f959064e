// Batches of samples as the network takes them: x is [dim][count], samples innermost (dim in the
// order row, column, channel), every pixel v of channel c normalised to (v / 255 - mean[c]) /
// stddev[c].
#ifndef MONDEQ_DATA_LOADER_H_
#define MONDEQ_DATA_LOADER_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "mondeq/core/features.h"
#include "mondeq/data/dataset.h"

namespace mondeq {

class Loader {
 public:
  // The normalisation has one mean and stddev per channel of the samples; batch_size > 0. Starts in
  // epoch 0.
  Loader(std::shared_ptr<const Samples> samples, const Normalization& normalization,
         Index batch_size, std::uint64_t seed, bool shuffle);

  const Samples& samples() const { return *samples_; }
  Index batch_size() const { return batch_size_; }
  // Batches in an epoch; the last one may be smaller.
  Index batches() const;
  // Samples in batch `batch`, 0 <= batch < batches().
  Index count(Index batch) const;

  // Draws the order of that epoch. It depends on seed and epoch alone, so a resumed run goes on as
  // it would have.
  void StartEpoch(int epoch);

  // Writes batch `batch`: x has room for dim * count(batch) values, labels for count(batch).
  // Returns count(batch). T is float or double. Allocates nothing.
  template <class T>
  Index Fill(Index batch, T* x, std::int32_t* labels) const;

 private:
  std::shared_ptr<const Samples> samples_;
  Index batch_size_;
  std::uint64_t seed_;
  bool shuffle_;
  // The sample at each place of the epoch.
  std::vector<Index> order_;
  // [channels][256], what a pixel becomes.
  std::vector<float> float_table_;
  std::vector<double> double_table_;
};

}  // namespace mondeq

#endif  // MONDEQ_DATA_LOADER_H_
