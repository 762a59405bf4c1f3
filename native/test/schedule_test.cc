// How CPUs and turns are shared out: core/cpus.h, core/schedule.h and core/worker_pool.h.
#include "core/schedule.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <mutex>
#include <numeric>
#include <optional>
#include <random>
#include <set>
#include <thread>

#include "core/engine.h"
#include "core/parallel.h"
#include "core/worker_pool.h"
#include "support.h"

namespace bgcut {
namespace {

using std::chrono::milliseconds;

// The process has `count` CPUs while this lives.
class WithCpus {
 public:
  explicit WithCpus(int count) { use_cpus(count); }
  ~WithCpus() { use_cpus(std::max(1, static_cast<int>(std::thread::hardware_concurrency()))); }
  WithCpus(const WithCpus&) = delete;
  WithCpus& operator=(const WithCpus&) = delete;
};

// Counts who is inside at a time.
class Gauge {
 public:
  void enter(int count) {
    const int now = inside_ += count;
    int most = most_;
    while (now > most && !most_.compare_exchange_weak(most, now)) continue;
  }
  void leave(int count) { inside_ -= count; }
  int most() const { return most_; }

 private:
  std::atomic<int> inside_{0};
  std::atomic<int> most_{0};
};

TEST(Cpus, NoMoreThreadsComputeThanThereAre) {
  constexpr int kCpus = 3;
  const WithCpus cpus(kCpus);
  Gauge gauge;
  std::vector<std::thread> workers;
  workers.reserve(8);
  for (int worker = 0; worker < 8; ++worker) {
    workers.emplace_back([&gauge, worker] {
      CancelToken token;
      CpuShare share(Clock::now(), token);
      for (int round = 0; round < 20; ++round) {
        const int wide = 1 + (worker + round) % kCpus;
        share.hold(wide);
        if (wide == kCpus) {  // as inference does, which has threads of its own
          gauge.enter(kCpus);
          std::this_thread::sleep_for(milliseconds(1));
          gauge.leave(kCpus);
          continue;
        }
        parallel_bands(8, 8, [&gauge](int, int) {
          gauge.enter(1);
          std::this_thread::sleep_for(milliseconds(1));
          gauge.leave(1);
        });
      }
    });
  }
  for (auto& worker : workers) worker.join();
  EXPECT_LE(gauge.most(), kCpus);
  EXPECT_GE(gauge.most(), 2);
}

TEST(Cpus, IdleOnesHelp) {
  const WithCpus cpus(4);
  CancelToken token;
  CpuShare share(Clock::now(), token);
  share.hold(1);
  std::atomic<int> inside{0};
  // Each band waits for the three others: only side by side do they end.
  parallel_bands(4, 4, [&inside](int, int) {
    ++inside;
    while (inside < 4) std::this_thread::yield();
  });
  EXPECT_EQ(inside, 4);
}

// One of two is held, and somebody waits for both: the other one helps until it can be of use to
// who waits.
TEST(Cpus, IdleOnesThatAreTooFewForWhoWaitsHelp) {
  const WithCpus cpus(2);
  CancelToken token;
  auto share = std::make_optional<CpuShare>(Clock::now(), token);
  share->hold(1);
  CancelToken other_token;
  auto waiting = std::async(std::launch::async, [&other_token] {
    CpuShare other(Clock::now(), other_token);
    other.hold(2);
  });
  std::this_thread::sleep_for(milliseconds(30));
  {
    const SpareCpus spare(4);
    EXPECT_EQ(spare.count(), 1);
  }
  EXPECT_EQ(waiting.wait_for(milliseconds(0)), std::future_status::timeout);
  share.reset();
  EXPECT_EQ(waiting.wait_for(std::chrono::seconds(10)), std::future_status::ready);
}

TEST(Cpus, BandsCoverEveryRowOnceAndPassAnErrorOn) {
  const WithCpus cpus(2);
  for (const int bands : {1, 2, 7, 100}) {
    std::vector<int> rows(61);
    parallel_bands(bands, 61, [&rows](int begin, int end) {
      for (int y = begin; y < end; ++y) ++rows[static_cast<size_t>(y)];
    });
    EXPECT_EQ(std::accumulate(rows.begin(), rows.end(), 0), 61);
    EXPECT_EQ(*std::max_element(rows.begin(), rows.end()), 1);
  }
  EXPECT_THROW(parallel_bands(4, 4,
                              [](int begin, int) {
                                if (begin == 2) throw std::bad_alloc();
                              }),
               std::bad_alloc);
}

TEST(Cpus, HelpersStayFromOnePieceOfWorkToTheNext) {
  const WithCpus cpus(4);
  const Helpers helpers;
  std::mutex mutex;
  std::set<std::thread::id> threads;
  for (int round = 0; round < 300; ++round) {
    if (round % 100 == 99) std::this_thread::sleep_for(milliseconds(2));  // long enough to sleep
    std::atomic<int> inside{0};
    std::vector<int> rows(61);
    parallel_bands(4, 61, [&](int begin, int end) {
      {
        const std::lock_guard lock(mutex);
        threads.insert(std::this_thread::get_id());
      }
      ++inside;
      while (round % 10 == 0 && inside < 4) std::this_thread::yield();
      for (int y = begin; y < end; ++y) ++rows[static_cast<size_t>(y)];
    });
    ASSERT_EQ(rows, std::vector<int>(61, 1)) << round;
  }
  EXPECT_EQ(threads.size(), 4U);
}

TEST(Cpus, AHelpedThreadMayBeHelpedInside) {
  const WithCpus cpus(4);
  const Helpers helpers;
  std::atomic<int> rows{0};
  parallel_bands(2, 2, [&](int, int) {
    parallel_bands(2, 10, [&](int begin, int end) { rows += end - begin; });
  });
  EXPECT_EQ(rows, 20);
}

TEST(Cpus, TheLowerRankGoesFirstAndMuchIsNotStarvedByLittle) {
  const WithCpus cpus(2);
  CancelToken token;
  const auto now = Clock::now();
  std::mutex mutex;
  std::vector<std::string> order;
  std::vector<std::thread> waiting;
  const auto wait_for = [&](const std::string& name, int count, int rank) {
    waiting.emplace_back([&, name, count, rank] {
      CpuShare share(now + milliseconds(rank), token);
      share.hold(count);
      const std::lock_guard lock(mutex);
      order.push_back(name);
    });
    std::this_thread::sleep_for(milliseconds(30));
  };
  {
    CpuShare first(now, token);
    first.hold(2);
    wait_for("late", 1, 300);
    wait_for("wide", 2, 100);
    wait_for("early", 1, 50);
    first.hold(1);  // enough for `early`, which is first in line; `wide` is next and needs both
    std::this_thread::sleep_for(milliseconds(30));
    const std::lock_guard lock(mutex);
    EXPECT_EQ(order, (std::vector<std::string>{"early"}));
  }
  for (auto& thread : waiting) thread.join();
  EXPECT_EQ(order, (std::vector<std::string>{"early", "wide", "late"}));
}

TEST(Cpus, WhoGoesOnLetsALowerRankGoFirst) {
  const WithCpus cpus(1);
  CancelToken token;
  const auto now = Clock::now();
  auto large = std::make_optional<CpuShare>(now + milliseconds(100), token);
  large->hold(1);
  std::atomic<bool> done{false};
  const auto begin = [&](int rank) {
    return std::async(std::launch::async, [&, rank] {
      CpuShare share(now + milliseconds(rank), token);
      share.hold(1);
      done = true;
    });
  };
  auto later = begin(200);
  std::this_thread::sleep_for(milliseconds(30));
  large->hold(1);
  EXPECT_FALSE(done);
  auto small = begin(50);
  std::this_thread::sleep_for(milliseconds(30));
  EXPECT_FALSE(done);  // not in the middle of a piece of work
  large->hold(1);
  EXPECT_TRUE(done);
  small.get();
  EXPECT_EQ(later.wait_for(milliseconds(0)), std::future_status::timeout);
  large.reset();
  later.get();
}

TEST(Cpus, WhoIsStoppedWaitsNoLonger) {
  const WithCpus cpus(1);
  CancelToken busy;
  auto share = std::make_optional<CpuShare>(Clock::now(), busy);
  share->hold(1);
  CancelToken token;
  auto waiting = std::async(std::launch::async, [&token] {
    CpuShare other(Clock::now(), token);
    try {
      other.hold(1);
    } catch (const Error& error) {
      return error.code();
    }
    return Code::kInternalError;
  });
  std::this_thread::sleep_for(milliseconds(20));
  token.cancel(Code::kAborted);
  EXPECT_EQ(waiting.get(), Code::kAborted);
  // Nothing was lost on the way.
  share.reset();
  CancelToken third;
  auto next = std::async(std::launch::async, [&third] {
    CpuShare other(Clock::now(), third);
    other.hold(1);
  });
  EXPECT_EQ(next.wait_for(std::chrono::seconds(10)), std::future_status::ready);
}

Request request_of(Size picture, Size frame) {
  Request request;
  request.picture = std::make_unique<image::Picture>();
  request.picture->header.size = picture;
  request.plan.frame = frame;
  return request;
}

constexpr Size kSmall{1000, 800};
constexpr Size kHuge{8000, 6250};

TEST(Schedule, SmallOvertakesLargeButNotForEver) {
  const auto now = Clock::now();
  const Rank huge = rank_of(request_of(kHuge, kHuge), now);
  EXPECT_LT(rank_of(request_of(kSmall, kSmall), now + milliseconds(1000)), huge);
  EXPECT_GT(rank_of(request_of(kSmall, kSmall), now + milliseconds(5001)), huge);
  EXPECT_TRUE(is_large(request_of(kHuge, kSmall)));
  EXPECT_FALSE(is_large(request_of({4000, 3000}, {4000, 3000})));
}

// Whatever comes in whatever order: nothing waits for what came more than 5 s later.
TEST(Schedule, NothingStarves) {
  std::mt19937 random(7);
  std::uniform_int_distribution<int> side(1, 7000);
  std::uniform_int_distribution<int> gap(5001, 20000);
  for (int i = 0; i < 1000; ++i) {
    const auto now = Clock::now();
    const Size first{side(random), side(random)};
    const Size later{side(random), side(random)};
    EXPECT_LT(rank_of(request_of(first, first), now),
              rank_of(request_of(later, later), now + milliseconds(gap(random))));
  }
}

TEST(WorkerPool, KeepsAThreadFreeOfLargeTasks) {
  WorkerPool pool(2);
  std::promise<void> hold;
  std::shared_future<void> held = hold.get_future().share();
  std::atomic<int> large{0};
  for (int i = 0; i < 2; ++i) {
    pool.post(
        [&large, held] {
          ++large;
          held.wait();
        },
        Clock::now(), true);
  }
  std::promise<void> small;
  pool.post([&small] { small.set_value(); });
  EXPECT_EQ(small.get_future().wait_for(std::chrono::seconds(10)), std::future_status::ready);
  EXPECT_LE(large, 1);
  hold.set_value();
  pool.shutdown();
  EXPECT_EQ(large, 2);
}

TEST(WorkerPool, TakesTheLowerRankFirst) {
  WorkerPool pool(1);
  std::promise<void> hold;
  std::promise<void> started;
  pool.post([&] {
    started.set_value();
    hold.get_future().wait();
  });
  started.get_future().wait();
  const auto now = Clock::now();
  std::vector<int> order;
  for (const int rank : {3, 1, 2}) {
    pool.post([&order, rank] { order.push_back(rank); }, now + milliseconds(rank));
  }
  hold.set_value();
  pool.shutdown();
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
}

TEST(WorkerPool, TidiesOnceWhenNothingHasRunForAWhile) {
  constexpr milliseconds kIdle{400};
  constexpr milliseconds kLonger{800};
  std::atomic<int> tidied{0};
  std::atomic<int> later{0};
  WorkerPool pool(2, {{kIdle, [&tidied] { ++tidied; }}, {kLonger, [&later] { ++later; }}});
  std::promise<void> hold;
  std::promise<void> ended;
  pool.post([&hold] { hold.get_future().wait(); });
  pool.post([] {});
  std::this_thread::sleep_for(2 * kIdle);
  EXPECT_EQ(tidied, 0) << "while a task ran";
  hold.set_value();
  std::this_thread::sleep_for(kLonger + milliseconds(600));
  EXPECT_EQ(tidied, 1);
  EXPECT_EQ(later, 1);
  pool.post([&ended] { ended.set_value(); });
  ended.get_future().wait();
  std::this_thread::sleep_for(kIdle + milliseconds(200));
  EXPECT_EQ(tidied, 2);
  EXPECT_EQ(later, 1) << "too early";
}

TEST(Engine, TellsWhatACallWaitedForCpus) {
  constexpr milliseconds kLong{300};
  const WithCpus cpus(1);
  CancelToken token;
  auto other = std::make_optional<CpuShare>(Clock::now(), token);
  other->hold(1);
  Engine engine({test::open_tiny(), test::tiny_contract(), nullptr}, 1, 1);
  Request request = request_of(kSmall, {640, 427});
  request.picture = test::open_fixture("photos/rocket.jpg");
  request.plan.segment = {256, 256};
  request.compose = [](const Subject& subject, CancelToken&) {
    Composition composition;
    composition.canvas = subject.frame;
    composition.source = {0, 0, subject.frame.width, subject.frame.height};
    composition.target = composition.source;
    composition.encoder = {Format::kPng, 0, 1};
    return Layout{composition, nullptr};
  };
  std::promise<Outcome> promise;
  engine.submit(std::move(request),
                [&promise](Outcome outcome) { promise.set_value(std::move(outcome)); });
  std::this_thread::sleep_for(kLong);
  other.reset();
  const Outcome outcome = promise.get_future().get();
  const auto& finished = std::get<Finished>(outcome);
  EXPECT_GE(finished.queue_ms, 0.9 * kLong.count());
  EXPECT_LT(finished.result.stage_ms[0], 0.5 * kLong.count());
}

}  // namespace
}  // namespace bgcut
