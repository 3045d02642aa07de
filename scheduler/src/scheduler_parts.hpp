// What a scheduler is made of, apart from its face: shared by worker.cpp and scheduler.cpp only.
#pragma once

#include <throng/scheduler/scheduler.hpp>

#include "blocking_pool.hpp"
#include "idle.hpp"
#include "injector.hpp"
#include "worker_parts.hpp"

namespace throng::detail {

struct Scheduler::Parts {
  Parts(std::uint32_t workers, std::size_t blocking_threads) : idle(workers), blocking(blocking_threads) {}

  Injector injector;
  Idle idle;
  BlockingPool blocking;
  SchedulerHooks hooks;  // constant after construction
  // Protocol: set once by stop(), seq_cst, before every worker is unparked; read by workers before they
  // sleep.
  Atomic<bool> stopping{false};
  // Protocol: taken by exchange by the one caller that polls.
  Atomic<bool> polling{false};
};

}  // namespace throng::detail
