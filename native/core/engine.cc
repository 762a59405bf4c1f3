#include "core/engine.h"

#include <set>
#include <utility>
#include <vector>

#include "core/helpers.h"
#include "core/memory.h"
#include "core/schedule.h"

namespace bgcut {

struct Job {
  Request request;
  Clock::time_point submitted = Clock::now();
  std::shared_ptr<CancelToken> token = std::make_shared<CancelToken>();

  // Ends the request with `outcome`; only the first call counts.
  void settle(Outcome outcome) {
    std::function<void(Outcome)> call;
    {
      const std::lock_guard lock(mutex);
      call = std::exchange(done, nullptr);
    }
    if (call) call(std::move(outcome));
  }

  // A request that hasn't started ends here and now, with the token's reason.
  void settle_if_waiting() {
    if (started.exchange(true)) return;
    request = {};
    try {
      token->check();
    } catch (const Error& error) {
      settle(error);
    }
  }

  std::atomic<bool> started{false};
  std::mutex mutex;
  std::function<void(Outcome)> done;
};

namespace {

// Engines that are alive, for shutdown_all().
struct Registry {
  std::mutex mutex;
  std::set<Engine*> engines;
};

Registry& registry() {
  static auto* const instance = new Registry;  // outlives every static destructor
  return *instance;
}

// An idle engine's memory: what the C library keeps goes back soon, for it would be given back
// between calls anyway; what calls use again later, for the first call without it takes some 40 ms
// longer.
std::vector<WorkerPool::Tidying> idle_memory() {
  using std::chrono::seconds;
  return {{seconds(2), return_free_memory}, {seconds(30), [] {
                                               segment::release_run_memory();
                                               plane_blocks().release();
                                               return_free_memory();
                                             }}};
}

}  // namespace

Engine::Engine(Model model, int threads, int concurrency)
    : model_(std::move(model)), threads_(threads), workers_(concurrency, idle_memory()) {
  const std::lock_guard lock(registry().mutex);
  registry().engines.insert(this);
}

Engine::~Engine() {
  {
    const std::lock_guard lock(registry().mutex);
    registry().engines.erase(this);
  }
  shutdown();
}

std::shared_ptr<Job> Engine::submit(Request request, std::function<void(Outcome)> done) {
  auto job = std::make_shared<Job>();
  const auto timeout = request.plan.timeout;
  const Rank rank = rank_of(request, job->submitted);
  const bool large = is_large(request);
  request.rank = rank;
  job->request = std::move(request);
  job->done = std::move(done);
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(jobs_, [](const auto& other) { return other.expired(); });
    if (!closing_) {
      jobs_.push_back(job);
      workers_.post([this, job] { run(job); }, rank, large);
      if (timeout.count() > 0) {
        watchdog_.watch(job->token, job->submitted + timeout, [weak = std::weak_ptr(job)] {
          if (const auto late = weak.lock()) late->settle_if_waiting();
        });
      }
      return job;
    }
  }
  cancel(job, Code::kEngineDisposed);
  return job;
}

void Engine::run(const std::shared_ptr<Job>& job) {
  if (job->started.exchange(true)) return;
  const double queue_ms = milliseconds_since(job->submitted);
  try {
    const Model model = [this] {
      const std::lock_guard lock(mutex_);
      return model_;
    }();
    Result result = run_pipeline(std::move(job->request), model, threads_, *job->token);
    const double waited_ms = queue_ms + result.waiting_ms;
    job->settle(Finished{std::move(result), waited_ms, milliseconds_since(job->submitted)});
  } catch (...) {
    job->settle(current_error());
  }
  // What many calls leave in pieces adds up.
  return_free_memory_sometimes();
}

void Engine::cancel(const std::shared_ptr<Job>& job, Code reason) {
  job->token->cancel(reason);
  job->settle_if_waiting();
}

void Engine::use_model(std::shared_ptr<segment::Session> session, segment::Contract contract) {
  const std::lock_guard lock(mutex_);
  if (closing_) return;
  model_.session = std::move(session);
  model_.contract = std::move(contract);
}

std::shared_ptr<segment::Session> Engine::session() {
  const std::lock_guard lock(mutex_);
  return model_.session;
}

std::vector<segment::NodeCount> Engine::nodes() {
  const auto held = session();
  if (held == nullptr) return {};
  return segment::nodes_of(*held);
}

std::string Engine::kernels() {
  const auto held = session();
  if (held == nullptr) return {};
  return segment::kernels_of(*held);
}

void Engine::use_detector(std::shared_ptr<const segment::Detector> detector) {
  const std::lock_guard lock(mutex_);
  if (!closing_) model_.detector = std::move(detector);
}

void Engine::use_matting(std::shared_ptr<const segment::MattingModel> matting) {
  const std::lock_guard lock(mutex_);
  if (!closing_) model_.matting = std::move(matting);
}

void Engine::time_inference(Size size,
                            const std::function<void(std::variant<double, Error>)>& done) {
  const bool posted = workers_.post([this, size, done] {
    try {
      shutdown_token_->check();
      const Model model = [this] {
        const std::lock_guard lock(mutex_);
        return model_;
      }();
      CpuShare share(Clock::now(), *shutdown_token_);
      const Helpers helpers;
      share.hold(segment::keeps_all_threads(*model.session) ? threads_ : 1);
      const segment::Tensor blank{Floats(static_cast<size_t>(3 * size.area()), 0.0F), size};
      double inside = 0;
      segment::infer(*model.session, model.contract, blank, false, *shutdown_token_, inside);
      done(inside);
    } catch (...) {
      done(current_error());
    }
  });
  if (!posted) done(Error(Code::kEngineDisposed, "shut down"));
}

void Engine::shutdown() {
  std::vector<std::shared_ptr<Job>> open;
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    for (const auto& weak : jobs_) {
      if (auto job = weak.lock()) open.push_back(std::move(job));
    }
    jobs_.clear();
  }
  shutdown_token_->cancel(Code::kEngineDisposed);
  for (const auto& job : open) cancel(job, Code::kEngineDisposed);
  open.clear();
  workers_.shutdown();
  // No thread is left that could use them; the last engine frees the weights.
  const std::lock_guard lock(mutex_);
  model_.session.reset();
  model_.detector.reset();
  model_.matting.reset();
}

void Engine::shutdown_all() {
  const std::lock_guard lock(registry().mutex);
  for (Engine* const engine : registry().engines) engine->shutdown();
}

}  // namespace bgcut
