// Radii of linf by bounds on every unit (interval_map.h), found by bisection: the largest r at
// which a box of all that the units do is found and the margins are certain in it.
#ifndef MONDEQ_CERTIFICATES_INTERVAL_H_
#define MONDEQ_CERTIFICATES_INTERVAL_H_

#include <vector>

#include "mondeq/certificates/interval_map.h"
#include "mondeq/certificates/radii.h"

namespace mondeq {

// The largest dimension of an operator: every sample takes the inverses of several matrices of its
// size.
constexpr Index kMostIntervalUnits = 1024;

class IntervalCertifier {
 public:
  // For the model's present parameters; its type must be float64 and its operator of at most
  // kMostIntervalUnits.
  IntervalCertifier(const Sensitivity& sensitivity, Model* model);

  // For the samples of the model's last Forward, which must have certified, as CertifySamples left
  // them: sets radius_linf_interval, and radius_linf and radius_l2 to that where it is larger.
  void Certify(std::vector<CertifiedSample>* samples);

 private:
  // The centres of all samples, and their logits less what rounding may have added.
  struct Centers {
    HostMatrix p, z, logits;
    std::vector<double> t, logit_error;
  };
  Centers FindCenters();
  double RadiusOf(const IntervalCenter& center, const Eigen::VectorXd& margins, const HostMatrix& q,
                  double start);

  Model& model_;
  IntervalWeights weights_;
  ProxAt prox_;
};

}  // namespace mondeq

#endif  // MONDEQ_CERTIFICATES_INTERVAL_H_
