// Starting processes. A body is a function, or a lambda without captures; its arguments travel by value and
// must be Sendable. Thread: in a process. Errors: NotInProcess; LimitReached when no process can be had.
#pragma once

#include <throng/scheduler/runnable.hpp>
#include <throng/vm/body.hpp>
#include <throng/vm/pid.hpp>

namespace throng {

struct SpawnOptions {
  Priority priority = Priority::normal;
  std::size_t stack_size = 0;  // bytes; 0: the runtime's default
  std::uint64_t tag = 0;       // for scheduling policies
  bool trap_exit = false;      // trap exits from the first instruction on
};

// A process and the monitor that was made together with it; made for structured bindings.
struct Spawned {
  Pid process;
  Monitor monitor;
};

namespace detail {

enum class Attach : std::uint8_t { nothing, link, monitor };

// Takes the body, also when it throws.
Spawned spawn_body(const SpawnOptions& options, Body* body, Attach attach);

template <class F>
concept NotOptions = !std::is_same_v<std::remove_cvref_t<F>, SpawnOptions>;

}  // namespace detail

template <detail::NotOptions F, class... Args>
Pid spawn(F&& f, Args&&... args) {
  return detail::spawn_body({}, detail::make_body(std::forward<F>(f), std::forward<Args>(args)...),
                            detail::Attach::nothing)
      .process;
}
template <class F, class... Args>
Pid spawn(const SpawnOptions& options, F&& f, Args&&... args) {
  return detail::spawn_body(options, detail::make_body(std::forward<F>(f), std::forward<Args>(args)...),
                            detail::Attach::nothing)
      .process;
}

// The link exists before the child runs: there is no window in which it could die unlinked (SPN-1).
template <detail::NotOptions F, class... Args>
Pid spawn_link(F&& f, Args&&... args) {
  return detail::spawn_body({}, detail::make_body(std::forward<F>(f), std::forward<Args>(args)...),
                            detail::Attach::link)
      .process;
}
template <class F, class... Args>
Pid spawn_link(const SpawnOptions& options, F&& f, Args&&... args) {
  return detail::spawn_body(options, detail::make_body(std::forward<F>(f), std::forward<Args>(args)...),
                            detail::Attach::link)
      .process;
}

// The same with a monitor (SPN-1).
template <detail::NotOptions F, class... Args>
Spawned spawn_monitor(F&& f, Args&&... args) {
  return detail::spawn_body({}, detail::make_body(std::forward<F>(f), std::forward<Args>(args)...),
                            detail::Attach::monitor);
}
template <class F, class... Args>
Spawned spawn_monitor(const SpawnOptions& options, F&& f, Args&&... args) {
  return detail::spawn_body(options, detail::make_body(std::forward<F>(f), std::forward<Args>(args)...),
                            detail::Attach::monitor);
}

}  // namespace throng
