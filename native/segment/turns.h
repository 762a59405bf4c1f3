// Private to native/segment: how many runs go on at a time.
#pragma once

#include <condition_variable>
#include <mutex>

#include "core/cancel.h"

namespace bgcut::segment {

// Places for runs. Thread-safe.
class Turns {
 public:
  // At most `most` >= 1 places are taken at a time.
  explicit Turns(int most) : most_(most) {}
  Turns(const Turns&) = delete;
  Turns& operator=(const Turns&) = delete;

  // Waits for a place. `token`: whose stop ends the wait, by throwing its reason; null: none.
  void take(CancelToken* token);
  void give_back();

  // From now on one place at a time is taken, for good.
  void narrow();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int most_;
  int taken_ = 0;
};

// A place, for as long as it lives.
class Turn {
 public:
  // `turns` outlive it; null: there is no need to wait, ever.
  explicit Turn(Turns* turns, CancelToken* token = nullptr);
  ~Turn();
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  // Waits until nobody else has a place, and sees to it that nobody gets one beside another any
  // more. Throws the token's reason, and then holds none.
  void alone(CancelToken& token);

 private:
  Turns* turns_;
};

}  // namespace bgcut::segment
