#include "mondeq/inference/array_view.h"

#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"

namespace mondeq {
namespace {

// Where the samples' elements lie: strides of sample, channel, row and column.
struct SampleStrides {
  Index sample, channel, row, column;

  SampleStrides(const ArrayLayout& layout, const Features& features) {
    sample = layout.strides[0];
    if (layout.shape.rank() == 4) {
      channel = layout.strides[1];
      row = layout.strides[2];
      column = layout.strides[3];
    } else {
      column = layout.strides[1];
      row = column * features.columns;
      channel = row * features.rows;
    }
  }
};

// Calls copy(channel, offset of the first sample, offset of the first sample in the state) for
// every feature, in the order of a state of `count` samples.
template <class Copy>
void ForEachFeature(const Features& features, const SampleStrides& strides, Index count,
                    const Copy& copy) {
  Index in_state = 0;
  for (Index row = 0; row < features.rows; ++row) {
    for (Index column = 0; column < features.columns; ++column) {
      for (Index channel = 0; channel < features.channels; ++channel) {
        const Index offset =
            channel * strides.channel + row * strides.row + column * strides.column;
        copy(channel, offset, in_state);
        in_state += count;
      }
    }
  }
}

// Copies one feature of all samples, and returns whether they are finite.
template <class From, class T, class Convert>
bool CopyFeature(const From* from, Index stride, Index count, const Convert& convert, T* to) {
  // The difference of a number that is not finite and itself is a NaN.
  T faults = 0;
  for (Index n = 0; n < count; ++n) {
    const T value = convert(from[n * stride]);
    to[n] = value;
    faults += value - value;
  }
  return faults == 0;
}

template <class T>
bool PixelsToState(const ConstArray& samples, const Features& features,
                   const Normalization& normalization, T* state) {
  const SampleStrides strides(samples.layout, features);
  const Index count = samples.layout.shape[0];
  const auto* pixels = static_cast<const std::uint8_t*>(samples.data);
  std::array<T, 256> table;
  for (Index channel = 0; channel < features.channels; ++channel) {
    const auto c = static_cast<std::size_t>(channel);
    const double mean = normalization.mean[c], stddev = normalization.stddev[c];
    for (std::size_t v = 0; v < table.size(); ++v) {
      table[v] = static_cast<T>((static_cast<double>(v) / 255.0 - mean) / stddev);
    }
    T* to = state + channel * count;
    for (Index row = 0; row < features.rows; ++row) {
      for (Index column = 0; column < features.columns; ++column) {
        const std::uint8_t* from =
            pixels + channel * strides.channel + row * strides.row + column * strides.column;
        for (Index n = 0; n < count; ++n) to[n] = table[from[n * strides.sample]];
        to += features.channels * count;
      }
    }
  }
  return true;
}

// Calls visit(element of the array, place in row-major order) for all elements.
template <class Visit>
void ForEachElement(const ArrayLayout& layout, const Visit& visit) {
  std::array<Index, 4> extents = {1, 1, 1, 1};
  for (int axis = 0; axis < layout.shape.rank(); ++axis) {
    extents[static_cast<std::size_t>(axis)] = layout.shape[axis];
  }
  Index place = 0;
  for (Index i = 0; i < extents[0]; ++i) {
    for (Index j = 0; j < extents[1]; ++j) {
      for (Index k = 0; k < extents[2]; ++k) {
        const Index offset = i * layout.strides[0] + j * layout.strides[1] + k * layout.strides[2];
        for (Index l = 0; l < extents[3]; ++l) {
          visit(offset + l * layout.strides[3], place++);
        }
      }
    }
  }
}

absl::Status Mismatch(const ArrayLayout& layout, absl::string_view name,
                      absl::string_view expected) {
  return absl::InvalidArgumentError(absl::StrCat(name, ": expected ", expected, ", found ",
                                                 ToString(layout.dtype), layout.shape.ToString()));
}

}  // namespace

ArrayLayout ArrayLayout::Dense(DType dtype, Shape shape) {
  ArrayLayout layout{dtype, shape};
  Index stride = 1;
  for (int axis = shape.rank(); axis-- > 0;) {
    layout.strides[static_cast<std::size_t>(axis)] = stride;
    stride *= shape[axis];
  }
  return layout;
}

ArrayLayout ArrayLayout::OfState(DType dtype, const Features& features, Index count) {
  if (!features.is_image()) return {dtype, {count, features.dim()}, {1, count}};
  const Index column = features.channels * count;
  return {dtype,
          {count, features.channels, features.rows, features.columns},
          {1, count, features.columns * column, column}};
}

Shape ToShape(absl::Span<const Index> n) {
  switch (n.size()) {
    case 0:
      return {};
    case 1:
      return {n[0]};
    case 2:
      return {n[0], n[1]};
    case 3:
      return {n[0], n[1], n[2]};
    default:
      MONDEQ_CHECK(n.size() == 4);
      return {n[0], n[1], n[2], n[3]};
  }
}

absl::Status CheckSamples(const ArrayLayout& layout, const Features& features, Index count,
                          absl::string_view name) {
  const Shape flat{count, features.dim()};
  const Shape image{count, features.channels, features.rows, features.columns};
  if (layout.shape == flat || (features.is_image() && layout.shape == image)) {
    return absl::OkStatus();
  }
  return Mismatch(layout, name,
                  features.is_image()
                      ? absl::StrCat("samples ", image.ToString(), " or ", flat.ToString())
                      : absl::StrCat("samples ", flat.ToString()));
}

absl::Status CheckFloats(const ArrayLayout& layout, absl::string_view name) {
  if (layout.is_float()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(name, ": expected float32 or float64, found ", ToString(layout.dtype)));
}

absl::Status CheckFloats(const ArrayLayout& layout, const Shape& shape, absl::string_view name) {
  MONDEQ_RETURN_IF_ERROR(CheckFloats(layout, name));
  if (layout.shape == shape) return absl::OkStatus();
  return Mismatch(layout, name, shape.ToString());
}

template <class T>
bool CopyToState(const ConstArray& samples, const Features& features,
                 const Normalization* normalization, T* state) {
  if (samples.layout.dtype == DType::kUInt8) {
    MONDEQ_CHECK(normalization != nullptr);
    return PixelsToState(samples, features, *normalization, state);
  }
  const SampleStrides strides(samples.layout, features);
  const Index count = samples.layout.shape[0];
  return DispatchFloat(samples.layout.dtype, [&](auto zero) {
    using From = decltype(zero);
    const auto* from = static_cast<const From*>(samples.data);
    bool finite = true;
    ForEachFeature(features, strides, count, [&](Index channel, Index offset, Index in_state) {
      const auto copy = [&](const auto& convert) {
        finite &= CopyFeature(from + offset, strides.sample, count, convert, state + in_state);
      };
      if (normalization == nullptr) {
        copy([](From v) { return static_cast<T>(v); });
      } else {
        const auto c = static_cast<std::size_t>(channel);
        const double mean = normalization->mean[c], stddev = normalization->stddev[c];
        copy([=](From v) { return static_cast<T>((static_cast<double>(v) - mean) / stddev); });
      }
    });
    return finite;
  });
}

template <class T>
void CopyFromState(const T* state, const Features& features, const MutableArray& samples) {
  const SampleStrides strides(samples.layout, features);
  const Index count = samples.layout.shape[0];
  DispatchFloat(samples.layout.dtype, [&](auto zero) {
    using To = decltype(zero);
    auto* to = static_cast<To*>(samples.data);
    ForEachFeature(features, strides, count, [&](Index, Index offset, Index in_state) {
      for (Index n = 0; n < count; ++n) {
        to[offset + n * strides.sample] = static_cast<To>(state[in_state + n]);
      }
    });
  });
}

template <class T>
bool CopyToValues(const ConstArray& array, T* values) {
  return DispatchFloat(array.layout.dtype, [&](auto zero) {
    using From = decltype(zero);
    const auto* from = static_cast<const From*>(array.data);
    T faults = 0;
    ForEachElement(array.layout, [&](Index offset, Index place) {
      const T value = static_cast<T>(from[offset]);
      values[place] = value;
      faults += value - value;
    });
    return faults == 0;
  });
}

template <class T>
void CopyFromValues(const T* values, const MutableArray& array) {
  DispatchFloat(array.layout.dtype, [&](auto zero) {
    using To = decltype(zero);
    auto* to = static_cast<To*>(array.data);
    ForEachElement(array.layout,
                   [&](Index offset, Index place) { to[offset] = static_cast<To>(values[place]); });
  });
}

#define MONDEQ_INSTANTIATE(T)                                                                 \
  template bool CopyToState<T>(const ConstArray&, const Features&, const Normalization*, T*); \
  template void CopyFromState<T>(const T*, const Features&, const MutableArray&);             \
  template bool CopyToValues<T>(const ConstArray&, T*);                                       \
  template void CopyFromValues<T>(const T*, const MutableArray&)

MONDEQ_INSTANTIATE(float);
MONDEQ_INSTANTIATE(double);

#undef MONDEQ_INSTANTIATE

}  // namespace mondeq
