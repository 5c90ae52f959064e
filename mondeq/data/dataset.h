// Data sets: where samples and labels come from. A plugin loads or makes two splits into host
// memory, as bytes or as numbers; the loader (loader.h) shuffles, normalises and lays them out as
// [dim, batch].
#ifndef MONDEQ_DATA_DATASET_H_
#define MONDEQ_DATA_DATASET_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "mondeq/core/features.h"
#include "mondeq/data/dataset.pb.h"

namespace mondeq {

enum class Split { kTrain, kTest };

// One split, in host memory. Samples are pixels, whose byte b stands for the value b / 255, or they
// are values as they are.
struct Samples {
  Features features;
  int classes = 0;
  // [count][rows][columns][channels]; one of these two is empty.
  std::vector<std::uint8_t> pixels;
  std::vector<float> values;
  // [count], each in 0 .. classes - 1.
  std::vector<std::int32_t> labels;
  // What people call the classes, in their order; empty where nobody has said.
  std::vector<std::string> class_names = {};
  // The folder whose files they were read from; empty for samples that are made.
  std::string source;

  Index count() const { return static_cast<Index>(labels.size()); }
  bool are_pixels() const { return values.empty(); }
};

// A value v of channel c enters the network as (v - mean[c]) / stddev[c].
struct Normalization {
  std::vector<float> mean;
  std::vector<float> stddev;
};

class Dataset {
 public:
  using Config = DatasetConfig;
  struct Context {
    // The value of --data_dir, where plugins that read files look for them. May be empty.
    std::string data_dir;
  };
  static constexpr char kKind[] = "dataset";

  virtual ~Dataset() = default;

  // These are known without loading anything.
  virtual Features features() const = 0;
  virtual int classes() const = 0;
  virtual Normalization normalization() const = 0;

  // Whether the set's files of images hold them column by column, so that other files that go with
  // it, as for predict, do too. Load returns them row by row all the same.
  virtual bool stores_columns() const { return false; }

  // Whether images of other sizes are resized to the set's, so that other files that go with it are
  // too.
  virtual bool resizes_images() const { return false; }

  // Returns the samples of a split. Errors: kNotFound if a file is missing, kDataLoss if one is
  // damaged (truncated, wrong magic, label out of range, ...).
  virtual absl::StatusOr<Samples> Load(Split split) const = 0;
};

}  // namespace mondeq

#endif  // MONDEQ_DATA_DATASET_H_
