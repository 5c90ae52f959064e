// Runs of one experiment with several seeds, one after the other, and what they come to.
#ifndef MONDEQ_CLI_TRAIN_SEEDS_H_
#define MONDEQ_CLI_TRAIN_SEEDS_H_

#include <functional>
#include <ostream>
#include <string>

#include "absl/status/status.h"

namespace mondeq {

// Calls train(DIR) with --seed=N set for every N of --seeds, where DIR is the folder seed-N in
// --out; says on `shown` which one begins and in the end what all of them came to, which is written
// to seeds.csv in --out. Errors: kInvalidArgument for flags that do not go together and for folders
// that are something else, before anything is trained; that of the first run that fails;
// kCancelled if a signal came between two runs.
absl::Status TrainSeeds(const std::function<absl::Status(const std::string& folder)>& train,
                        std::ostream& shown);

}  // namespace mondeq

#endif  // MONDEQ_CLI_TRAIN_SEEDS_H_
