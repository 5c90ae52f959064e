// Choosing between two states, sample by sample.
#ifndef MONDEQ_SPLITTING_TAKE_COLUMNS_H_
#define MONDEQ_SPLITTING_TAKE_COLUMNS_H_

#include <cstdint>
#include <vector>

#include "mondeq/device/scratch.h"

namespace mondeq {

// Copies the columns of `from` whose number in `taken` is not 0 to `to`, of the same type and
// shape. `mask` is where the device has `taken`, [columns] of kUInt8.
void TakeColumns(Device* device, const std::vector<std::uint8_t>& taken, const Tensor& mask,
                 const Tensor& from, const Tensor& to);

}  // namespace mondeq

#endif  // MONDEQ_SPLITTING_TAKE_COLUMNS_H_
