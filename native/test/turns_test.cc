// Who may run a session when.
#include "segment/turns.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

namespace bgcut {
namespace {

using segment::Turn;
using segment::Turns;

// How many of `threads`, each of which takes a turn several times, had one at a time at most.
int most_inside(Turns& turns, int threads, bool some_want_it_alone) {
  std::atomic<int> inside{0};
  std::atomic<int> most{0};
  const auto stay = [&] {
    const int now = ++inside;
    for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    --inside;
  };
  std::vector<std::thread> all;
  all.reserve(static_cast<size_t>(threads));
  for (int i = 0; i < threads; ++i) {
    all.emplace_back([&, i] {
      CancelToken token;
      for (int turn = 0; turn < 5; ++turn) {
        Turn mine(&turns, &token);
        if (some_want_it_alone && i % 2 == 0) mine.alone(token);
        stay();
      }
    });
  }
  for (auto& thread : all) thread.join();
  return most;
}

TEST(Turns, AreAsManyAsThereMayBe) {
  Turns turns(3);
  EXPECT_EQ(most_inside(turns, 8, false), 3);
}

TEST(Turns, AreOneAtATimeOnceSomebodyWantsToBeAlone) {
  Turns turns(4);
  most_inside(turns, 8, true);  // several that have a place and want it alone: none waits for ever
  EXPECT_EQ(most_inside(turns, 8, false), 1);
}

TEST(Turns, AStopEndsTheWait) {
  Turns turns(1);
  CancelToken token;
  const Turn held(&turns);
  std::thread stopper([&token] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    token.cancel(Code::kTimeout);
  });
  try {
    const Turn late(&turns, &token);
    ADD_FAILURE() << "there was no place";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::kTimeout);
  }
  stopper.join();
}

TEST(Turns, AStopEndsTheWaitToBeAloneAndLeavesThePlace) {
  Turns turns(2);
  CancelToken token;
  {
    const Turn other(&turns);
    Turn mine(&turns, &token);
    token.cancel(Code::kAborted);
    EXPECT_THROW(mine.alone(token), Error);
  }
  const Turn next(&turns);  // would wait for ever if a place had been lost
}

TEST(Turns, NobodyWaitsWhereThereAreNone) {
  CancelToken token;
  const Turn one(nullptr, &token);
  Turn two(nullptr, &token);
  two.alone(token);
  token.cancel(Code::kAborted);
  EXPECT_THROW(Turn(nullptr, &token), Error);
}

}  // namespace
}  // namespace bgcut
