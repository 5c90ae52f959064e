#include "mondeq/data/image_file.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "mondeq/core/file_format.h"
#include "mondeq/core/status.h"
#include "mondeq/data/decode_image.h"

namespace mondeq {
namespace {

bool IsPng(absl::string_view contents) { return absl::StartsWith(contents, "\x89PNG\r\n\x1a\n"); }
bool IsJpeg(absl::string_view contents) { return absl::StartsWith(contents, "\xff\xd8\xff"); }

// The old places that make a new one along an axis, and their weights, which add up to 1.
struct Taps {
  Index first = 0;
  std::vector<double> weights;
};

std::vector<Taps> TapsOf(Index from, Index to) {
  const double step = static_cast<double>(from) / static_cast<double>(to);
  const double width = std::max(step, 1.0);
  std::vector<Taps> taps(static_cast<std::size_t>(to));
  for (Index i = 0; i < to; ++i) {
    Taps& one = taps[static_cast<std::size_t>(i)];
    const double center = (static_cast<double>(i) + 0.5) * step;
    one.first = std::max(Index{0}, static_cast<Index>(std::floor(center - width)));
    const Index end = std::min(from, static_cast<Index>(std::ceil(center + width)));
    double sum = 0;
    for (Index place = one.first; place < end; ++place) {
      const double distance = std::abs(static_cast<double>(place) + 0.5 - center);
      sum += one.weights.emplace_back(std::max(0.0, 1 - distance / width));
    }
    for (double& weight : one.weights) weight /= sum;
  }
  return taps;
}

// The middle axis of [outer][from][inner] in another size.
std::vector<double> ResizedAxis(const std::vector<double>& values, Index outer, Index from,
                                Index inner, Index to) {
  const std::vector<Taps> taps = TapsOf(from, to);
  std::vector<double> resized(static_cast<std::size_t>(outer * to * inner), 0.0);
  for (Index o = 0; o < outer; ++o) {
    for (Index i = 0; i < to; ++i) {
      const Taps& one = taps[static_cast<std::size_t>(i)];
      double* const out = &resized[static_cast<std::size_t>((o * to + i) * inner)];
      for (std::size_t t = 0; t < one.weights.size(); ++t) {
        const Index place = one.first + static_cast<Index>(t);
        const double* const in = &values[static_cast<std::size_t>((o * from + place) * inner)];
        for (Index j = 0; j < inner; ++j) out[j] += one.weights[t] * in[j];
      }
    }
  }
  return resized;
}

}  // namespace

bool IsImage(absl::string_view contents) { return IsPng(contents) || IsJpeg(contents); }

absl::StatusOr<Image> ParseImage(absl::string_view contents, const std::string& path) {
  Image image;
  if (IsPng(contents)) {
    MONDEQ_RETURN_IF_ERROR(DecodePng(contents, path, &image));
    return image;
  }
  if (IsJpeg(contents)) {
    MONDEQ_RETURN_IF_ERROR(DecodeJpeg(contents, path, &image));
    return image;
  }
  const std::string format = FormatOf(contents).name;
  return absl::DataLossError(absl::StrCat(path, ": expected a PNG or JPEG image, found ",
                                          format.empty() ? "something else" : format));
}

Image WithChannels(const Image& image, Index channels) {
  if (image.features.channels == channels) return image;
  Image changed;
  changed.features = image.features;
  changed.features.channels = channels;
  const auto from = static_cast<std::size_t>(image.features.channels);
  for (std::size_t at = 0; at < image.pixels.size(); at += from) {
    if (channels == 3) {
      changed.pixels.insert(changed.pixels.end(), 3, image.pixels[at]);
      continue;
    }
    const double luma =
        0.299 * image.pixels[at] + 0.587 * image.pixels[at + 1] + 0.114 * image.pixels[at + 2];
    changed.pixels.push_back(static_cast<std::uint8_t>(std::lround(luma)));
  }
  return changed;
}

Image Resized(const Image& image, Index rows, Index columns) {
  const Features& old = image.features;
  if (old.rows == rows && old.columns == columns) return image;
  std::vector<double> values(image.pixels.begin(), image.pixels.end());
  // First the axis that leaves fewer between.
  if (rows * old.columns <= old.rows * columns) {
    values = ResizedAxis(values, 1, old.rows, old.columns * old.channels, rows);
    values = ResizedAxis(values, rows, old.columns, old.channels, columns);
  } else {
    values = ResizedAxis(values, old.rows, old.columns, old.channels, columns);
    values = ResizedAxis(values, 1, old.rows, columns * old.channels, rows);
  }
  Image resized;
  resized.features = {rows, columns, old.channels};
  for (const double value : values) {
    resized.pixels.push_back(static_cast<std::uint8_t>(std::lround(value)));
  }
  return resized;
}

}  // namespace mondeq
