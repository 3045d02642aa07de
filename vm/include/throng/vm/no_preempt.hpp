// A section in which the process that runs is not preempted: neither by a check that the compiler inserted
// (throng_preemptible() in CMake) nor by a runtime call at the end of its slice. For those who hold something
// that others on the same worker would wait for in vain: a lock of the host's, a static that is being made.
//
// It does not keep the process from waiting: a receive inside gives the worker away as ever. Sections nest.
// One that takes long delays the others on its worker, until the watchdog sees to them.
#pragma once

namespace throng {

namespace detail {
class Process;
}

class [[nodiscard]] NoPreempt {
 public:
  // Thread: any; outside a process it does nothing.
  NoPreempt() noexcept;
  // Lets others run if the slice was used up meanwhile. Thread: the process that made it.
  ~NoPreempt();
  NoPreempt(const NoPreempt&) = delete;
  NoPreempt& operator=(const NoPreempt&) = delete;

 private:
  detail::Process* process_;  // null: no process ran
};

}  // namespace throng

// In front of a function: neither the plugins nor coverage callbacks insert checks into it. What it calls may
// have some. Spelled so that compilers without a plugin know it, and not inlined, or it would be preempted
// with the function around it. clang tells its plugin of the second word only where it inserts callbacks.
#if defined(__clang__)
#define THRONG_NO_PREEMPT __attribute__((annotate("throng_nopreempt"), no_sanitize("coverage"), noinline))
#else
#define THRONG_NO_PREEMPT __attribute__((no_sanitize_coverage, noinline))
#endif
