// Small files of 32 x 32 colour images for tests.
#ifndef MONDEQ_DATA_COLOR_IMAGES_TESTING_H_
#define MONDEQ_DATA_COLOR_IMAGES_TESTING_H_

#include <cstdint>
#include <string>

#include "mondeq/core/features.h"

namespace mondeq {

// The value of a pixel of the CIFAR-10 files. Its arguments enter differently, so that none of them
// passes for another.
std::uint8_t Cifar10Pixel(Index record, Index row, Index column, Index channel);

// Records first .. first + count - 1 of an endless file; record i has label i % 10.
std::string Cifar10Bytes(Index first, Index count);

// Writes the five training files, of `train_records` records each, and the test file into `folder`,
// which is created.
void WriteCifar10(const std::string& folder, Index train_records, Index test_records);

// A MATLAB v5 file written by SciPy: X [32, 32, 3, count] of class uint8 and y [count, 1], where
// y[i] = i % 10 + 1.
struct MatFile {
  std::string bytes;
  Index count;
  // Enters every pixel, so that the pixels of two files differ.
  int phase;
};
MatFile CompressedMat();    // y of class double
MatFile UncompressedMat();  // y of class uint8

// The value of a pixel of X.
std::uint8_t MatPixel(const MatFile& file, Index sample, Index row, Index column, Index channel);

}  // namespace mondeq

#endif  // MONDEQ_DATA_COLOR_IMAGES_TESTING_H_
