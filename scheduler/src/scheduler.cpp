#include <throng/scheduler/scheduler.hpp>

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <condition_variable>
#include <limits>
#include <mutex>
#include <string>
#include <system_error>

#include "scheduler_parts.hpp"

namespace throng::detail {

// Asynchronous signals of the host's go to the host's threads: taken on a small stack they would eat most of
// it. Faults are synchronous and stay.
void block_asynchronous_signals() noexcept {
  sigset_t all;
  sigfillset(&all);
  for (int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS, SIGPROF})
    sigdelset(&all, fault);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

// How the started workers tell who started them that their hooks have run.
struct Scheduler::StartGate {
  std::mutex mutex;
  std::condition_variable changed;
  std::size_t reported = 0;
  std::exception_ptr failure;

  void report(std::exception_ptr what) {
    std::lock_guard lock(mutex);
    ++reported;
    if (what) failure = what;
    changed.notify_all();
  }
  void wait_for(std::size_t count) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return reported >= count; });
  }
};

Scheduler::Scheduler(const SchedulerSetup& setup)
    : time_(setup.simulated != nullptr ? setup.simulated
            : setup.time != nullptr    ? setup.time
                                       : &system_time()),
      slice_(setup.slice),
      host_driven_(setup.workers == 0 || setup.simulated != nullptr),
      max_spares_(host_driven_ ? 0 : setup.spare_threads),
      setup_(setup) {
  std::uint32_t count = std::max(1U, setup.workers);
  parts_ = std::make_unique<Parts>(*this, count, setup);
  spares_.resize(max_spares_);
  parts_->hooks = setup.hooks;
  if (setup.simulated != nullptr)
    parts_->simulation = std::make_unique<Simulation>(*this, *setup.simulated, count);
  for (std::uint32_t i = 0; i < count; ++i) {
    workers_.push_back(std::make_unique<Worker>(*this, WorkerId{i}, setup.seed + i, setup.drop_timer));
    if (count == 1) workers_.back()->parts_->set_alone();
  }
  if (setup.policy) parts_->policies.use(setup.policy);
}

Scheduler::~Scheduler() { stop(); }

void Scheduler::start_thread(Worker& worker, StartGate& gate) {
  worker.parts_->thread = std::thread([this, &worker, &gate] { run_worker_thread(worker, gate); });
}

// The first function of every worker's thread. The gate may be gone once it has been reported to.
void Scheduler::run_worker_thread(Worker& worker, StartGate& gate) noexcept {
  const SchedulerHooks& hooks = parts_->hooks;
  block_asynchronous_signals();
  worker.parts_->thread_time.attach();
  bool is_spare = worker.id().number >= workers_.size();
  pthread_setname_np(pthread_self(),
                     ((is_spare ? "throng-spare-" : "throng-") + std::to_string(worker.id().number)).c_str());
  try {
    if (hooks.started != nullptr) hooks.started(hooks.context, worker);
  } catch (...) {
    gate.report(std::current_exception());
    return;
  }
  gate.report(nullptr);
  set_current_worker(&worker);
  is_spare ? worker.stand_by() : worker.loop();
  set_current_worker(nullptr);
  if (hooks.stopped != nullptr) hooks.stopped(hooks.context, worker);
}

void Scheduler::start() {
  if (host_driven_) {
    if (parts_->hooks.started == nullptr) return;
    for (auto& worker : workers_) parts_->hooks.started(parts_->hooks.context, *worker);
    return;
  }
  StartGate gate;
  std::size_t started = 0;
  std::exception_ptr failure;
  try {
    for (auto& worker : workers_) {
      start_thread(*worker, gate);
      ++started;
    }
  } catch (const std::system_error& error) {
    failure = std::make_exception_ptr(
        std::system_error(error.code(), "throng: cannot start worker thread " + std::to_string(started + 1) +
                                            " of " + std::to_string(workers_.size()) +
                                            "; ask for fewer workers or raise the thread limit (ulimit -u)"));
  }
  gate.wait_for(started);
  if (!failure) failure = gate.failure;
  try {  // after the workers: it looks at what their hooks have set
    if (!failure && (max_spares_ > 0 || setup_.policy)) parts_->watchdog.start();
  } catch (const std::system_error& error) {
    failure = std::make_exception_ptr(std::system_error(
        error.code(), "throng: cannot start the watchdog's thread; raise the thread limit (ulimit -u)"));
  }
  if (failure) {
    stop();
    std::rethrow_exception(failure);
  }
}

