// How a solve goes on with the samples of a batch that have not ended, when most have (solver.h).
#include <cstdint>
#include <vector>

#include "mondeq/device/columns.h"
#include "mondeq/splitting/placed_step.h"
#include "mondeq/splitting/solver.h"

namespace mondeq {
namespace {

// Products take samples by the vector.
Index RoundUpToLanes(Index samples) {
  constexpr Index kLanes = 16;
  return (samples + kLanes - 1) / kLanes * kLanes;
}

// Finds the samples that have not ended, and so many others that there are whole vectors of them.
void FindRest(const StoppingTest& test, std::vector<std::int32_t>* rest) {
  const std::size_t batch = test.samples().size();
  Index fill = RoundUpToLanes(test.live()) - test.live();
  rest->clear();
  rest->reserve(batch);
  for (std::size_t sample = 0; sample < batch; ++sample) {
    if (test.has_ended(sample) && fill == 0) continue;
    if (test.has_ended(sample)) --fill;
    rest->push_back(static_cast<std::int32_t>(sample));
  }
}

}  // namespace

// A smaller batch is begun with a product, and its arrays are read and written once: about two
// iterations of it.
bool Solver::Parts(const Task& task, int k, const Group& group) const {
  constexpr double kCost = 3;
  // Elsewhere an iteration takes about as long for fewer samples, and plans of its own.
  if (!device_.shares_host_memory() || !watch_.by_sample()) return false;
  if (!group.map.arrays().scale.empty()) return false;
  // What an acceleration remembers is of all samples.
  if (task.method.acceleration() != nullptr) return false;
  if (2 * RoundUpToLanes(test_.live()) > RoundUpToLanes(group.b.columns())) return false;
  // Whether p is asked for makes no difference to the result.
  return TellsNext(WatchedStep(task, k)) && test_.iterations_left() >= kCost;
}

void Solver::IterateOnTheRest(const Task& task, Group* all, int k) {
  StepArrays& of_all = all->map.arrays();
  const bool keeps_z = all->map.stores_z(), keeps_q = !of_all.q.empty();
  const auto part_of = [&](const Tensor& columns, const Tensor& whole, Scratch* part) {
    if (whole.empty()) return Tensor();
    const Tensor& tensor = part->Get(device_, dtype_, {whole.rows(), columns.size()});
    GatherColumns(device_, columns, whole, tensor);
    return tensor;
  };
  for (bool done = false; !done;) {
    FindRest(test_, &rest_);
    const Tensor& columns =
        columns_.Get(device_, DType::kInt32, {static_cast<Index>(rest_.size())});
    device_.CopyFromHost(rest_.data(), columns);
    // Where z is not stored q takes its place.
    const Tensor q = keeps_q ? part_of(columns, of_all.q, &part_q_) : Tensor();
    const Tensor z = keeps_z ? part_of(columns, of_all.z, &part_z_) : q;
    Group part(all->prox.At(part_of(columns, all->prox.z_star(), &part_z_star_)), task,
               part_of(columns, all->b, &part_b_), z, Tensor());
    part.samples = rest_;
    part.map.arrays().q = q;
    done = Iterate(task, Entry::kResumed, &part, &k);
    if (keeps_q) ScatterColumns(device_, columns, part.map.arrays().q, of_all.q);
    if (keeps_z) ScatterColumns(device_, columns, part.map.arrays().z, of_all.z);
  }
}

void Solver::Resume(const Task& task, int k, Group* group, Iteration* iteration) {
  const PointwiseStep step = StepToNext(StepOf(task, k - 1));
  Provide(step, k, group);
  group->map.set_step(step);
  iteration->Place(group->map);
  Freeze(group);
}

}  // namespace mondeq
