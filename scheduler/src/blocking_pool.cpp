// The blocking pool over moodycamel::BlockingConcurrentQueue. Thread: see the header.
//
// Submitting, retiring and stopping share a mutex: whoever submits is about to pay for a thread switch, so a
// lock costs nothing that shows, and it makes the three decisions plain. The queue is waited on outside the
// mutex.
#include "blocking_pool.hpp"

#include <pthread.h>

#include <algorithm>
#include <csignal>
#include <initializer_list>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include <throng/base/assert.hpp>
#include <throng/base/atomic.hpp>
#include <throng/base/config.hpp>

// Plain accesses inside the package are not watched by ThreadSanitizer: injector.cpp says why that is sound.
#if THRONG_TSAN && defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored \
    "-Wignored-attributes"  // members defined apart: their first declaration has it
#pragma clang attribute push(__attribute__((no_sanitize("thread"))), apply_to = function)
#endif
#include <concurrentqueue/blockingconcurrentqueue.h>
#if THRONG_TSAN && defined(__clang__)
#pragma clang attribute pop
#pragma clang diagnostic pop
#endif

namespace throng::detail {
namespace {

// The package's default spins ten thousand rounds before it sleeps; who waits here waits long.
struct QueueTraits : moodycamel::ConcurrentQueueDefaultTraits {
  static const int MAX_SEMA_SPINS = 100;
};

// Blocks the asynchronous signals of the calling thread while it starts another, which inherits the mask.
// Faults stay deliverable: a blocked one would end the host without asking its handler.
class SignalsBlocked {
 public:
  SignalsBlocked() noexcept {
    sigset_t blocked;
    sigfillset(&blocked);
    for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS}) sigdelset(&blocked, fault);
    pthread_sigmask(SIG_BLOCK, &blocked, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

// At least 1 µs, because the queue takes 0 for "look only"; at most a year, because its sums must not
// overflow.
std::chrono::microseconds bounded_wait(Duration idle_time) noexcept {
  using std::chrono::microseconds;
  const auto wait = std::chrono::duration_cast<microseconds>(idle_time);
  return std::clamp<microseconds>(wait, microseconds(1), std::chrono::hours(24 * 365));
}

}  // namespace

struct BlockingPool::State {
  State(std::size_t max, Duration idle_time, ThreadGate start_gate)
      : max_threads(max), idle_wait(bounded_wait(idle_time)), gate(start_gate) {}

  void thread_main() noexcept;
  void run(const Job& job) noexcept;
  bool retire() noexcept;
  void leave(std::size_t tickets) noexcept;
  bool start_thread_locked() noexcept;

  // -- constant after construction
  const std::size_t max_threads;
  const std::chrono::microseconds idle_wait;
  const ThreadGate gate;

  // -- shared: jobs, and tickets (a job without a function), each of which tells one thread to look at
  // `stopping`
  moodycamel::BlockingConcurrentQueue<Job, QueueTraits> jobs;

  // Protocol: accepted and not begun. Counted up under the mutex before the enqueue, down by the thread that
  // takes the job. Once `stopping` is seen it can only fall, so a thread that reads 0 then leaves nothing
  // behind.
  Atomic<std::size_t> queued{0};

  // Protocol: accepted and not finished. Counted up under the mutex, down by the thread that ran the job;
  // compared with the number of threads under the mutex. A late decrement costs a thread too many, never one
  // too few.
  Atomic<std::size_t> unfinished{0};

  // Protocol: written under the mutex once, by stop, before the tickets.
  //   stop store, release   pairs with  thread_main load, acquire   every accepted job is in `queued`
  Atomic<bool> stopping{false};

  // -- guarded by mutex
  mutable std::mutex mutex;
  std::vector<std::thread> threads;
  std::thread
      retired;  // the last one that gave itself back; joined by the next, so at most one stack lingers

