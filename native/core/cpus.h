// The CPUs that this process may use, shared out among the threads that compute in it: however many
// calls, engines and bands of rows there are, no more threads than CPUs compute at a time.
#pragma once

#include "core/cancel.h"

namespace bgcut {

// Who goes first where CPUs are short: the lower rank (core/schedule.h).
using Rank = Clock::time_point;

// Tells how many CPUs there are to share, at least 1: lib/threads.ts knows. Until then it is what
// the system says.
void use_cpus(int count);

// The CPUs that one working thread keeps busy. A share belongs to the thread that made it, which
// has one at a time; it is given back at the end.
class CpuShare {
 public:
  CpuShare(Rank rank, CancelToken& token);
  ~CpuShare();
  CpuShare(const CpuShare&) = delete;
  CpuShare& operator=(const CpuShare&) = delete;

  // From now on the thread may keep `count` >= 1 CPUs busy, or all of them if there are fewer.
  // Blocks until they are free. What is held is given back before more is waited for, so that two
  // that want more can't wait for each other, and where a lower rank waits. Throws the token's
  // reason, and then holds none.
  void hold(int count);

 private:
  friend class SpareCpus;
  const Rank rank_;
  CancelToken& token_;
  int held_ = 0;
  int lent_ = 0;  // of those held, by SpareCpus
};

// Up to `most` CPUs for threads beside the calling one, while this lives, on the thread that made
// it: what its share holds beyond one, and what is idle. Never waits, and takes nothing that the
// first in line could start with. To be held for a piece of work, not for a stage: who waits for
// more than is idle gets these back with it.
class SpareCpus {
 public:
  explicit SpareCpus(int most);
  ~SpareCpus();
  SpareCpus(const SpareCpus&) = delete;
  SpareCpus& operator=(const SpareCpus&) = delete;

  int count() const { return own_ + idle_; }

 private:
  CpuShare* const share_;
  int own_ = 0;
  int idle_ = 0;
};

}  // namespace bgcut
