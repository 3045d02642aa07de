// Threads for functions that may block (files, name lookups, foreign libraries), so that no worker ever does.
// Threads are started when a job finds none free, up to a maximum, reused, and given back after an idle time:
// a pool without work wakes once for each thread and then never. Any thread may submit, a job included. Jobs
// run in no promised order. The queue inside is a third-party one, named in blocking_pool.cpp only.
//
// Invariants:
//  1. A job accepted (submit said true) runs exactly once, even if stop() follows at once.
//  2. While a job is accepted and not finished, at least one thread lives; if more jobs than threads are
//  unfinished,
//     the maximum is reached or the system refused a thread.
//  3. A thread of the pool receives no asynchronous signal of the host, from its first instruction on.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include <throng/scheduler/clock.hpp>
#include <throng/scheduler/job.hpp>

namespace throng::detail {

// Asked before each thread is started; false counts as a refusal by the system. The seam by which tests
// refuse threads. Called under the pool's lock: it must not call the pool.
struct ThreadGate {
  bool (*may_start)(void* context) noexcept = nullptr;
  void* context = nullptr;
};

class BlockingPool {
 public:
  explicit BlockingPool(std::size_t max_threads = 64, Duration idle_time = std::chrono::seconds(10),
                        ThreadGate gate = {});
  ~BlockingPool();  // as stop()
  BlockingPool(const BlockingPool&) = delete;
  BlockingPool& operator=(const BlockingPool&) = delete;

  // Thread: any. False, and the job is not taken, after stop() or if no thread lives and none can be started,
  // or if there is no memory. Requires: job.run is not null.
  [[nodiscard]] bool submit(Job job) noexcept;

  // Thread: any but the pool's own. Refuses new jobs, finishes those accepted, joins. A second call waits for
  // the first and does nothing.
  void stop() noexcept;

  std::size_t threads() const noexcept;  // living, idle ones included
  std::size_t queued() const noexcept;   // accepted, not begun

 private:
  struct State;

  std::unique_ptr<State> state_;
};

}  // namespace throng::detail
