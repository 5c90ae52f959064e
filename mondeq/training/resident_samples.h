// Samples that stay in a device's memory, and batches made of them there: of each batch only
//   drawn[s] = (place in the data set, map), s = 0 .. count - 1,
// travels, and
//   x[d][s] = normalised element d of the sample drawn[s], changed by its map  (normalize.h)
// The batches are those that Loader::Fill gives, to the bit.
#ifndef MONDEQ_TRAINING_RESIDENT_SAMPLES_H_
#define MONDEQ_TRAINING_RESIDENT_SAMPLES_H_

#include <memory>
#include <vector>

#include "mondeq/data/loader.h"
#include "mondeq/device/device.h"
#include "mondeq/device/scratch.h"

namespace mondeq {

class ResidentSamples {
 public:
  // Samples may take up to `memory_share` of the memory that is free when they come.
  ResidentSamples(Device* device, double memory_share)
      : device_(*device), memory_share_(memory_share) {}

  // Whether the loader's samples are on the device, where they are brought at the first call if
  // they fit; those that no loader holds any longer are freed before that.
  bool Hold(const Loader& loader);

  // Batch `index` of the loader's epoch, of samples that are held: x [dim, count], of a
  // floating-point type, labels int32 [count]. Allocates nothing after the first batch.
  void Load(const Loader& loader, Index index, const Tensor& x, const Tensor& labels);

 private:
  struct Entry {
    std::weak_ptr<const Samples> samples;
    Tensor elements, labels;  // none if they do not fit; the elements are pixels or values
    // The loader's table at the last batch, and what of it is needed, on the device.
    std::weak_ptr<const NormalizationTable> table;
    Tensor numbers;
  };

  Entry* Find(const Loader& loader);
  Entry MakeEntry(const Loader& loader);
  // The numbers of the loader's table, on the device.
  template <class T>
  const T* Numbers(const Loader& loader, const std::vector<T>& numbers, Entry* entry);

  Device& device_;
  const double memory_share_;
  std::vector<Entry> entries_;
  std::vector<DrawnSample> drawn_;
  Scratch device_drawn_;
};

}  // namespace mondeq

#endif  // MONDEQ_TRAINING_RESIDENT_SAMPLES_H_