// Thread: the watchdog's.
Worker& Scheduler::add_spare() {
  std::size_t index = spare_count();
  WorkerId id{static_cast<std::uint32_t>(workers_.size() + index)};
  auto spare = std::make_unique<Worker>(*this, id, setup_.seed + id.number, setup_.drop_timer);
  StartGate gate;
  start_thread(*spare, gate);
  gate.wait_for(1);
  if (gate.failure) {
    spare->parts_->thread.join();
    throw std::bad_alloc();
  }
  spares_[index] = std::move(spare);
  spare_count_.store(index + 1, std::memory_order_release);  // pairs: spare_count's acquire
  return *spares_[index];
}

void Scheduler::stop() noexcept {
  if (parts_->stopping.exchange(true, std::memory_order_seq_cst)) return;  // pairs: the loads in Worker::park
  {
    std::lock_guard lock(parts_->watchdog_mutex);
    parts_->watchdog.stop();  // no more spares from here on
  }
  std::size_t all = workers_.size() + spare_count();
  for (std::size_t i = 0; i < all; ++i) any_worker(i).parts_->parker.unpark();
  for (std::size_t i = 0; i < all; ++i) {
    WorkerParts& parts = *any_worker(i).parts_;
    if (!parts.thread.joinable()) continue;
    if (parts.lent.load(std::memory_order_acquire)) {  // pairs: set_lent
      parts.thread.detach();
      left_threads_ = true;
    } else {
      parts.thread.join();
    }
  }
  parts_->blocking.stop();
  // Now and not later: what a timer carries may reach for the scheduler as it is destroyed.
  for (std::size_t i = 0; i < all; ++i) any_worker(i).parts_->timers.clear(setup_.drop_timer);
  if (!host_driven_ || parts_->hooks.stopped == nullptr) return;
  for (auto& worker : workers_) parts_->hooks.stopped(parts_->hooks.context, *worker);
}

void Scheduler::set_online(std::uint32_t workers) noexcept {
  std::lock_guard lock(parts_->breadth_mutex);
  parts_->online.store(workers, std::memory_order_relaxed);  // relaxed: see the field
  parts_->breadth.set_most(workers);
  parts_->idle.set_workers(workers);
  take_part(workers);
}

void Scheduler::unpark_all() noexcept {
  for (auto& worker : workers_) worker->parts_->parker.unpark();
}

void Scheduler::use_policy(const PolicyFactory& factory) {
  if (factory && !host_driven_) {
    std::lock_guard lock(parts_->watchdog_mutex);
    parts_->watchdog.start();
  }
  parts_->policies.use(factory);
}

void Scheduler::report(const std::string& sentence) noexcept {
  const SchedulerHooks& hooks = parts_->hooks;
  if (hooks.policy_failed != nullptr) hooks.policy_failed(hooks.context, sentence);
}

std::uint32_t Scheduler::online() const noexcept {
  return parts_->online.load(std::memory_order_relaxed);  // relaxed: as it was last set
}

void Scheduler::wake(Runnable& runnable, Wake wake) noexcept {
  Worker* worker = current_worker();
  if (worker != nullptr && &worker->scheduler() == this) {
    worker->enqueue(runnable, wake);
    return;
  }
  hand_over(runnable, wake);
}

void Scheduler::hand_over(Runnable& runnable, Wake wake) noexcept {
  RunnableAccess::wake(runnable) = static_cast<std::uint8_t>(wake);
  if (parts_->recorder.is_on()) [[unlikely]]
    note_handed_over(runnable, wake);
  parts_->injector.push(&runnable);  // counts it, seq_cst; see idle.hpp
  if (parts_->idle.anybody_idle()) wake_one();
}

