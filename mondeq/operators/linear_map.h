// Linear (affine) maps y = U x + b between features: injections, and the layers of a readout.
// x is [input().dim(), batch] and y [output().dim(), batch], with the samples innermost.
#ifndef MONDEQ_OPERATORS_LINEAR_MAP_H_
#define MONDEQ_OPERATORS_LINEAR_MAP_H_

#include <memory>
#include <vector>

#include "mondeq/core/features.h"
#include "mondeq/device/device.h"
#include "mondeq/device/parameters.h"
#include "mondeq/operators/operators.pb.h"

namespace mondeq {

class LinearMap {
 public:
  using Config = LinearMapConfig;
  struct Context {
    Features input;
    // What the place of the map demands of its output; channels = 0 where it demands nothing.
    Features output;
    // The row and column of such an output at which an image at the input begins.
    Index origin = 0;
    ParameterScope parameters;
    Device* device;
    DType dtype;
    // Where the output is an operator's image, that of the network's input, for which it has room;
    // channels = 0 elsewhere.
    Features image = {};
  };
  static constexpr char kKind[] = "linear map";

  // Bounds for the current parameters: an error e of x changes y by at most norm ||e||, and the
  // rounding in Apply does by at most u (constant ||x|| + offset) in the 2-norm, to first order in
  // the unit roundoff u. A sum of n products errs by at most n u times that of their sizes.
  struct Rounding {
    double norm = 1, constant = 0, offset = 0;
  };

  virtual ~LinearMap() = default;

  virtual Rounding rounding() const = 0;
  virtual Features input() const = 0;
  virtual Features output() const = 0;

  // From now on the input is the top left part of a larger image, and the x of Apply,
  // ApplyAdjoint and AccumulateGradient is all of it: the map ignores what is outside, and its
  // adjoint puts zeros there. This saves a copy. Returns false, and changes nothing, where the map
  // cannot do so.
  virtual bool ReadPartOf(const Features& /*image*/) { return false; }

  // y = U x + b.
  virtual void Apply(const Tensor& x, const Tensor& y) = 0;
  // x = U' y, the exact adjoint of the linear part.
  virtual void ApplyAdjoint(const Tensor& y, const Tensor& x) = 0;
  // Adds dU = dy x' and db = sum dy, summed over the batch, to the gradients of the parameters.
  virtual void AccumulateGradient(const Tensor& x, const Tensor& dy) = 0;
};

}  // namespace mondeq

#endif  // MONDEQ_OPERATORS_LINEAR_MAP_H_
