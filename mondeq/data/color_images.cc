#include "mondeq/data/color_images.h"

#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "mondeq/core/status.h"

namespace mondeq {
namespace {

absl::StatusOr<std::vector<float>> PerChannel(absl::string_view field,
                                              const google::protobuf::RepeatedField<double>& given,
                                              const std::array<double, 3>& otherwise) {
  if (given.empty()) return std::vector<float>(otherwise.begin(), otherwise.end());
  if (given.size() != kColorImage.channels) {
    return absl::InvalidArgumentError(absl::StrCat(
        field, ": expected 3 values (red, green, blue) or none, found ", given.size()));
  }
  return std::vector<float>(given.begin(), given.end());
}

}  // namespace

absl::StatusOr<Normalization> ColorNormalization(
    const google::protobuf::RepeatedField<double>& mean, const std::array<double, 3>& default_mean,
    const google::protobuf::RepeatedField<double>& stddev,
    const std::array<double, 3>& default_stddev) {
  Normalization normalization;
  MONDEQ_ASSIGN_OR_RETURN(normalization.mean, PerChannel("mean", mean, default_mean));
  MONDEQ_ASSIGN_OR_RETURN(normalization.stddev, PerChannel("stddev", stddev, default_stddev));
  return normalization;
}

void InterleavePlanes(const std::uint8_t* planes, Index row_step, Index column_step,
                      std::uint8_t* pixels) {
  constexpr Index kPlane = kColorImage.rows * kColorImage.columns;
  for (Index row = 0; row < kColorImage.rows; ++row) {
    for (Index column = 0; column < kColorImage.columns; ++column) {
      const std::uint8_t* const red = planes + row * row_step + column * column_step;
      for (Index c = 0; c < kColorImage.channels; ++c) *pixels++ = red[c * kPlane];
    }
  }
}

}  // namespace mondeq
