// Where an image lives: a torus that holds it and a border, of a size whose Fourier transform is
// fast. The equilibrium inside does not depend on the size once the border keeps the image from
// wrapping round.
#ifndef MONDEQ_OPERATORS_TORUS_SIZE_H_
#define MONDEQ_OPERATORS_TORUS_SIZE_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "mondeq/core/features.h"
#include "mondeq/operators/state_layout.h"

namespace mondeq {

// The smallest size >= n with no prime factor above 5.
Index FastTransformSize(Index n);

// The largest prime factor of n where transforms of that size take many times as long because of
// it; 1 where they do not.
Index SlowFactor(Index n);

// Returns one side of a torus: `given` or, where that is 0, the smallest size with a fast transform
// that is >= needed and, if `even`, even. Errors: kInvalidArgument, which names `field`, when
// `given` is too small, or odd where it must be even.
absl::StatusOr<Index> ChooseTorusSize(Index given, Index needed, bool even,
                                      absl::string_view field);

// The tier of an image with `border` pixels of zeros on each side; rows = 0 or columns = 0 lets
// that side of the torus be chosen. Errors: those of ChooseTorusSize.
absl::StatusOr<Tier> MakeTier(const Features& image, Index channels, Index border, Index rows,
                              Index columns);

}  // namespace mondeq

#endif  // MONDEQ_OPERATORS_TORUS_SIZE_H_
