#include "mondeq/cli/help.h"

#include "absl/flags/commandlineflag.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "mondeq/cli/parse_flags.h"
#include "mondeq/core/exit_code.h"

namespace mondeq {
namespace {

constexpr std::size_t kWidth = 100;

// The two halves of a flag's help text, "VALUE: meaning"; a boolean flag has no first half.
struct FlagText {
  std::string value;
  std::string meaning;
};

FlagText TextOf(const std::string& name) {
  const absl::CommandLineFlag& flag = GetFlagNamed(name);
  const std::string help = flag.Help();
  if (IsBoolean(flag)) return {"", help};
  const std::string value = ValueName(flag);
  std::string meaning = help.substr(value.size() + 2);
  const std::string usual = flag.DefaultValue();
  if (!usual.empty()) absl::StrAppend(&meaning, " (default ", usual, ")");
  return {value, meaning};
}

std::string FlagLines(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    absl::StrAppend(&text, "  ", FlagUsage(name), "\n", Wrap(TextOf(name).meaning, 6, kWidth));
  }
  return text;
}

std::string Usage(const Verb& verb) {
  std::string text = absl::StrCat("mondeq ", verb.name);
  for (const absl::string_view argument : absl::StrSplit(verb.arguments, ' ', absl::SkipEmpty())) {
    absl::StrAppend(&text, " [", argument, "]");
  }
  for (const std::string& name : verb.required) absl::StrAppend(&text, " ", FlagUsage(name));
  for (const std::string& name : verb.optional) absl::StrAppend(&text, " [", FlagUsage(name), "]");
  return text;
}

}  // namespace

std::string FlagUsage(const std::string& name) {
  const std::string value = TextOf(name).value;
  return absl::StrCat("--", name, value.empty() ? "" : "=", value);
}

std::string Wrap(const std::string& text, std::size_t indent, std::size_t width) {
  std::string lines, line;
  for (absl::string_view word : absl::StrSplit(text, ' ', absl::SkipEmpty())) {
    if (!line.empty() && indent + line.size() + 1 + word.size() > width) {
      absl::StrAppend(&lines, std::string(indent, ' '), line, "\n");
      line.clear();
    }
    absl::StrAppend(&line, line.empty() ? "" : " ", word);
  }
  if (line.empty()) return lines;
  return absl::StrCat(lines, std::string(indent, ' '), line, "\n");
}

std::string HelpForAll(const std::vector<Verb>& verbs) {
  std::string text =
      "mondeq: monotone operator equilibrium networks, z* = sigma(W z* + U x + b)\n\n"
      "  mondeq VERB --flag=value ...\n\n"
      "Verbs\n";
  for (const Verb& verb : verbs) {
    absl::StrAppendFormat(&text, "  %-13s%s\n", verb.name, verb.summary);
  }
  absl::StrAppend(
      &text,
      "\nTo begin with\n"
      "  mondeq train --config=configs/quickstart.textproto --out=/tmp/quickstart\n"
      "  mondeq eval --weights=/tmp/quickstart/weights.safetensors\n"
      "  mondeq list nonlinearity\n"
      "  mondeq help train\n\n"
      "A config is one textproto: the data, the network and how it is trained. Every value in it\n"
      "can be replaced for one run, as in --set=training.epochs=5.\n\n"
      "Exit codes\n",
      ExitCodeHelp());
  return text;
}

std::string HelpFor(const Verb& verb) {
  std::string text = absl::StrCat("mondeq ", verb.name, ": ", verb.summary, "\n\n",
                                  Wrap(Usage(verb), 2, kWidth), "\n", verb.description);
  if (!verb.required.empty()) {
    absl::StrAppend(&text, "\nFlags that must be given\n", FlagLines(verb.required));
  }
  if (!verb.optional.empty()) absl::StrAppend(&text, "\nFlags\n", FlagLines(verb.optional));
  absl::StrAppend(&text, "\nExamples\n");
  for (const std::string& example : verb.examples) absl::StrAppend(&text, "  ", example, "\n");
  absl::StrAppend(&text, "\nExit codes\n", ExitCodeHelp());
  return text;
}

}  // namespace mondeq
