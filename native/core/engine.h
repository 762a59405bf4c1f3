// Many requests over one model: threads, a queue, cancellation, and an orderly end.
//
//   Engine engine({session, contract}, /*threads=*/2, /*concurrency=*/1);
//   auto job = engine.submit(std::move(picture), plan, [](Outcome outcome) { ... });
//   engine.cancel(job, Code::kAborted);
//   engine.shutdown();
//
// Thread-safe throughout. Every accepted request ends in exactly one call of its `done`.
#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <variant>
#include <vector>

#include "core/pipeline.h"
#include "core/watchdog.h"
#include "core/worker_pool.h"

namespace bgcut {

struct Finished {
  Result result;
  double queue_ms;  // waiting: for a thread, then for CPUs between the stages
  double total_ms;  // from submission to the end
};
using Outcome = std::variant<Finished, Error>;

// One submitted request.
struct Job;

class Engine {
 public:
  // `threads`: most that one request computes with. `concurrency`: requests at a time; they share
  // the CPUs of the process (core/cpus.h), and the order is that of core/schedule.h.
  Engine(Model model, int threads, int concurrency);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Queues a request. `done` is called once, on any thread, and must not throw.
  std::shared_ptr<Job> submit(Request request, std::function<void(Outcome)> done);

  // Stops a request: a waiting one ends at once, a running one between its stages, inside
  // inference, or while libvips works. Does nothing to one that has ended.
  void cancel(const std::shared_ptr<Job>& job, Code reason);

  // From the next request on, masks are made by `session`: the same model on another device.
  void use_model(std::shared_ptr<segment::Session> session, segment::Contract contract);

  // Where the nodes of the model run now; empty after shutdown().
  std::vector<segment::NodeCount> nodes();
  // Whose kernels they run with, see segment::kernels_of; empty after shutdown().
  std::string kernels();

  // From the next request on, types are told with `detector`.
  void use_detector(std::shared_ptr<const segment::Detector> detector);

  // From the next request on, mattes are made by `matting` where the plan says so.
  void use_matting(std::shared_ptr<const segment::MattingModel> matting);

  // One inference on a blank input of `size`, through the same queue: for warm-up and for
  // measuring. `done` gets the milliseconds inside ONNX Runtime.
  void time_inference(Size size, const std::function<void(std::variant<double, Error>)>& done);

  // Stops everything with kEngineDisposed and joins the threads: within one graph node of the
  // model. Idempotent; not callable from the engine's own threads.
  void shutdown();

  // shutdown() of every engine of the process; for its exit, before ONNX Runtime's own clean-up.
  static void shutdown_all();

 private:
  std::shared_ptr<segment::Session> session();
  void run(const std::shared_ptr<Job>& job);

  Model model_;
  const int threads_;
  std::mutex mutex_;
  bool closing_ = false;
  std::list<std::weak_ptr<Job>> jobs_;  // accepted and not yet ended
  std::shared_ptr<CancelToken> shutdown_token_ = std::make_shared<CancelToken>();
  Watchdog watchdog_;
  WorkerPool workers_;
};

}  // namespace bgcut
