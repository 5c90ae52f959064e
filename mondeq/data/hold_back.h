// Training samples that are held back from training, to see what it comes to.
#ifndef MONDEQ_DATA_HOLD_BACK_H_
#define MONDEQ_DATA_HOLD_BACK_H_

#include <cstdint>

#include "mondeq/data/dataset.h"

namespace mondeq {

// Takes `fraction`, from 0 to 1, of the samples out of *samples and returns them: the nearest whole
// number of all, and of every class its share to less than one sample (stratified), drawn at random
// by the seed alone. Both keep the order that they had.
Samples HoldBack(double fraction, std::uint64_t seed, Samples* samples);

}  // namespace mondeq

#endif  // MONDEQ_DATA_HOLD_BACK_H_
