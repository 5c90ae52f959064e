// Copies a part of an image to an image of another width.
#ifndef MONDEQ_OPERATORS_COPY_PIXELS_H_
#define MONDEQ_OPERATORS_COPY_PIXELS_H_

#include "mondeq/core/features.h"
#include "mondeq/device/device.h"

namespace mondeq {

// target(y, x, c) = source(y, x, c) for the pixels of `part`, the top left part of both images,
// which have source_columns and target_columns columns. source and target are states [pixels *
// channels, batch].
void CopyPixels(Device& device, const Features& part, const Tensor& source, Index source_columns,
                const Tensor& target, Index target_columns);

}  // namespace mondeq

#endif  // MONDEQ_OPERATORS_COPY_PIXELS_H_
