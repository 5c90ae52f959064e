#include "mondeq/certificates/constants.h"

#include "mondeq/certificates/lipschitz_above.h"

namespace mondeq {

Constants FindConstants(Model* model) {
  Constants constants;
  constants.m = model->op().m();
  constants.lipschitz_above = LipschitzAbove(model);
  constants.lipschitz_estimate = model->Lipschitz();
  constants.alpha = model->alpha();
  if (!constants.lipschitz_above.has_value()) return constants;
  const double m = constants.m, l = *constants.lipschitz_above, alpha = constants.alpha;
  const double contraction = model->method().ContractionFactor(alpha, m, l);
  if (contraction < 1) constants.contraction = contraction;
  constants.condition = (1 + alpha * l) / (1 + alpha * m);
  return constants;
}

}  // namespace mondeq