  // -- held by stop from begin to end, so that a second caller waits
  std::mutex stop_mutex;
};

void BlockingPool::State::run(const Job& job) noexcept {
  queued.fetch_sub(1, std::memory_order_relaxed);  // relaxed: a count; the job came through the queue
  job.run(job.argument);
  unfinished.fetch_sub(1, std::memory_order_relaxed);  // relaxed: a count; see the field for why late is fine
}

void BlockingPool::State::thread_main() noexcept {
  pthread_setname_np(pthread_self(), "throng-blocking");  // 15 characters: all that the kernel keeps
  for (;;) {
    Job job{nullptr, nullptr};
    const bool got = jobs.wait_dequeue_timed(job, idle_wait);
    if (got && job.run != nullptr) {
      run(job);
    } else if (stopping.load(std::memory_order_acquire)) {  // pairs: stop
      leave(got ? 1 : 0);
      return;
    } else if (!got && retire()) {
      return;
    }
  }
}

// After an idle wait: gives the thread back unless it is owed to a job. Under the mutex nothing new can be
// accepted, so "the others are enough for all that is unfinished" stays true.
bool BlockingPool::State::retire() noexcept {
  std::thread previous;
  {
    const std::lock_guard lock(mutex);
    if (stopping.load(std::memory_order_relaxed)) return false;  // relaxed: written under this mutex
    // relaxed: additions are made under this mutex, and a late subtraction only keeps us
    if (unfinished.load(std::memory_order_relaxed) >= threads.size()) return false;
    const auto self = std::find_if(threads.begin(), threads.end(), [](const std::thread& thread) {
      return thread.get_id() == std::this_thread::get_id();
    });
    THRONG_ASSERT(self != threads.end(), "a blocking thread is not in its pool's list");
    previous = std::exchange(retired, std::move(*self));
    threads.erase(self);
  }
  if (previous.joinable()) previous.join();  // it is past its last look at the pool
  return true;
}

// After stop: empties the queue, then goes. The queue promises no order, so tickets may come before jobs;
// those a thread takes beyond its own are put back for whom they belong to.
void BlockingPool::State::leave(std::size_t tickets) noexcept {
  // relaxed: `stopping` was acquired, so every addition is visible and only 0 ends this
  while (queued.load(std::memory_order_relaxed) != 0) {
    Job job{nullptr, nullptr};
    if (!jobs.try_dequeue(job)) {
      std::this_thread::yield();  // another thread is about to count down the last one
    } else if (job.run != nullptr) {
      run(job);
    } else {
      ++tickets;
    }
  }
  // A ticket that finds no memory delays its thread by the idle time, no more.
  for (; tickets > 1; --tickets) jobs.enqueue(Job{nullptr, nullptr});
}

bool BlockingPool::State::start_thread_locked() noexcept {
  if (gate.may_start != nullptr && !gate.may_start(gate.context)) return false;
  const SignalsBlocked during_start;
  try {
    threads.emplace_back([this] { thread_main(); });
    return true;
  } catch (...) {  // no thread or no memory: both mean one thread fewer
    return false;
  }
}

BlockingPool::BlockingPool(std::size_t max_threads, Duration idle_time, ThreadGate gate)
    : state_(std::make_unique<State>(max_threads, idle_time, gate)) {}

BlockingPool::~BlockingPool() { stop(); }

bool BlockingPool::submit(Job job) noexcept {
  THRONG_ASSERT(job.run != nullptr, "a blocking job without a function");
  State& pool = *state_;
  const std::lock_guard lock(pool.mutex);
  if (pool.stopping.load(std::memory_order_relaxed)) return false;  // relaxed: written under this mutex
  // relaxed: a count, see its field; the job itself is published by the queue
  const std::size_t unfinished = pool.unfinished.fetch_add(1, std::memory_order_relaxed) + 1;
  pool.queued.fetch_add(1, std::memory_order_relaxed);  // relaxed: as above
  if (unfinished > pool.threads.size() && pool.threads.size() < pool.max_threads) pool.start_thread_locked();
  if (!pool.threads.empty() && pool.jobs.enqueue(job)) return true;
  pool.queued.fetch_sub(1, std::memory_order_relaxed);      // relaxed: taken back under the same mutex
  pool.unfinished.fetch_sub(1, std::memory_order_relaxed);  // relaxed: as above
  return false;
}

void BlockingPool::stop() noexcept {
  State& pool = *state_;
  const std::lock_guard one_at_a_time(pool.stop_mutex);
  std::vector<std::thread> leaving;
  std::thread retired;
  {
    const std::lock_guard lock(pool.mutex);
    pool.stopping.store(true, std::memory_order_release);  // pairs: thread_main
    for (std::size_t i = 0; i != pool.threads.size(); ++i) pool.jobs.enqueue(Job{nullptr, nullptr});
    leaving.swap(pool.threads);
    retired.swap(pool.retired);
  }
  for (std::thread& thread : leaving) thread.join();
  if (retired.joinable()) retired.join();
}

std::size_t BlockingPool::threads() const noexcept {
  const std::lock_guard lock(state_->mutex);
  return state_->threads.size();
}

std::size_t BlockingPool::queued() const noexcept {
  return state_->queued.load(std::memory_order_relaxed);  // relaxed: statistic
}

}  // namespace throng::detail
