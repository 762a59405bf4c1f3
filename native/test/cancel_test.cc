#include "core/cancel.h"

#include <gtest/gtest.h>

#include <thread>

#include "core/watchdog.h"

namespace bgcut {
namespace {

Code reason_of(const CancelToken& token) {
  try {
    token.check();
  } catch (const Error& error) {
    return error.code();
  }
  throw std::logic_error("not stopped");
}

TEST(CancelToken, FirstReasonWins) {
  CancelToken token;
  token.check();
  EXPECT_TRUE(token.cancel(Code::kTimeout));
  EXPECT_FALSE(token.cancel(Code::kAborted));
  EXPECT_EQ(reason_of(token), Code::kTimeout);
}

TEST(CancelToken, InterruptsRunOnceWhileTheyLive) {
  CancelToken token;
  int first = 0;
  int second = 0;
  int late = 0;
  {
    const CancelToken::Interrupt gone(token, [&] { ++first; });
  }
  const CancelToken::Interrupt a(token, [&] { ++second; });
  token.cancel(Code::kAborted);
  token.cancel(Code::kAborted);
  const CancelToken::Interrupt b(token, [&] { ++late; });
  EXPECT_EQ(first, 0);
  EXPECT_EQ(second, 1);
  EXPECT_EQ(late, 1);
}

TEST(Watchdog, CancelsAtTheDeadlineAndNotBefore) {
  Watchdog watchdog;
  const auto soon = std::make_shared<CancelToken>();
  const auto later = std::make_shared<CancelToken>();
  std::atomic<int> expired{0};
  const auto start = Clock::now();
  watchdog.watch(later, start + std::chrono::hours(1), [&] { ++expired; });
  watchdog.watch(soon, start + std::chrono::milliseconds(50), [&] { ++expired; });
  while (expired == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_GE(Clock::now() - start, std::chrono::milliseconds(50));
  EXPECT_EQ(reason_of(*soon), Code::kTimeout);
  EXPECT_FALSE(later->stopped());
  EXPECT_EQ(expired, 1);
}

TEST(Watchdog, LeavesFinishedRequestsAlone) {
  Watchdog watchdog;
  std::atomic<int> expired{0};
  auto finished = std::make_shared<CancelToken>();
  watchdog.watch(finished, Clock::now() + std::chrono::milliseconds(10), [&] { ++expired; });
  finished.reset();
  const auto stopped = std::make_shared<CancelToken>();
  stopped->cancel(Code::kAborted);
  watchdog.watch(stopped, Clock::now() + std::chrono::milliseconds(10), [&] { ++expired; });
  std::this_thread::sleep_for(std::chrono::milliseconds(60));
  EXPECT_EQ(expired, 0);
  EXPECT_EQ(reason_of(*stopped), Code::kAborted);
}

}  // namespace
}  // namespace bgcut
