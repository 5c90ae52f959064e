// What this machine can do at best, measured: the denominators of a lower bound on time.
#ifndef MONDEQ_BENCHMARKS_MACHINE_RATES_H_
#define MONDEQ_BENCHMARKS_MACHINE_RATES_H_

namespace mondeq {

struct MachineRates {
  // That of float32 multiply-adds in registers, with the best instruction set: two operations each.
  double flops_per_second = 0;
  // That of a = b + s c on arrays of twice the last-level cache, but at most 128 MiB, each of them
  // shared out among the threads. Four arrays are counted: a is fetched before it is written.
  double memory_bytes_per_second = 0;
  // That of the same sum on arrays that fill half the second-level cache; three are counted.
  double cache_bytes_per_second = 0;
  // What the system tells, or 32 MiB if it does not.
  double last_level_cache_bytes = 0;
  // How long a line of the cache takes from one thread's core to another's and back: some 100 ns
  // where they share a cache, several times that where they do not. 0 with one thread.
  double handover_seconds = 0;
};

// Rates are the best of many short trials on `threads` threads at once, the handover is the median
// of some on two. Takes about a second, and for that time three of the large arrays in memory.
MachineRates MeasureMachineRates(int threads);

}  // namespace mondeq

#endif  // MONDEQ_BENCHMARKS_MACHINE_RATES_H_
