// The public data sets that mondeq knows by name: their official files, and where they are.
#ifndef MONDEQ_DATA_PUBLIC_SETS_H_
#define MONDEQ_DATA_PUBLIC_SETS_H_

#include <cstdint>
#include <string>
#include <vector>

namespace mondeq {

struct PublicFile {
  std::string name;
  std::int64_t size = 0;  // bytes
  std::string sha256;     // 64 hexadecimal digits
};

struct PublicSet {
  // As in configs: "mnist". The files lie in a folder of this name.
  std::string name;
  // URLs of folders that have the files, or the archive, without a "/" at the end.
  std::vector<std::string> mirrors;
  std::vector<PublicFile> files;
  // A .tar.gz with the files in its folder `packed_in`; no name where they are fetched themselves.
  PublicFile archive = {};
  std::string packed_in = "";
  // The folder in which Debian's package has them; "" where there is none.
  std::string packaged_in = "";

  // What is fetched.
  std::vector<PublicFile> downloads() const {
    return archive.name.empty() ? files : std::vector<PublicFile>{archive};
  }
};

const std::vector<PublicSet>& PublicSets();

// The set of that name; null if there is none.
const PublicSet* FindPublicSet(const std::string& name);

// The folder with a folder for each set that was fetched: $XDG_DATA_HOME/mondeq, usually
// ~/.local/share/mondeq. "" for a user without a home.
std::string DataHome();

// Where a public set may lie if nobody has said where: in DataHome(), or where Debian installs it.
std::vector<std::string> UsualFolders(const std::string& set);

}  // namespace mondeq

#endif  // MONDEQ_DATA_PUBLIC_SETS_H_
