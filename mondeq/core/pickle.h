// Writes Python's pickles, protocol 2: instructions for a machine with a stack, of which what is on
// top at the end is the value. There is no reader: one has to run what a file tells it to.
#ifndef MONDEQ_CORE_PICKLE_H_
#define MONDEQ_CORE_PICKLE_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace mondeq {

class PickleWriter {
 public:
  PickleWriter();

  // Each puts a value on the stack.
  void Integer(std::int64_t value);
  void Text(absl::string_view utf8);
  void False();
  void EmptyDict();
  void Global(absl::string_view module, absl::string_view name);

  // Where a tuple or the items of a dict begin.
  void Mark();
  // Makes a tuple of the values since the last mark, which go.
  void Tuple();
  // Puts the values since the last mark, key, value, key, value, ..., into the dict below it.
  void SetItems();
  // Puts what the reader knows by the value on top in its place.
  void PersistentId();
  // Calls what is below the tuple on top with it; the result takes the place of both.
  void Call();

  // The pickle; nothing may follow.
  std::string Finish();

 private:
  std::string out_;
};

}  // namespace mondeq

#endif  // MONDEQ_CORE_PICKLE_H_
