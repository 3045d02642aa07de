// What a scheduler is made of, apart from its face: shared by worker.cpp and scheduler.cpp only.
#pragma once

#include <mutex>
#include <throng/scheduler/scheduler.hpp>

#include "blocking_pool.hpp"
#include "breadth.hpp"
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
  Parts(Scheduler& scheduler, std::uint32_t workers, const SchedulerSetup& setup)
      : idle(workers),
        blocking(setup.blocking_threads),
        watchdog(scheduler),
        policies(scheduler),
        recorder(scheduler),
        online(workers),
        taking_part(workers),
        breadth(workers, setup.pace),
        metrics_before(workers),
        still_for(workers) {}

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
  // Protocol: how many the host wants. Stored by set_online under breadth_mutex; read by anybody, relaxed.
  std::atomic<std::uint32_t> online;
  // Protocol: workers of lower numbers take part; those from here to `online` rest. Stored under
  // breadth_mutex by who then unparks those whom it concerns; read by each before each turn, relaxed.
  std::atomic<std::uint32_t> taking_part;
  // Protocol: when the next look is due, by the scheduler's clock. Stored under breadth_mutex, read by
  // anybody, relaxed: a look too many finds that nothing is due.
  std::atomic<std::int64_t> next_look{0};
  std::mutex breadth_mutex;                   // never waited for by a worker
  Breadth breadth;                            // guarded by breadth_mutex
  std::vector<WorkerMetrics> metrics_before;  // guarded by breadth_mutex: of each worker, at the look before
  std::vector<std::uint32_t> still_for;  // guarded by breadth_mutex: looks in a row that found it in one run
  // Protocol: taken by exchange by the one caller that polls.
  Atomic<bool> polling{false};
};

}  // namespace throng::detail
