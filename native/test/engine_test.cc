#include "core/engine.h"

#include <gtest/gtest.h>

#include <cmath>
#include <condition_variable>
#include <cstring>
#include <future>
#include <thread>

#include "image/decode.h"
#include "image/encode.h"
#include "support.h"

namespace bgcut {
namespace {

constexpr Encoder kPng{Format::kPng, 0, 1, 0, PngFilter::kUp};

Plan plan_for(Size size) {
  Plan plan;
  plan.frame = size;
  plan.segment = {256, 256};
  return plan;
}

// The frame as it is.
Layout keep(const Subject& subject, CancelToken&) {
  Composition composition;
  composition.canvas = subject.frame;
  composition.source = {0, 0, subject.frame.width, subject.frame.height};
  composition.target = composition.source;
  composition.encoder = kPng;
  return {composition, nullptr};
}

Request request_for(const Plan& plan, const Composer& composer) {
  Request request;
  request.picture = test::open_fixture("photos/rocket.jpg");
  request.plan = plan;
  request.compose = composer;
  return request;
}

std::future<Outcome> submit(Engine& engine, const Plan& plan, std::shared_ptr<Job>* job = nullptr,
                            const Composer& composer = keep) {
  auto promise = std::make_shared<std::promise<Outcome>>();
  auto future = promise->get_future();
  auto submitted = engine.submit(request_for(plan, composer), [promise](Outcome outcome) {
    promise->set_value(std::move(outcome));
  });
  if (job != nullptr) *job = std::move(submitted);
  return future;
}

Code code_of(std::future<Outcome>& future) {
  const Outcome outcome = future.get();
  if (const auto* const error = std::get_if<Error>(&outcome)) return error->code();
  throw std::logic_error("finished");
}

TEST(Session, IsSharedWhileSomebodyUsesIt) {
  const auto first = test::open_tiny();
  EXPECT_EQ(first, test::open_tiny());
}

TEST(Session, RefusesWhatIsNoModel) {
  test::load_runtime();
  try {
    segment::open_session(std::string(BGCUT_FIXTURES) + "/photos/rocket.jpg", {.threads = 1},
                          test::tiny_contract());
    FAIL() << "opened";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::kModelInvalid);
  }
}

TEST(Engine, CutsOutWhatIsBright) {
  Engine engine({test::open_tiny(), test::tiny_contract(), nullptr}, 2, 1);
  auto future = submit(engine, plan_for({640, 427}));
  const Outcome outcome = future.get();
  const auto* const finished = std::get_if<Finished>(&outcome);
  ASSERT_NE(finished, nullptr) << std::get<Error>(outcome).what();
  EXPECT_EQ(finished->result.size, (Size{640, 427}));
  EXPECT_GT(finished->result.data.length, 1000U);
  EXPECT_GT(finished->result.foreground.width, 0);
  double sum = finished->queue_ms;
  for (const double ms : finished->result.stage_ms) sum += ms;
  EXPECT_LE(sum, finished->total_ms + 1);
}

// The PNG of chelsea.png, whose fur is neither bright nor dark: the tiny model is sure of little.
std::vector<uint8_t> cut_out(Engine& engine, Size segment, std::optional<Size> again = {}) {
  Request request = request_for(plan_for({451, 300}), keep);
  request.picture = test::open_fixture("photos/chelsea.png");
  request.plan.segment = segment;
  request.plan.segment_again = again;
  std::promise<Outcome> promise;
  engine.submit(std::move(request),
                [&promise](Outcome outcome) { promise.set_value(std::move(outcome)); });
  const Outcome outcome = promise.get_future().get();
  const image::Encoded& file = std::get<Finished>(outcome).result.data;
  const auto* const bytes = static_cast<const uint8_t*>(file.data.get());
  return {bytes, bytes + file.length};
}

TEST(Engine, LooksAgainWhereTheFirstLookLeavesDoubt) {
  segment::Contract contract = test::tiny_contract();
  contract.mean = {.5F, .5F, .5F};
  Engine engine({test::open_tiny(), contract, nullptr}, 2, 1);
  const auto once = cut_out(engine, {64, 64});
  const auto larger = cut_out(engine, {256, 256});
  EXPECT_NE(once, larger);
  EXPECT_EQ(cut_out(engine, {64, 64}, Size{256, 256}), larger);
}

// A bright subject in the middle of a dark picture, with dark bars that the first look, at 32 x 32,
// can't show.
std::unique_ptr<image::Picture> barred() {
  auto pixels = test::make_pixels({960, 960}, 4);
  for (int y = 0; y < 960; ++y) {
    for (int x = 0; x < 960; ++x) {
      const bool bright = x >= 400 && x < 560 && y >= 400 && y < 560 && x % 40 < 20;
      std::memset(pixels.row(y) + static_cast<ptrdiff_t>(x) * 4, bright ? 250 : 5, 3);
      pixels.row(y)[x * 4 + 3] = 255;
    }
  }
  CancelToken token;
  const auto file = image::encode(pixels, image::Part::kRgb,
                                  {Format::kJpg, 95, 0, 0, PngFilter::kNone}, {}, false, 2, token);
  return std::make_unique<image::Picture>(
      image::open_picture({file.data.get(), file.data.get() + file.length}, test::kManyPixels));
}

TEST(Engine, LooksAgainAtASubjectThatIsSmallInThePicture) {
  segment::Contract contract = test::tiny_contract();
  contract.mean = {.5F, .5F, .5F};
  Engine engine({test::open_tiny(), contract, nullptr}, 2, 1);
  const auto opaque = [&](bool matting) {
    Request request = request_for(plan_for({960, 960}), keep);
    request.picture = barred();
    request.plan.segment = {32, 32};
    if (matting) request.plan.matting = Matting{1'000'000, {}, {}, {}};
    std::promise<Outcome> promise;
    engine.submit(std::move(request),
                  [&promise](Outcome outcome) { promise.set_value(std::move(outcome)); });
    const Outcome outcome = promise.get_future().get();
    const image::Encoded& file = std::get<Finished>(outcome).result.data;
    CancelToken token;
    const auto picture =
        image::open_picture({file.data.get(), file.data.get() + file.length}, test::kManyPixels);
    auto decoded = image::decode(picture, picture.header.size, 2, token).pixels;
    const uint8_t* const row = decoded.row(480);
    return std::pair{row[450 * 4 + 3], row[470 * 4 + 3]};  // in the middle of a bar and a gap
  };
  const auto [first_bar, first_gap] = opaque(false);
  EXPECT_LT(first_bar - first_gap, 150);
  const auto [bar, gap] = opaque(true);
  EXPECT_GT(bar - gap, 220);
}

TEST(Mask, IsSureWhereAFairPartOfWhatMayBeSubjectIs) {
  const auto mask = [](float subject, float edge) {
    segment::Mask made{Floats(1000), {100, 10}};
    const auto part = [&made](float share) {
      return made.values.begin() + static_cast<std::ptrdiff_t>(1000 * share);
    };
    std::fill(made.values.begin(), part(subject + edge), .5F);
    std::fill(made.values.begin(), part(subject), 1.0F);
    return made;
  };
  EXPECT_TRUE(segment::is_sure(mask(.5F, .1F)));
  EXPECT_TRUE(segment::is_sure(mask(.03F, .03F)));
  EXPECT_FALSE(segment::is_sure(mask(.1F, .4F)));
  EXPECT_FALSE(segment::is_sure(mask(0, .3F)));
  EXPECT_FALSE(segment::is_sure(mask(0, 0)));
  EXPECT_FALSE(segment::is_sure(mask(.003F, 0)));
}

TEST(Engine, AWaitingRequestEndsAtOnceWhenCancelled) {
  Engine engine({test::open_tiny(), test::tiny_contract(), nullptr}, 1, 1);
  std::promise<void> hold;
  // The only worker is held inside the first request's callback.
  engine.submit(request_for(plan_for({64, 43}), keep),
                [blocked = hold.get_future().share()](const Outcome&) { blocked.wait(); });
  std::shared_ptr<Job> job;
  auto waiting = submit(engine, plan_for({64, 43}), &job);
  Plan late = plan_for({64, 43});
  late.timeout = std::chrono::milliseconds(30);
  auto overdue = submit(engine, late);
  engine.cancel(job, Code::kAborted);
  EXPECT_EQ(code_of(waiting), Code::kAborted);
  EXPECT_EQ(code_of(overdue), Code::kTimeout);
  hold.set_value();
}

TEST(Engine, ShutdownEndsEveryRequestAndRefusesLaterOnes) {
  Engine engine({test::open_tiny(), test::tiny_contract(), nullptr}, 1, 2);
  std::vector<std::future<Outcome>> futures;
  futures.reserve(20);
  for (int i = 0; i < 20; ++i) futures.push_back(submit(engine, plan_for({640, 427})));
  engine.shutdown();
  for (auto& future : futures) {
    const Outcome outcome = future.get();
    if (const auto* const error = std::get_if<Error>(&outcome)) {
      EXPECT_EQ(error->code(), Code::kEngineDisposed);
    }
  }
  auto after = submit(engine, plan_for({64, 43}));
  EXPECT_EQ(code_of(after), Code::kEngineDisposed);
  engine.shutdown();
}

TEST(Engine, FindsTheSubjectInTheRegionOfInterestOnly) {
  Engine engine({test::open_tiny(), test::tiny_contract(), nullptr}, 2, 1);
  Plan plan = plan_for({320, 214});
  plan.roi = Box{300, 200, 200, 150};  // pixels of the input, which is twice as large
  auto future = submit(engine, plan);
  const Outcome outcome = future.get();
  const auto* const finished = std::get_if<Finished>(&outcome);
  ASSERT_NE(finished, nullptr) << std::get<Error>(outcome).what();
  const Box& found = finished->result.foreground;
  EXPECT_GE(found.left, 150);
  EXPECT_GE(found.top, 100);
  EXPECT_LE(found.left + found.width, 250);
  EXPECT_LE(found.top + found.height, 176);
  EXPECT_EQ(finished->result.size, (Size{320, 214}));
}

TEST(Engine, AComposerMayFailAndMayWait) {
  Engine engine({test::open_tiny(), test::tiny_contract(), nullptr}, 1, 1);
  auto failing =
      submit(engine, plan_for({64, 43}), nullptr, [](const Subject&, CancelToken&) -> Layout {
        throw Error(Code::kInternalError, "no layout");
      });
  EXPECT_EQ(code_of(failing), Code::kInternalError);
  std::shared_ptr<Job> job;
  std::promise<void> asked;
  auto waiting = submit(engine, plan_for({64, 43}), &job, [&](const Subject&, CancelToken& token) {
    asked.set_value();
    while (!token.stopped()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    token.check();
    return Layout{};
  });
  asked.get_future().wait();
  engine.cancel(job, Code::kAborted);
  EXPECT_EQ(code_of(waiting), Code::kAborted);
}

TEST(Engine, ManyThreadsMaySubmitAndCancel) {
  Engine engine({test::open_tiny(), test::tiny_contract(), nullptr}, 1, 2);
  std::vector<std::thread> callers;
  std::atomic<int> ended{0};
  constexpr int kEach = 10;
  callers.reserve(4);
  for (int caller = 0; caller < 4; ++caller) {
    callers.emplace_back([&engine, &ended, caller] {
      for (int i = 0; i < kEach; ++i) {
        std::shared_ptr<Job> job;
        auto future = submit(engine, plan_for({160, 107}), &job);
        if ((i + caller) % 3 == 0) engine.cancel(job, Code::kAborted);
        future.wait();
        ++ended;
      }
    });
  }
  for (auto& caller : callers) caller.join();
  EXPECT_EQ(ended, 4 * kEach);
}

TEST(Engine, GoesOnWithAnotherModelAndForgetsItAtItsEnd) {
  Engine engine({test::open_tiny("models/slow.onnx"), test::tiny_contract(), nullptr}, 1, 1);
  const int before = engine.nodes().front().nodes;
  engine.use_model(test::open_tiny(), test::tiny_contract());
  EXPECT_LT(engine.nodes().front().nodes, before);
  auto future = submit(engine, plan_for({160, 107}));
  EXPECT_TRUE(std::holds_alternative<Finished>(future.get()));
  engine.shutdown();
  EXPECT_TRUE(engine.nodes().empty());
  engine.use_model(test::open_tiny(), test::tiny_contract());
  EXPECT_TRUE(engine.nodes().empty());
}

}  // namespace
}  // namespace bgcut
