// The machine and the time, in words, for files that tell where they come from.
#ifndef MONDEQ_CORE_MACHINE_H_
#define MONDEQ_CORE_MACHINE_H_

#include <ctime>
#include <string>

namespace mondeq {

// "2026-01-31T12:00:00Z"
std::string UtcTime(std::time_t time);

// The name of this host; "" where it has none.
std::string HostName();

// "Linux 6.1.0 x86_64"
std::string SystemName();

// The model of the first processor, as the system calls it; "" where it does not.
std::string ProcessorName();

}  // namespace mondeq

#endif  // MONDEQ_CORE_MACHINE_H_
