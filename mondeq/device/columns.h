// The samples of states, which are their columns: some of them as a state of their own and back, or
// from one state to another.
#ifndef MONDEQ_DEVICE_COLUMNS_H_
#define MONDEQ_DEVICE_COLUMNS_H_

#include <cstdint>
#include <vector>

#include "mondeq/device/device.h"

namespace mondeq {

// part(:, i) = all(:, columns[i]); `columns` is int32 [part.columns()], all and part are of floats
// and have the same rows.
void GatherColumns(Device& device, const Tensor& columns, const Tensor& all, const Tensor& part);
// all(:, columns[i]) = part(:, i). No column may occur twice.
void ScatterColumns(Device& device, const Tensor& columns, const Tensor& part, const Tensor& all);

// Copies the columns of `from` whose number in `taken` is not 0 to `to`, of the same type and
// shape. `mask` is where the device has `taken`, [columns] of kUInt8.
void TakeColumns(Device& device, const std::vector<std::uint8_t>& taken, const Tensor& mask,
                 const Tensor& from, const Tensor& to);

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_COLUMNS_H_
