// Draws handwriting-like digits: strokes of a small built-in font, bent, distorted, thickened and
// drawn with smooth edges on a cluttered, noisy ground. Additions, multiplications, divisions and
// square roots alone decide the pixels, so they are the same on every machine.
#ifndef MONDEQ_DATA_STROKES_H_
#define MONDEQ_DATA_STROKES_H_

#include <cstdint>

#include "mondeq/core/random.h"

namespace mondeq {

struct DigitStyle {
  // Pixels along each side.
  int size = 0;
  // How far digits turn, shift, shrink, shear and bend; 0 prints them straight, 1 is handwriting.
  double distortion = 1;
  // Standard deviation of a pixel's noise, as a fraction of the full range.
  double noise = 0;
  // Mean number of stray strokes per image.
  double clutter = 0;
};

// Writes size * size pixels, row by row: 0 is ground, 255 ink.
void DrawDigit(int digit, const DigitStyle& style, Random* random, std::uint8_t* pixels);

}  // namespace mondeq

#endif  // MONDEQ_DATA_STROKES_H_
