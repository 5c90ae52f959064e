#include "mondeq/core/pickle.h"

#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mondeq/core/little_endian.h"

namespace mondeq {
namespace {

// Opcodes, as Python's module pickle calls them.
constexpr char kProto = '\x80', kStop = '.', kMark = '(', kBinInt = 'J', kLong1 = '\x8a',
               kBinUnicode = 'X', kNewFalse = '\x89', kEmptyDict = '}', kGlobal = 'c', kTuple = 't',
               kSetItems = 'u', kBinPersId = 'Q', kReduce = 'R';
constexpr char kProtocol = 2;

}  // namespace

PickleWriter::PickleWriter() : out_({kProto, kProtocol}) {}

void PickleWriter::Integer(std::int64_t value) {
  using Limits = std::numeric_limits<std::int32_t>;
  const bool narrow = value >= Limits::min() && value <= Limits::max();
  out_ += narrow ? kBinInt : kLong1;
  if (!narrow) out_ += '\x08';  // bytes
  AppendLittleEndian(static_cast<std::uint64_t>(value), narrow ? 4 : 8, &out_);
}

void PickleWriter::Text(absl::string_view utf8) {
  out_ += kBinUnicode;
  AppendLittleEndian(utf8.size(), 4, &out_);
  absl::StrAppend(&out_, utf8);
}

void PickleWriter::Global(absl::string_view module, absl::string_view name) {
  out_ += kGlobal;
  absl::StrAppend(&out_, module, "\n", name, "\n");
}

void PickleWriter::False() { out_ += kNewFalse; }
void PickleWriter::EmptyDict() { out_ += kEmptyDict; }
void PickleWriter::Mark() { out_ += kMark; }
void PickleWriter::Tuple() { out_ += kTuple; }
void PickleWriter::SetItems() { out_ += kSetItems; }
void PickleWriter::PersistentId() { out_ += kBinPersId; }
void PickleWriter::Call() { out_ += kReduce; }

std::string PickleWriter::Finish() {
  out_ += kStop;
  return std::move(out_);
}

}  // namespace mondeq
