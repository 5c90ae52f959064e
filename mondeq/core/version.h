// The version of mondeq, for people and packages.
#ifndef MONDEQ_CORE_VERSION_H_
#define MONDEQ_CORE_VERSION_H_

namespace mondeq {

inline constexpr char kVersion[] = "0.1.0";

}  // namespace mondeq

#endif  // MONDEQ_CORE_VERSION_H_
