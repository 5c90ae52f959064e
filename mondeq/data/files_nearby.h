// What a folder has where files of a data set were looked for and are not, for errors: the files in
// folders of their own, under other names, packed, or of another format.
#ifndef MONDEQ_DATA_FILES_NEARBY_H_
#define MONDEQ_DATA_FILES_NEARBY_H_

#include <string>
#include <vector>

#include "mondeq/core/file_format.h"

namespace mondeq {

struct Nearby {
  // The path of what is there, and what it is; "" where nothing is like the files.
  std::string what;
  // The folder that it is in.
  std::string folder;
  // What to do then; "" where the files must be got elsewhere.
  std::string advice;
};

// Looks in `folder` and two folders deep for what resembles any of the files `names` most.
Nearby FindNearby(const std::string& folder, const std::vector<std::string>& names);

// What the file `path` is; of unknown kind also where only reading very much would tell.
FileFormat FormatAt(const std::string& path);

// The first few names in a folder, "a.txt, b/ and 7 more"; "" for one that is empty.
std::string ListFolder(const std::string& folder);

}  // namespace mondeq

#endif  // MONDEQ_DATA_FILES_NEARBY_H_
