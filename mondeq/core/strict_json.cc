#include "mondeq/core/strict_json.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "mondeq/core/status.h"

namespace mondeq {
namespace {

using Json = nlohmann::json;

// Builds a value from the parser's events. (The library's own builder, with a callback, looks
// through all members of an object whenever one of them ends.)
class Builder final : public nlohmann::json_sax<Json> {
 public:
  Builder(std::size_t depth, Json* root) : depth_(depth), root_(*root) {}

  const absl::optional<JsonError>& error() const { return error_; }

  bool null() override { return Add(nullptr) != nullptr; }
  bool boolean(bool value) override { return Add(value) != nullptr; }
  bool number_integer(std::int64_t value) override { return Add(value) != nullptr; }
  bool number_unsigned(std::uint64_t value) override { return Add(value) != nullptr; }
  bool number_float(double value, const std::string&) override { return Add(value) != nullptr; }
  bool string(std::string& value) override { return Add(std::move(value)) != nullptr; }
  bool binary(Json::binary_t& value) override { return Add(std::move(value)) != nullptr; }
  bool start_object(std::size_t) override { return Open(Json::object()); }
  bool start_array(std::size_t) override { return Open(Json::array()); }
  bool end_object() override { return Close(); }
  bool end_array() override { return Close(); }

  bool key(std::string& name) override {
    if (open_.back()->contains(name)) {
      return Refuse(0, absl::StrCat("expected different names, found ", ShowJson(name), " twice"));
    }
    name_ = std::move(name);
    return true;
  }

  bool parse_error(std::size_t byte, const std::string&,
                   const nlohmann::detail::exception& error) override {
    const bool range = dynamic_cast<const Json::out_of_range*>(&error) != nullptr;
    return Refuse(
        byte > 0 ? byte - 1 : 0,
        absl::StrCat("expected JSON, found a ", range ? "number out of range" : "syntax error"));
  }

 private:
  // Puts a value where it belongs.
  Json* Add(Json value) {
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    Json& parent = *open_.back();
    if (parent.is_array()) {
      parent.push_back(std::move(value));
      return &parent.back();
    }
    return &*parent.emplace(name_, std::move(value)).first;
  }

  // While an object or array is open nothing is added to what it is in, so that it stays where it
  // is.
  bool Open(Json empty) {
    if (open_.size() == depth_) {
      return Refuse(0, absl::StrCat("expected at most ", depth_,
                                    " objects and arrays within each other, ", "found more"));
    }
    open_.push_back(Add(std::move(empty)));
    return true;
  }

  bool Close() {
    open_.pop_back();
    return true;
  }

  bool Refuse(std::size_t byte, std::string message) {
    error_ = JsonError{byte, std::move(message)};
    return false;
  }

  const std::size_t depth_;
  Json& root_;
  std::vector<Json*> open_;
  std::string name_;
  absl::optional<JsonError> error_;
};

}  // namespace

absl::optional<JsonError> ParseStrictJson(absl::string_view text, std::size_t depth, Json* value) {
  // The library would take a NUL for the end.
  const std::size_t nul = text.find('\0');
  if (nul != absl::string_view::npos) return JsonError{nul, "expected JSON, found a NUL"};
  Builder builder(depth, value);
  Json::sax_parse(text.begin(), text.end(), &builder);
  return builder.error();
}

std::size_t FindMember(absl::string_view text, absl::string_view name) {
  std::size_t open = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '{' || text[at] == '[') ++open;
    if (text[at] == '}' || text[at] == ']') --open;
    if (text[at] != '"') continue;
    const std::size_t begin = at++;
    while (text[at] != '"') at += text[at] == '\\' ? 2 : 1;
    const absl::string_view rest = absl::StripLeadingAsciiWhitespace(text.substr(at + 1));
    const bool is_name = open == 1 && absl::StartsWith(rest, ":");
    if (is_name && Json::parse(text.substr(begin, at + 1 - begin)).get<std::string>() == name) {
      return begin;
    }
  }
  MONDEQ_CHECK(false);
}

std::string DumpJson(const Json& value) {
  return value.dump(-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

std::string ShowJson(const Json& value) {
  constexpr std::size_t kMost = 200;
  std::string text = DumpJson(value);
  if (text.size() > kMost) text = text.substr(0, kMost) + "...";
  return text;
}

}  // namespace mondeq
