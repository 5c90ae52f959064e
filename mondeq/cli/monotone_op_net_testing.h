// The models that the code of Winston & Kolter (2020) has, for tests.
#ifndef MONDEQ_CLI_MONOTONE_OP_NET_TESTING_H_
#define MONDEQ_CLI_MONOTONE_OP_NET_TESTING_H_

#include <string>
#include <vector>

#include "mondeq/core/safetensors.h"

namespace mondeq {

// A model of each kind that the published code has, of 2 x 4 x 4 images and 10 classes.
struct PublishedModel {
  std::string name;
  std::string injection, op, nonlinearity, readout;
  // Their name, our name and shape. A scalar has no axes there and shape [1] here.
  struct Array {
    // As it is in their file.
    std::string their_name() const;
    // Whether it is g or gn, which is not negative, and gamma or gamma_down here.
    bool is_g() const;

    std::string theirs, ours;
    std::vector<Index> shape;
  };
  std::vector<Array> arrays;

  bool takes_images() const { return name != "dense"; }
  // The config, named "imported".
  std::string Config() const;
  // Random float32 numbers by their names.
  Safetensors StateDict() const;
};

std::vector<PublishedModel> PublishedModels();

}  // namespace mondeq

#endif  // MONDEQ_CLI_MONOTONE_OP_NET_TESTING_H_
