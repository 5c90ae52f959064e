// A strict reader of zip archives of stored files, for tests.
#ifndef MONDEQ_CORE_ZIP_TESTING_H_
#define MONDEQ_CORE_ZIP_TESTING_H_

#include <map>
#include <string>

namespace mondeq {

// The files of an archive by their names. Expects that the archive is whole: both headers of each
// file agree, with each other and with what is there, which begins at a multiple of 64 bytes, and
// nothing is before, between or behind.
std::map<std::string, std::string> FilesInZip(const std::string& archive);

}  // namespace mondeq

#endif  // MONDEQ_CORE_ZIP_TESTING_H_
