// Some of the columns of an array as an array of their own, and back.
#ifndef MONDEQ_DEVICE_COLUMNS_H_
#define MONDEQ_DEVICE_COLUMNS_H_

#include "mondeq/device/device.h"

namespace mondeq {

// part(:, i) = all(:, columns[i]); `columns` is int32 [part.columns()], all and part are of floats
// and have the same rows.
void GatherColumns(Device& device, const Tensor& columns, const Tensor& all, const Tensor& part);
// all(:, columns[i]) = part(:, i). No column may occur twice.
void ScatterColumns(Device& device, const Tensor& columns, const Tensor& part, const Tensor& all);

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_COLUMNS_H_
