// What a scheduler is made of, apart from its face: shared by worker.cpp and scheduler.cpp only.
#pragma once

#include <mutex>
#include <throng/scheduler/scheduler.hpp>

#include "blocking_pool.hpp"
#include "idle.hpp"
#include "injector.hpp"
#include "policy_board.hpp"
#include "recorder.hpp"
#include "simulation.hpp"
#include "watchdog.hpp"
#include "worker_parts.hpp"

namespace throng::detail {

// Asynchronous signals of the host's go to the host's threads. Thread: one of the scheduler's, as it begins.
void block_asynchronous_signals() noexcept;

struct Scheduler::Parts {
  Parts(Scheduler& scheduler, std::uint32_t workers, std::size_t blocking_threads)
      : idle(workers),
        blocking(blocking_threads),
        watchdog(scheduler),
        policies(scheduler),
        recorder(scheduler),
        online(workers) {}

  Injector injector;
  Idle idle;
  BlockingPool blocking;
  std::mutex watchdog_mutex;  // held by who starts or stops the watchdog
  Watchdog watchdog;
  PolicyBoard policies;
  Recorder recorder;
  SchedulerHooks hooks;                    // constant after construction
  std::unique_ptr<Simulation> simulation;  // null: it is real
  // Protocol: set once by stop(), seq_cst, before every worker is unparked; read by workers before they
  // sleep.
  Atomic<bool> stopping{false};
  // Protocol: workers of lower numbers take part. Stored by set_online, which then unparks all; read by each
  // before each turn, relaxed.
  std::atomic<std::uint32_t> online;
  // Protocol: taken by exchange by the one caller that polls.
  Atomic<bool> polling{false};
};

}  // namespace throng::detail
