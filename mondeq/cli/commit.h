// Which sources a program was built from. Only main knows: what is linked with this is linked anew
// for every commit.
#ifndef MONDEQ_CLI_COMMIT_H_
#define MONDEQ_CLI_COMMIT_H_

namespace mondeq {

// "06a967f52a1c", with "-dirty" behind it where sources differed from that commit; "unknown" where
// the build does not know.
const char* Commit();

}  // namespace mondeq

#endif  // MONDEQ_CLI_COMMIT_H_
