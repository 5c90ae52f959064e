#include "mondeq/model/pipeline.h"

#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mondeq/core/registry.h"
#include "mondeq/core/status.h"
#include "mondeq/operators/copy_pixels.h"

namespace mondeq {
namespace {

// Maps a tier to what is visible of it.
class Crop final : public LinearMap {
 public:
  Crop(const Tier& tier, Device* device) : tier_(tier), device_(*device) {}

  Rounding rounding() const override { return {}; }
  Features input() const override { return tier_.memory; }
  Features output() const override { return tier_.visible; }
  void Apply(const Tensor& x, const Tensor& y) override { CopyVisible(device_, tier_, x, y); }
  void ApplyAdjoint(const Tensor& y, const Tensor& x) override {
    device_.Fill(0, x);
    CopyPixels(device_, tier_.visible, y, tier_.visible.columns, x, tier_.memory.columns);
  }
  void AccumulateGradient(const Tensor&, const Tensor&) override {}

 private:
  Tier tier_;
  Device& device_;
};

struct Maps {
  std::vector<std::unique_ptr<LinearMap>> maps;
  // Which of them have parameters.
  std::vector<std::size_t> parametrized;
};

// Makes the maps of a pipeline, whose parameters are PREFIX.NAME, or PREFIX.I.NAME if `numbered`,
// in `store`.
absl::StatusOr<Maps> MakeMaps(const google::protobuf::RepeatedPtrField<LinearMapConfig>& configs,
                              const ConfigSource& source, const Pipeline::Place& place,
                              bool numbered, ParameterStore* store) {
  Maps made;
  Features input = place.input.visible;
  for (int i = 0; i < configs.size(); ++i) {
    const bool last = i + 1 == configs.size();
    const std::string prefix = numbered ? absl::StrCat(place.prefix, ".", i) : place.prefix;
    const LinearMap::Context context{
        input,
        last ? place.output : Features{},
        last ? place.origin : 0,
        {store, prefix},
        place.device,
        place.dtype,
        last && place.output.is_image() ? place.input.visible : Features{}};
    const std::size_t before = store->parameters().size();
    MONDEQ_ASSIGN_OR_RETURN(auto map, Registry<LinearMap>::Create(configs[i], source, context));
    if (store->parameters().size() > before) made.parametrized.push_back(made.maps.size());
    input = map->output();
    made.maps.push_back(std::move(map));
  }
  return made;
}

// What to put behind maps that give `found`, in words, so that they give `expected`.
std::string WhatMapsThere(const Features& found, const Features& expected) {
  if (expected.is_image()) return "";
  return absl::StrCat("; put ", found.is_image() ? "{ [mondeq.flatten] {} } and " : "",
                      "{ [mondeq.affine] {} } behind it");
}

}  // namespace

absl::StatusOr<std::unique_ptr<Pipeline>> Pipeline::Create(
    const google::protobuf::RepeatedPtrField<LinearMapConfig>& maps, const ConfigSource& source,
    const Place& place) {
  // How parameters are named depends on how many maps have any. The maps tell when they are built
  // against a store that is thrown away.
  ParameterStore trial;
  MONDEQ_ASSIGN_OR_RETURN(const Maps tried, MakeMaps(maps, source, place, true, &trial));
  const bool numbered = tried.parametrized.size() > 1;
  std::unique_ptr<Pipeline> pipeline(new Pipeline(place.input.memory, place.device, place.dtype));
  MONDEQ_ASSIGN_OR_RETURN(Maps made, MakeMaps(maps, source, place, numbered, place.store));
  pipeline->maps_ = std::move(made.maps);
  const Features& output = maps.empty() ? place.input.visible : pipeline->output();
  if (place.output.channels > 0 && output != place.output) {
    const std::string where = maps.empty() ? place.prefix : source.Locate(maps[maps.size() - 1]);
    return absl::InvalidArgumentError(
        absl::StrCat(where, ": the ", place.prefix, " must give ", place.output.ToString(),
                     " features, found ", output.ToString(), WhatMapsThere(output, place.output)));
  }
  const bool crops = !place.input.all_visible() &&
                     (maps.empty() || !pipeline->maps_.front()->ReadPartOf(place.input.memory));
  if (crops) {
    pipeline->maps_.insert(pipeline->maps_.begin(),
                           std::make_unique<Crop>(place.input, place.device));
  }
  pipeline->first_parametrized_ = made.parametrized.empty()
                                      ? pipeline->maps_.size()
                                      : made.parametrized.front() + (crops ? 1 : 0);
  const std::size_t between = pipeline->maps_.empty() ? 0 : pipeline->maps_.size() - 1;
  pipeline->values_.resize(between);
  pipeline->adjoints_.resize(between);
  return pipeline;
}

const Tensor& Pipeline::Between(std::vector<Scratch>* places, std::size_t i, Index batch) {
  return (*places)[i].Get(*device_, dtype_, {maps_[i]->output().dim(), batch});
}

LinearMap::Rounding Pipeline::rounding() const {
  Rounding all;
  // What is between the maps has a norm of at most all.norm ||x|| + size; the norm of a bias is
  // below its map's offset.
  double size = 0;
  for (const auto& map : maps_) {
    const Rounding one = map->rounding();
    all.offset = one.norm * all.offset + one.constant * size + one.offset;
    all.constant = one.norm * all.constant + one.constant * all.norm;
    size = one.norm * size + one.offset;
    all.norm *= one.norm;
  }
  return all;
}

void Pipeline::Apply(const Tensor& x, const Tensor& y) {
  if (maps_.empty()) return device_->Copy(x, y);
  for (std::size_t i = 0; i < maps_.size(); ++i) {
    const Tensor& from = i == 0 ? x : values_[i - 1].get();
    maps_[i]->Apply(from, i + 1 == maps_.size() ? y : Between(&values_, i, x.columns()));
  }
}

void Pipeline::ApplyAdjoint(const Tensor& y, const Tensor& x) {
  if (maps_.empty()) return device_->Copy(y, x);
  for (std::size_t i = maps_.size(); i-- > 0;) {
    const Tensor& from = i + 1 == maps_.size() ? y : adjoints_[i].get();
    maps_[i]->ApplyAdjoint(from, i == 0 ? x : Between(&adjoints_, i - 1, y.columns()));
  }
}

void Pipeline::AccumulateGradient(const Tensor& x, const Tensor& dy) {
  for (std::size_t i = maps_.size(); i-- > first_parametrized_;) {
    const Tensor& adjoint = i + 1 == maps_.size() ? dy : adjoints_[i].get();
    maps_[i]->AccumulateGradient(i == 0 ? x : values_[i - 1].get(), adjoint);
    if (i > first_parametrized_)
      maps_[i]->ApplyAdjoint(adjoint, Between(&adjoints_, i - 1, x.columns()));
  }
}

}  // namespace mondeq
