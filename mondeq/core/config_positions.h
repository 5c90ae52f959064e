// Remembers where the messages and fields of a loaded config stand, for ConfigSource.
#ifndef MONDEQ_CORE_CONFIG_POSITIONS_H_
#define MONDEQ_CORE_CONFIG_POSITIONS_H_

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "google/protobuf/text_format.h"
#include "mondeq/core/config_override.h"

namespace mondeq {

class ConfigPositions {
 public:
  using Tree = google::protobuf::TextFormat::ParseInfoTree;

  // Walks `root`, parsed from `file` and then changed by `overrides` in that order. Positions come
  // from `tree` except at and below what an override replaced or made.
  ConfigPositions(std::string file, const Tree& tree, std::vector<Override> overrides,
                  const google::protobuf::Message& root);
  ConfigPositions(const ConfigPositions&) = delete;
  ConfigPositions& operator=(const ConfigPositions&) = delete;

  // Returns what ConfigSource::Locate promises.
  std::string Locate(const google::protobuf::Message& message, absl::string_view name) const;

 private:
  // "FILE:LINE:COLUMN", or the override that made what stands here.
  struct Place {
    std::string text;
    const Override* override_ = nullptr;
  };
  struct Node {
    std::string path;  // "" for the root
    Place place;
    std::map<std::string, Place> fields;  // keys: "units", "[mondeq.dense]", "weights[2]"
  };

  // `tree` may be null: then everything stands where the message does.
  void Walk(const google::protobuf::Message& message, const Tree* tree, const std::string& path,
            const Place& place);
  Place PlaceOf(const google::protobuf::FieldDescriptor* descriptor, int index, const Tree* tree,
                const std::string& path, const Place& enclosing) const;

  std::string file_;
  std::vector<Override> overrides_;
  std::map<const google::protobuf::Message*, Node> nodes_;
};

// Whether `path` is `above` or a part of it: "a.b" and "a[0]" are parts of "a".
bool IsAtOrBelow(absl::string_view path, absl::string_view above);

// Makes "a.b" of "a" and "b", and "b" of "" and "b".
std::string JoinPath(absl::string_view path, absl::string_view name);

}  // namespace mondeq

#endif  // MONDEQ_CORE_CONFIG_POSITIONS_H_
