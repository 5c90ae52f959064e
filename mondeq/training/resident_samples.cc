#include "mondeq/training/resident_samples.h"

#include <algorithm>
#include <utility>

#include "mondeq/device/for_each.h"

namespace mondeq {
namespace {

template <class T, class Normalize>
struct TakeElements {
  std::int32_t columns, channels;  // of an image
  Index dim, count;
  const typename Normalize::Element* elements;
  const DrawnSample* drawn;
  Normalize normalize;
  T* x;

  MONDEQ_HOST_DEVICE void operator()(Index d, Index begin, Index end) const {
    const auto place = static_cast<std::int32_t>(d);
    const std::int32_t channel = place % channels, pixel = place / channels;
    const std::int32_t row = pixel / columns, column = pixel % columns;
    const auto of_channel = normalize.Channel(channel);
    for (Index s = begin; s < end; ++s) {
      const DrawnSample& one = drawn[s];
      const std::int32_t r = one.map.rows.Source(row), c = one.map.columns.Source(column);
      const Index from = one.sample * dim + (r * columns + c) * channels + channel;
      x[d * count + s] =
          of_channel(r < 0 || c < 0 ? typename Normalize::Element{0} : elements[from]);
    }
  }
};

struct TakeLabels {
  const std::int32_t* from;
  const DrawnSample* drawn;
  std::int32_t* labels;

  MONDEQ_HOST_DEVICE void operator()(Index s) const { labels[s] = from[drawn[s].sample]; }
};

template <class T>
Tensor Upload(Device& device, const std::vector<T>& values) {
  const Tensor tensor = device.Allocate(DTypeOf<T>(), {static_cast<Index>(values.size())});
  device.CopyFromHost(values.data(), tensor);
  return tensor;
}

}  // namespace

bool ResidentSamples::Hold(const Loader& loader) {
  Entry* entry = Find(loader);
  if (entry == nullptr) {
    entries_.erase(std::remove_if(entries_.begin(), entries_.end(),
                                  [](const Entry& old) { return old.samples.expired(); }),
                   entries_.end());
    entries_.push_back(MakeEntry(loader));
    entry = &entries_.back();
  }
  return !entry->elements.empty();
}

void ResidentSamples::Load(const Loader& loader, Index index, const Tensor& x,
                           const Tensor& labels) {
  Entry* const entry = Find(loader);
  MONDEQ_CHECK(entry != nullptr && !entry->elements.empty());
  const Features& features = loader.samples().features;
  const Index count = loader.count(index), dim = features.dim();
  MONDEQ_CHECK(x.rows() == dim && x.columns() == count && labels.size() == count);
  // Room for a whole batch, so that no later batch allocates.
  const Index most = std::min(loader.batch_size(), loader.samples().count());
  if (static_cast<Index>(drawn_.size()) < most) drawn_.resize(static_cast<std::size_t>(most));
  constexpr auto kSize = static_cast<Index>(sizeof(DrawnSample));
  device_drawn_.Get(device_, DType::kUInt8, {most * kSize});

  loader.Draw(index, drawn_.data());
  const Tensor& memory = device_drawn_.Get(device_, DType::kUInt8, {count * kSize});
  device_.CopyFromHost(drawn_.data(), memory);
  const auto* drawn = static_cast<const DrawnSample*>(memory.raw());
  DispatchFloat(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const auto take = [&](auto normalize) {
      using Normalize = decltype(normalize);
      ForEachRow(
          device_, dim, count,
          TakeElements<T, Normalize>{static_cast<std::int32_t>(features.columns),
                                     static_cast<std::int32_t>(features.channels), dim, count,
                                     entry->elements.data<typename Normalize::Element>(), drawn,
                                     normalize, x.data<T>()});
    };
    const NormalizationTable& table = *loader.table();
    if (loader.samples().are_pixels()) {
      take(NormalizePixels<T>{Numbers(loader, table.pixels<T>(), entry)});
    } else {
      take(NormalizeValues<T>{Numbers(loader, table.mean_stddev, entry)});
    }
  });
  ForEach(device_, count,
          TakeLabels{entry->labels.data<std::int32_t>(), drawn, labels.data<std::int32_t>()});
}

ResidentSamples::Entry* ResidentSamples::Find(const Loader& loader) {
  for (Entry& entry : entries_) {
    if (entry.samples.lock() == loader.shared_samples()) return &entry;
  }
  return nullptr;
}

ResidentSamples::Entry ResidentSamples::MakeEntry(const Loader& loader) {
  const Samples& samples = loader.samples();
  Entry entry;
  entry.samples = loader.shared_samples();
  const std::size_t bytes = samples.pixels.size() + samples.values.size() * sizeof(float) +
                            samples.labels.size() * sizeof(std::int32_t);
  const auto most = memory_share_ * static_cast<double>(device_.memory().free);
  if (static_cast<double>(bytes) > most) return entry;
  entry.elements =
      samples.are_pixels() ? Upload(device_, samples.pixels) : Upload(device_, samples.values);
  entry.labels = Upload(device_, samples.labels);
  return entry;
}

template <class T>
const T* ResidentSamples::Numbers(const Loader& loader, const std::vector<T>& numbers,
                                  Entry* entry) {
  if (entry->numbers.dtype() != DTypeOf<T>() || entry->table.lock() != loader.table()) {
    entry->table = loader.table();
    entry->numbers = Upload(device_, numbers);
  }
  return entry->numbers.data<T>();
}

}  // namespace mondeq