bool Scheduler::wake_one() noexcept {
  std::optional<std::uint32_t> sleeper = parts_->idle.claim();
  if (!sleeper) return false;
  workers_[*sleeper]->parts_->parker.unpark();
  return true;
}

bool Scheduler::may_have_sleepers() const noexcept { return parts_->idle.maybe_idle(); }

// Called after each enqueue of a worker's own if somebody sleeps. Waking a sleeping CPU costs thousands of
// dispatches, so it is done for work that waits: a second runnable behind the first, or when no sentinel
// would find the first one.
void Scheduler::consider_waking(Worker& waker, std::size_t waiting) noexcept {
  Idle& idle = parts_->idle;
  if (host_driven_) return;
  if (waiting < 2 && idle.has_sentinel()) return;
  if (idle.maybe_searching()) return;
  if (wake_one()) WorkerCounters::add(waker.parts_->counters.wakes);
}

bool Scheduler::poll(std::size_t limit) {
  // pairs: the store below, of the caller before
  if (!host_driven_ || parts_->polling.exchange(true, std::memory_order_acquire)) return false;
  Worker* outer = current_worker();
  set_current_worker(workers_[0].get());
  bool active = workers_[0]->run_ready(limit) || parts_->injector.pending() > 0;
  set_current_worker(outer);
  parts_->polling.store(false, std::memory_order_release);  // pairs: exchange above, by the next caller
  return active;
}

bool Scheduler::take_step(Director& director) { return parts_->simulation->take_step(director); }

std::int64_t Scheduler::next_deadline() const noexcept {
  std::int64_t earliest = std::numeric_limits<std::int64_t>::max();
  for (const auto& worker : workers_) earliest = std::min(earliest, worker->parts_->timers.next_deadline());
  return earliest;
}

TimerKey Scheduler::start_timer(std::int64_t deadline, const Expiry& expiry) {
  Worker* worker = current_worker();
  // A spare's wheel would stand still while it is off duty.
  if (worker != nullptr && &worker->scheduler() == this && worker->id().number < workers_.size())
    return worker->parts_->timers.start(deadline, expiry);
  // From outside: on the first worker's wheel, which may sleep past the new deadline unless it is told.
  TimerKey key = workers_[0]->parts_->timers.start(deadline, expiry);
  workers_[0]->parts_->parker.unpark();
  return key;
}

std::optional<Cancelled> Scheduler::cancel_timer(TimerKey key) {
  if (key.wheel >= workers_.size()) return std::nullopt;
  return workers_[key.wheel]->parts_->timers.cancel(key);
}

std::optional<std::int64_t> Scheduler::read_timer(TimerKey key) {
  if (key.wheel >= workers_.size()) return std::nullopt;
  return workers_[key.wheel]->parts_->timers.read(key);
}

void Scheduler::cancel_timers_for(std::uint64_t target, void (*drop)(const Expiry&) noexcept) {
  for (auto& worker : workers_) {
    if (worker->parts_->timers.size() > 0) worker->parts_->timers.cancel_all_for(target, drop);
  }
}

std::size_t Scheduler::timer_count() const noexcept {
  std::size_t count = 0;
  for (const auto& worker : workers_) count += worker->parts_->timers.size();
  return count;
}

bool Scheduler::run_blocking(void (*job)(void*) noexcept, void* argument) {
  if (parts_->simulation == nullptr) return parts_->blocking.submit({job, argument});
  parts_->simulation->hand_in({job, argument});
  return true;
}

std::size_t Scheduler::waiting() const noexcept {
  std::size_t count = parts_->injector.pending() + parts_->policies.waiting();
  auto add = [&](const Worker& worker) {
    for (const RunQueue& queue : worker.parts_->queues) count += queue.size();
  };
  if (parts_->simulation != nullptr) count += parts_->simulation->size();
  for (const auto& worker : workers_) add(*worker);
  for (std::size_t i = 0; i < spare_count(); ++i) add(*spares_[i]);
  return count;
}

}  // namespace throng::detail
