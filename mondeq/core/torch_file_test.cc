#include "mondeq/core/torch_file.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/core/pickle.h"
#include "mondeq/core/zip_testing.h"

namespace mondeq {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

// Runs a pickle of the opcodes that ours have, and writes each value as Python would.
class PickleMachine {
 public:
  explicit PickleMachine(const std::string& pickle) : pickle_(pickle) {}

  // What is on the stack at the end. Items of dicts are in `items()`.
  std::string Run() {
    EXPECT_EQ(Take(2), "\x80\2");
    while (at_ < pickle_.size() && pickle_[at_] != '.') Step(Take(1)[0]);
    EXPECT_EQ(at_ + 1, pickle_.size()) << "STOP is the last opcode";
    EXPECT_TRUE(marks_.empty());
    EXPECT_EQ(stack_.size(), 1u);
    return stack_.empty() ? "" : stack_.back();
  }
  const std::vector<std::pair<std::string, std::string>>& items() const { return items_; }

 private:
  void Step(char opcode) {
    switch (opcode) {
      case '(':
        return marks_.push_back(stack_.size());
      case 'J':
        return stack_.push_back(absl::StrCat(static_cast<std::int32_t>(Number(4))));
      case '\x8a':
        return stack_.push_back(absl::StrCat(Number(static_cast<int>(Number(1)))));
      case 'X':
        return stack_.push_back(absl::StrCat("'", Take(static_cast<std::size_t>(Number(4))), "'"));
      case '\x89':
        return stack_.push_back("False");
      case '}':
        return stack_.push_back("{}");
      case 'c': {
        const std::string module = Line();
        return stack_.push_back(absl::StrCat(module, ".", Line()));
      }
      case 't': {
        const std::vector<std::string> values = SinceMark();
        return stack_.push_back(absl::StrCat("(", absl::StrJoin(values, ", "), ")"));
      }
      case 'u': {
        const std::vector<std::string> values = SinceMark();
        ASSERT_EQ(values.size() % 2, 0u);
        for (std::size_t i = 0; i < values.size(); i += 2)
          items_.emplace_back(values[i], values[i + 1]);
        EXPECT_EQ(stack_.back(), "{}");
        return;
      }
      case 'Q': {
        const std::string id = Pop();
        return stack_.push_back(absl::StrCat("<", id, ">"));
      }
      case 'R': {
        const std::string arguments = Pop(), callee = Pop();
        return stack_.push_back(absl::StrCat(callee, arguments));
      }
      default:
        ADD_FAILURE() << "opcode " << opcode;
    }
  }

  std::string Take(std::size_t count) {
    EXPECT_LE(at_ + count, pickle_.size());
    const std::string bytes = pickle_.substr(std::min(at_, pickle_.size()), count);
    at_ += count;
    return bytes;
  }
  std::int64_t Number(int width) {
    std::uint64_t value = 0;
    int shift = 0;
    for (const char byte : Take(static_cast<std::size_t>(width))) {
      value |= static_cast<std::uint64_t>(static_cast<unsigned char>(byte)) << shift;
      shift += 8;
    }
    return static_cast<std::int64_t>(value);
  }
  std::string Line() {
    const std::size_t end = pickle_.find('\n', at_);
    const std::string line = Take(end - at_);
    ++at_;
    return line;
  }
  std::string Pop() {
    const std::string top = stack_.back();
    stack_.pop_back();
    return top;
  }
  std::vector<std::string> SinceMark() {
    const auto begin = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    const std::vector<std::string> values(begin, stack_.end());
    stack_.erase(begin, stack_.end());
    marks_.pop_back();
    return values;
  }

  const std::string& pickle_;
  std::size_t at_ = 0;
  std::vector<std::string> stack_;
  std::vector<std::size_t> marks_;
  std::vector<std::pair<std::string, std::string>> items_;
};

TEST(PickleTest, IntegersOfEverySize) {
  const std::int64_t most = INT32_MAX, least = INT32_MIN;
  for (const std::int64_t value :
       {std::int64_t{0}, std::int64_t{-1}, std::int64_t{255}, most, least, most + 1, least - 1,
        std::int64_t{INT64_MAX}, std::int64_t{INT64_MIN}}) {
    PickleWriter writer;
    writer.Integer(value);
    const std::string pickle = writer.Finish();
    EXPECT_EQ(PickleMachine(pickle).Run(), absl::StrCat(value));
  }
}

TEST(TorchFileTest, IsADictOfTensors) {
  Safetensors file;
  file.arrays["operator.A"] = HostArray::From<float>({2, 3}, {1, -2, 3, 4, 5.5f, 1e-30f});
  file.arrays["a"] = HostArray::From<double>({}, {0.1});
  file.arrays["z"] = HostArray::From<std::int64_t>({1, 2, 1, 1}, {1, -1});
  file.metadata["config"] = "there is no place for it";
  const std::string archive = SerializeTorchFile(file).value();
  std::map<std::string, std::string> files = FilesInZip(archive);
  const std::string pickle = files["archive/data.pkl"];
  files.erase("archive/data.pkl");
  EXPECT_THAT(files, ElementsAre(Pair("archive/byteorder", "little"),
                                 Pair("archive/data/0", file.arrays["a"].bytes),
                                 Pair("archive/data/1", file.arrays["operator.A"].bytes),
                                 Pair("archive/data/2", file.arrays["z"].bytes),
                                 Pair("archive/version", "3\n")));

  PickleMachine machine(pickle);
  EXPECT_EQ(machine.Run(), "{}");
  const auto tensor = [](const std::string& storage, const std::string& rest) {
    return absl::StrCat("torch._utils._rebuild_tensor_v2(<('storage', torch.", storage, ")>, 0, ",
                        rest, ", False, collections.OrderedDict())");
  };
  EXPECT_THAT(
      machine.items(),
      ElementsAre(Pair("'a'", tensor("DoubleStorage, '0', 'cpu', 1", "(), ()")),
                  Pair("'operator.A'", tensor("FloatStorage, '1', 'cpu', 6", "(2, 3), (3, 1)")),
                  Pair("'z'", tensor("LongStorage, '2', 'cpu', 2", "(1, 2, 1, 1), (2, 1, 1, 1)"))));
}

}  // namespace
}  // namespace mondeq
