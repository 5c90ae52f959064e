// Counts what a program allocates: operator new and malloc of a binary that links this are counted.
#ifndef MONDEQ_TESTING_ALLOCATIONS_H_
#define MONDEQ_TESTING_ALLOCATIONS_H_

namespace mondeq {

// Whether allocations can be counted: sanitizers have an allocator of their own.
bool CountsAllocations();

// Counts those of all threads while it lives. One at a time.
class AllocationCounter {
 public:
  AllocationCounter();
  ~AllocationCounter();
  AllocationCounter(const AllocationCounter&) = delete;
  AllocationCounter& operator=(const AllocationCounter&) = delete;

  long count() const;
};

}  // namespace mondeq

#endif  // MONDEQ_TESTING_ALLOCATIONS_H_
