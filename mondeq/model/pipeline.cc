#include "mondeq/model/pipeline.h"

#include "mondeq/core/registry.h"
#include "mondeq/core/status.h"

namespace mondeq {
namespace {

// How many of the maps declare parameters, found by building them once against a store that is
// thrown away.
absl::StatusOr<int> CountParametrized(
    const google::protobuf::RepeatedPtrField<LinearMapConfig>& maps, const ConfigSource& source,
    const Pipeline::Place& place) {
  int parametrized = 0;
  Features input = place.input;
  for (int i = 0; i < maps.size(); ++i) {
    ParameterStore trial;
    const bool last = i + 1 == maps.size();
    const LinearMap::Context context{input,
                                     last ? place.output : Features{},
                                     last ? place.border : 0,
                                     {&trial, place.prefix},
                                     place.device,
                                     place.dtype};
    MONDEQ_ASSIGN_OR_RETURN(auto map, Registry<LinearMap>::Create(maps[i], source, context));
    input = map->output();
    if (!trial.parameters().empty()) ++parametrized;
  }
  return parametrized;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Pipeline>> Pipeline::Create(
    const google::protobuf::RepeatedPtrField<LinearMapConfig>& maps, const ConfigSource& source,
    const Place& place) {
  MONDEQ_ASSIGN_OR_RETURN(const int parametrized, CountParametrized(maps, source, place));
  std::unique_ptr<Pipeline> pipeline(new Pipeline(place.input, place.device, place.dtype));
  for (int i = 0; i < maps.size(); ++i) {
    const bool last = i + 1 == maps.size();
    const std::string prefix = parametrized > 1 ? absl::StrCat(place.prefix, ".", i) : place.prefix;
    const LinearMap::Context context{pipeline->output(),
                                     last ? place.output : Features{},
                                     last ? place.border : 0,
                                     {place.store, prefix},
                                     place.device,
                                     place.dtype};
    MONDEQ_ASSIGN_OR_RETURN(auto map, Registry<LinearMap>::Create(maps[i], source, context));
    pipeline->maps_.push_back(std::move(map));
  }
  if (place.output.channels > 0 && pipeline->output() != place.output) {
    const std::string where = maps.empty() ? place.prefix : source.Locate(maps[maps.size() - 1]);
    return absl::InvalidArgumentError(absl::StrCat(where, ": the ", place.prefix, " must give ",
                                                   place.output.ToString(), " features, found ",
                                                   pipeline->output().ToString()));
  }
  const std::size_t between = pipeline->maps_.empty() ? 0 : pipeline->maps_.size() - 1;
  pipeline->values_.resize(between);
  pipeline->adjoints_.resize(between);
  return pipeline;
}

const Tensor& Pipeline::Between(std::vector<Scratch>* places, std::size_t i, Index batch) {
  return (*places)[i].Get(*device_, dtype_, {maps_[i]->output().dim(), batch});
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
  for (std::size_t i = maps_.size(); i-- > 0;) {
    const Tensor& adjoint = i + 1 == maps_.size() ? dy : adjoints_[i].get();
    maps_[i]->AccumulateGradient(i == 0 ? x : values_[i - 1].get(), adjoint);
    if (i > 0) maps_[i]->ApplyAdjoint(adjoint, Between(&adjoints_, i - 1, x.columns()));
  }
}

}  // namespace mondeq
