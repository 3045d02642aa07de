// Starting processes. A body is a function, or a lambda without captures; its arguments travel by value and
// must be Sendable. Thread: in a process. Errors: NotInProcess; LimitReached when no process can be had.
#pragma once

#include <throng/scheduler/clock.hpp>
#include <throng/scheduler/runnable.hpp>
#include <throng/vm/body.hpp>
#include <throng/vm/exit_reason.hpp>
#include <throng/vm/pid.hpp>

namespace throng {

struct SpawnOptions {
  Priority priority = Priority::normal;
  std::size_t stack_size = 0;  // bytes; 0: the runtime's default
  std::uint64_t tag = 0;       // for scheduling policies: whatever they take it for
  bool trap_exit = false;      // trap exits from the first instruction on
  std::uint32_t weight = 100;  // for scheduling policies: its share beside others; 0 counts as 1
  // For scheduling policies: when it wants to have been served.
  Clock::time_point deadline = Clock::time_point::max();
};

// A process and the monitor that was made together with it; made for structured bindings.
struct Spawned {
  Pid process;
  Monitor monitor;
};

// When a spawn request is answered (SPN-4).
enum class ReplyWhen : std::uint8_t { always, success_only, error_only, never };

struct SpawnRequestOptions {
  SpawnOptions spawn{};
  bool link = false;
  bool monitor = false;
  ReplyWhen reply = ReplyWhen::always;
};

// The answer to spawn_request(): the process and its monitor, or the null pid and the reason why there is
// none.
struct SpawnReply {
  SpawnRequest request;
  Pid process;
  Monitor monitor;
  ExitReason reason;
};

namespace detail {

struct Attach {
  bool link = false;
  bool monitor = false;
};

// Takes the body, also when it throws.
Spawned spawn_body(const SpawnOptions& options, Body* body, Attach attach);
SpawnRequest request_spawn(const SpawnRequestOptions& options, Body* body);

template <class F>
concept NotOptions = !std::is_same_v<std::remove_cvref_t<F>, SpawnOptions>;

}  // namespace detail

template <detail::NotOptions F, class... Args>
Pid spawn(F&& f, Args&&... args) {
  return detail::spawn_body({}, detail::make_body(std::forward<F>(f), std::forward<Args>(args)...),
                            detail::Attach{})
      .process;
}
template <class F, class... Args>
Pid spawn(const SpawnOptions& options, F&& f, Args&&... args) {
  return detail::spawn_body(options, detail::make_body(std::forward<F>(f), std::forward<Args>(args)...),
                            detail::Attach{})
      .process;
}

// The link exists before the child runs: there is no window in which it could die unlinked (SPN-1).
template <detail::NotOptions F, class... Args>
Pid spawn_link(F&& f, Args&&... args) {
  return detail::spawn_body({}, detail::make_body(std::forward<F>(f), std::forward<Args>(args)...),
                            detail::Attach{.link = true})
      .process;
}
template <class F, class... Args>
Pid spawn_link(const SpawnOptions& options, F&& f, Args&&... args) {
  return detail::spawn_body(options, detail::make_body(std::forward<F>(f), std::forward<Args>(args)...),
                            detail::Attach{.link = true})
      .process;
}

// The same with a monitor (SPN-1).
template <detail::NotOptions F, class... Args>
Spawned spawn_monitor(F&& f, Args&&... args) {
  return detail::spawn_body({}, detail::make_body(std::forward<F>(f), std::forward<Args>(args)...),
                            detail::Attach{.monitor = true});
}
template <class F, class... Args>
Spawned spawn_monitor(const SpawnOptions& options, F&& f, Args&&... args) {
  return detail::spawn_body(options, detail::make_body(std::forward<F>(f), std::forward<Args>(args)...),
                            detail::Attach{.monitor = true});
}

// The asynchronous form: never throws for want of a process; the answer is a SpawnReply in the caller's
// mailbox, if the options want one (SPN-4).
template <class F, class... Args>
SpawnRequest spawn_request(const SpawnRequestOptions& options, F&& f, Args&&... args) {
  return detail::request_spawn(options, detail::make_body(std::forward<F>(f), std::forward<Args>(args)...));
}
// True: no reply was delivered and none will be. A child that was to be linked then ends with the reason
// `abandoned`, an error.
bool abandon(SpawnRequest request);

}  // namespace throng
