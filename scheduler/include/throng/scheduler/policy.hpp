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
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <throng/scheduler/policy_factory.hpp>
#include <throng/scheduler/runnable.hpp>
#include <throng/scheduler/worker_id.hpp>

namespace throng {

class SchedulingPolicy {
 public:
  // Why a runnable comes to a policy.
  enum class Wake : std::uint8_t {
    created,    // it is new
    woken,      // what it waited for has happened
    yielded,    // it gave way of its own accord
    preempted,  // its slice was used up, or should_preempt() ended it
    stolen,     // it comes from another worker's policy
    exchanged,  // it comes from the policy that was there before, or from a worker that went off duty
  };

  // Why a run is over.
  enum class Stop : std::uint8_t {
    yielded,    // it gave way of its own accord
    budget,     // its slice was used up
    preempted,  // should_preempt() said so
    waits,
    ended,
  };

  // What changed() tells of.
  enum class Attribute : std::uint8_t { priority, weight, deadline, tag };

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

  // -- all others have a default

  // In reports. Default: "a policy".
  virtual std::string_view name() const;
  // True: one instance serves all workers, the one made for worker 0. Asked once.
  virtual bool is_central() const { return false; }
  // Where a runnable goes that worker `waker` has created or woken; a worker that does not take part counts
  // as the waker. A central policy is not asked. Default: it stays with the waker.
  virtual WorkerId place(Runnable&, Wake, WorkerId waker) { return waker; }
  // For a thief: takes out what it may have and says how many they are. Default: half, by dequeue().
  virtual std::size_t steal(std::span<Runnable*> out);

  // How many reductions the coming run may use; 0, the default: as many as the runtime's slice.
  virtual std::int32_t slice(Runnable&) { return 0; }
  // A run begins: of what dequeue() has just given, or goes on after it was about to wait.
  virtual void running(Runnable&) {}
  // A run is over, after so many reductions. One that yielded or was preempted is enqueued next.
  virtual void stopping(Runnable&, Stop, std::uint32_t /*used*/) {}
  // `current` has just woken or created `woken`. True: it gives way at its next call or check. Default:
  // false.
  virtual bool should_preempt(const Runnable& /*current*/, const Runnable& /*woken*/) { return false; }
  // Between two runs, at least once in 64, and before the worker sleeps.
  virtual void tick() {}

  // A runnable comes to a policy of this set for the first time; what data<T>() gives is zeros until then.
  virtual void attach(Runnable&) {}
  // It has ended. Not called for those that live on under another policy.
  virtual void detach(Runnable&) {}
  // The one that runs has changed what it asks for.
  virtual void changed(Runnable&, Attribute) {}

  // Appends what a person wants to know who reads why the policy was thrown out.
  virtual void dump(std::string& /*out*/) const {}
};

namespace detail {
using Wake = SchedulingPolicy::Wake;
using Stop = SchedulingPolicy::Stop;
using Attribute = SchedulingPolicy::Attribute;
}  // namespace detail

}  // namespace throng
