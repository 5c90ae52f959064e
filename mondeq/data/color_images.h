// What data sets of 32 x 32 colour images have in common.
#ifndef MONDEQ_DATA_COLOR_IMAGES_H_
#define MONDEQ_DATA_COLOR_IMAGES_H_

#include <array>
#include <cstdint>

#include "absl/status/statusor.h"
#include "google/protobuf/repeated_field.h"
#include "mondeq/core/features.h"
#include "mondeq/data/dataset.h"

namespace mondeq {

// The channels are red, green and blue.
constexpr Features kColorImage{32, 32, 3};

// Returns the normalisation that a config's `mean` and `stddev` ask for. Each of them is three
// numbers, or none, which stands for the default. Errors: kInvalidArgument for another number of
// them.
absl::StatusOr<Normalization> ColorNormalization(
    const google::protobuf::RepeatedField<double>& mean, const std::array<double, 3>& default_mean,
    const google::protobuf::RepeatedField<double>& stddev,
    const std::array<double, 3>& default_stddev);

// Copies one image of three planes, whose pixels (row, column) are at row * row_step + column *
// column_step, to [row][column][channel].
void InterleavePlanes(const std::uint8_t* planes, Index row_step, Index column_step,
                      std::uint8_t* pixels);

}  // namespace mondeq

#endif  // MONDEQ_DATA_COLOR_IMAGES_H_
