// Models that suites of certificates look at.
#ifndef MONDEQ_CERTIFICATES_CERTIFIED_MODEL_TESTING_H_
#define MONDEQ_CERTIFICATES_CERTIFIED_MODEL_TESTING_H_

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "mondeq/certificates/host_matrix.h"
#include "mondeq/core/random.h"
#include "mondeq/model/model.h"

namespace mondeq {

// Images of 4 x 4 pixels with a border at zero, of 5 classes, in float64; `op` is the operator.
inline std::unique_ptr<Model> MakeImageModel(const std::string& op, Device* device) {
  ModelConfig config;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      absl::StrCat("equilibrium { injection { [mondeq.padded_conv] {} } operator { ", op,
                   " } nonlinearity { [mondeq.zero_border] { inner { [mondeq.relu] {} } } }"
                   "  splitting { [mondeq.peaceman_rachford] {} } }"
                   "readout { [mondeq.flatten] {} } readout { [mondeq.affine] {} }"),
      &config));
  return *Model::Create(config, {}, {{4, 4, 1}, 5}, device, DType::kFloat64, 3);
}

// Lets the model certify, nearly to working precision, and solve for a batch of random inputs;
// returns these, [input.dim(), batch].
inline HostMatrix CertifyRandomInputs(Index batch, Random* random, Model* model) {
  model->set_certifies(true);
  model->stopping_rule().tolerance = 1e-9;
  model->stopping_rule().max_iterations = 100000;
  const HostMatrix x = HostMatrix::NullaryExpr(model->input().dim(), batch,
                                               [random] { return 3 * random->Normal(); });
  model->Forward(FromHostMatrix(model->device(), x));
  return x;
}

}  // namespace mondeq

#endif  // MONDEQ_CERTIFICATES_CERTIFIED_MODEL_TESTING_H_
