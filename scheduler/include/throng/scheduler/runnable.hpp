// The schedulable thing: what run queues link, workers run and policies order. The floor above derives from
// it and installs the one upward call, `run`.
//
// Ownership: a runnable is at each moment on one queue, or running on one worker, or neither because it
// waits; the one who holds it in that sense may touch its fields (SCH-5). Whoever wakes a waiting runnable
// holds it from then on.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <new>
#include <throng/scheduler/clock.hpp>
#include <type_traits>

namespace throng {

enum class Priority : std::uint8_t { low, normal, high, max };

namespace detail {

class Worker;

// What a run left behind; the worker acts on it.
enum class Settled : std::uint8_t {
  yielded,  // still runnable: goes to the tail of its queue
  waiting,  // given away: whoever wakes it owns it already, nothing of it may be touched
  done,     // gone
};

}  // namespace detail

class Runnable {
 public:
  Runnable(const Runnable&) = delete;
  Runnable& operator=(const Runnable&) = delete;

  Priority priority() const noexcept { return priority_; }
  // A value of the user's for policies to order by: a deadline, a ticket count, a group.
  std::uint64_t tag() const noexcept { return tag_; }
  // Its share beside others, 100 if nothing was said. Never 0.
  std::uint32_t weight() const noexcept { return weight_; }
  // When it wants to have been served; time_point::max(): no matter when.
  Clock::time_point deadline() const noexcept { return Clock::time_point(Duration(deadline_)); }
  // How much waits for it, a hint that is as old as its last run.
  std::uint32_t backlog() const noexcept { return backlog_; }

  static constexpr std::size_t policy_data_size = 32;
  // What the policy in force keeps of it: zeros when it comes to that policy first. Thread: as the policy's.
  template <class T>
  T& data() noexcept {
    static_assert(sizeof(T) <= policy_data_size && alignof(T) <= 8,
                  "throng: a policy's data of a runnable is at most 32 bytes, aligned to 8");
    static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>,
                  "throng: a policy's data of a runnable must be plain: it is zeroed, and never destroyed");
    return *std::launder(reinterpret_cast<T*>(policy_data_));
  }

 protected:
  using RunFunction = detail::Settled (*)(Runnable&, detail::Worker&) noexcept;
  explicit Runnable(RunFunction run) noexcept : run_(run) {}
  ~Runnable() = default;

  void set_priority(Priority priority) noexcept { priority_ = priority; }
  void set_tag(std::uint64_t tag) noexcept { tag_ = tag; }
  void set_weight(std::uint32_t weight) noexcept { weight_ = weight; }
  void set_deadline(std::int64_t ns) noexcept { deadline_ = ns; }
  void set_backlog(std::uint32_t backlog) noexcept { backlog_ = backlog; }
  // It is another one from now on: policies see it for the first time.
  void forget_policy() noexcept { policy_generation_ = 0; }
  // What its next run touches first apart from itself, from there upwards: fetched into the cache while the
  // one before it runs. Null: nothing. Thread: owner.
  void set_near(const void* near) noexcept {
    near_.store(near, std::memory_order_relaxed);  // relaxed: see the field
  }

 private:
  friend class detail::Worker;
  friend struct RunnableAccess;

  // -- owner only, see Ownership above
  Runnable* next_ = nullptr;  // link of an overflow list
  RunFunction run_;           // constant after construction
  std::uint64_t tag_ = 0;
  // Protocol: stored by the owner; read by the owner of the queue, also of one that a thief is taking away:
  // relaxed, an address to fetch from in advance, never one to read.
  std::atomic<const void*> near_{nullptr};
  Priority priority_ = Priority::normal;
  std::uint8_t skips_ = 0;  // how often a low one has come to the front (SCH-3)
  std::uint8_t wake_ = 0;   // a Wake: why it goes through the injector
  // Protocol: when it was last queued, in counts of its worker. Stored by who queues it, read by the owner of
  // the queue, who may read it of one that a thief is taking away: relaxed, a hint.
  std::atomic<std::uint32_t> queued_{0};

  // -- for policies
  Runnable* previous_ = nullptr;  // link of the list of what a policy holds, with next_
  // Protocol: whose list it is on. Written under the lock of that list; read under the lock of any, relaxed:
  // a list's own address is written under its own lock only.
  std::atomic<const void*> policy_queue_{nullptr};
  std::int64_t deadline_ = std::numeric_limits<std::int64_t>::max();  // ns of Clock
  std::uint32_t weight_ = 100;
  std::uint32_t backlog_ = 0;
  std::uint32_t policy_generation_ = 0;  // of the set of policies that data() belongs to; 0: none
  alignas(8) std::byte policy_data_[policy_data_size] = {};
};

// What this floor needs; nobody else uses it.
struct RunnableAccess {
  static detail::Settled run(Runnable& runnable, detail::Worker& worker) noexcept {
    return runnable.run_(runnable, worker);
  }
  static Runnable*& next(Runnable& runnable) noexcept { return runnable.next_; }
  static Runnable*& previous(Runnable& runnable) noexcept { return runnable.previous_; }
  static std::uint32_t generation(const Runnable& runnable) noexcept { return runnable.policy_generation_; }
  static void begin_generation(Runnable& runnable, std::uint32_t generation) noexcept {
    runnable.policy_generation_ = generation;
    std::memset(runnable.policy_data_, 0, sizeof(runnable.policy_data_));
  }
  static std::uint8_t& wake(Runnable& runnable) noexcept { return runnable.wake_; }
  static const void* policy_queue(const Runnable& runnable) noexcept {
    return runnable.policy_queue_.load(std::memory_order_relaxed);  // relaxed: see the field
  }
  static void set_policy_queue(Runnable& runnable, const void* queue) noexcept {
    runnable.policy_queue_.store(queue, std::memory_order_relaxed);  // relaxed: see the field
  }
  static std::uint8_t& skips(Runnable& runnable) noexcept { return runnable.skips_; }
  static const void* near(const Runnable& runnable) noexcept {
    return runnable.near_.load(std::memory_order_relaxed);  // relaxed: see the field
  }
  static void set_queued(Runnable& runnable, std::uint32_t count) noexcept {
    runnable.queued_.store(count, std::memory_order_relaxed);  // relaxed: see the field
  }
  static std::uint32_t queued(const Runnable& runnable) noexcept {
    return runnable.queued_.load(std::memory_order_relaxed);  // relaxed: see the field
  }
  static bool was_queued_before(const Runnable& a, const Runnable& b) noexcept {
    // relaxed: see the field; by the difference, since counts wrap
    std::uint32_t first = a.queued_.load(std::memory_order_relaxed);
    return static_cast<std::int32_t>(first - b.queued_.load(std::memory_order_relaxed)) <
           0;  // relaxed: as above
  }
};

}  // namespace throng
