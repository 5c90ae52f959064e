// What reads files of others, for the fuzzer and for the test that replays its seeds.
#ifndef MONDEQ_FUZZ_TARGETS_H_
#define MONDEQ_FUZZ_TARGETS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace mondeq {

struct FuzzTarget {
  std::string name;
  // Reads the bytes. Whatever they are, it returns, having read nothing beyond them; what it
  // promises of those that it takes is checked.
  void (*read)(absl::string_view bytes);
  // Small sound files, to begin from.
  std::vector<std::string> (*seeds)();
};

const std::vector<FuzzTarget>& FuzzTargets();

}  // namespace mondeq

#endif  // MONDEQ_FUZZ_TARGETS_H_
