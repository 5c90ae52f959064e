// The help texts: everything in them comes from the table of verbs and the flags themselves.
#ifndef MONDEQ_CLI_HELP_H_
#define MONDEQ_CLI_HELP_H_

#include <string>
#include <vector>

#include "mondeq/cli/verb.h"

namespace mondeq {

std::string HelpForAll(const std::vector<Verb>& verbs);
std::string HelpFor(const Verb& verb);

// "--config=FILE": the flag with the name of its value.
std::string FlagUsage(const std::string& name);

// `text` in lines of at most `width` columns, all indented by `indent`.
std::string Wrap(const std::string& text, std::size_t indent, std::size_t width);

}  // namespace mondeq

#endif  // MONDEQ_CLI_HELP_H_
