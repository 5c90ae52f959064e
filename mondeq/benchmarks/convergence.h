// How solves converge on given samples: after every iteration the residual, the certified error and
// the true error, and the time until then.
#ifndef MONDEQ_BENCHMARKS_CONVERGENCE_H_
#define MONDEQ_BENCHMARKS_CONVERGENCE_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "mondeq/core/safetensors.h"
#include "mondeq/model/model.h"

namespace mondeq {

// An iterate z. Each of the three is the largest one of the samples, and the errors are relative to
// ||z*|| (Equilibria::norms), so that true_error <= certified_error.
struct Iterate {
  int iteration = 0;
  // The best of several solves that end here or later, without U x + b and without the matrices
  // that PrepareSolve makes. Nobody looks at their stopping quantity before the end.
  double ms = 0;
  double residual = 0;         // ||z - sigma(W z + U x + b)|| / ||z||; 1 where z is 0
  double certified_error = 0;  // the bound of ||z - z*||
  double true_error = 0;       // ||z - z*||
};

struct ConvergenceCurve {
  // Of M for this method and alpha.
  double prepare_ms = 0;
  // A method has none for an iteration that it cannot end with. The last one is the iteration asked
  // for, or that before which values were no longer finite or the error above 1e6.
  std::vector<Iterate> iterates;
  bool diverged = false;
};

// z* of every sample of a batch, on the host.
struct Equilibria {
  std::vector<double> z;  // [dim, batch]
  // ||z*||, or where that is 0 the largest one, [batch].
  std::vector<double> norms;
  // The largest certified relative error.
  double relative_error = 0;
};

// The function of `model`, with this splitting method and in this type; alpha is what the method's
// own policy says. Errors: kInvalidArgument if that fits no plugin.
absl::StatusOr<std::unique_ptr<Model>> WithMethod(Model* model, const ModelConfig& config,
                                                  const SplittingConfig& method, DType dtype);

// The equilibria for x [input.dim(), batch], of any type. They are as near as float64 allows: by
// Peaceman-Rachford, until what remains is rounding. Errors: kInvalidArgument where that is not
// linked, kOutOfRange where values are not finite.
absl::StatusOr<Equilibria> FindEquilibria(Model* model, const ModelConfig& config,
                                          const HostArray& x);

// Makes solves of 1, 2, ... `iterations` iterations from zero, at the model's alpha. Changes the
// model's stopping rule. A sample whose iterate is 0 counts by that of its layer (certificate.h).
ConvergenceCurve MeasureConvergence(Model* model, const HostArray& x, const Equilibria& equilibria,
                                    int iterations);

}  // namespace mondeq

#endif  // MONDEQ_BENCHMARKS_CONVERGENCE_H_
