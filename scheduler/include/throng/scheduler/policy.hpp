// Who runs next, decided by the user's own code. A policy holds what is ready and gives it out again; the
// runtime does all else: who owns a runnable, stealing, sleeping, waking, and going on without the policy if
// it goes wrong (docs/policies.md).
//
// Thread: every member is called by one thread at a time, by workers and those who exchange policies, under
// the lock of the instance; so plain containers will do, and no atomics. The calls are made in the middle of
// a dispatch or of a call that wakes somebody: a policy must not block and must not call the runtime.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <throng/scheduler/runnable.hpp>
#include <throng/scheduler/worker_id.hpp>

namespace throng {

// Why a runnable comes to a policy.
enum class Wake : std::uint8_t {
  created,    // it is new
  woken,      // what it waited for has happened
  yielded,    // it gave way of its own accord
  preempted,  // its slice was used up
  stolen,     // it comes from another worker's policy
  exchanged,  // it comes from the policy that was there before, or from a worker that went off duty
};

class SchedulingPolicy {
 public:
  SchedulingPolicy() = default;
  virtual ~SchedulingPolicy();
  SchedulingPolicy(const SchedulingPolicy&) = delete;
  SchedulingPolicy& operator=(const SchedulingPolicy&) = delete;

  // Takes a runnable that is ready.
  virtual void enqueue(Runnable& runnable, Wake wake) = 0;
  // The one to run next, which leaves the policy; null: none. A policy may keep back what it has, but not for
  // longer than RuntimeOptions::policy_limit.
  virtual Runnable* dequeue() = 0;
  // How many there are.
  virtual std::size_t size() const = 0;

  // For a thief: takes out what it may have and says how many they are. Default: half, by dequeue().
  virtual std::size_t steal(std::span<Runnable*> out);
  // True: one instance serves all workers, the one made for worker 0. Asked once.
  virtual bool is_central() const { return false; }
};

// Makes the instance of each worker, or the only one of a central policy. Empty: the built-in queues.
using PolicyFactory = std::function<std::unique_ptr<SchedulingPolicy>(WorkerId)>;

}  // namespace throng
