// Task supervisors: processes that tasks are linked to beside, or instead of, their starters, so that a part
// of a program has its tasks in one place, and ends with them.
//
//   auto workers = task::supervisor::start_link({.max_children = 100});
//   Task<Page> page = workers.async_nolink(fetch, address);
//
// A task is started once: there is nothing to restart, since its arguments were moved into it. Thread: in a
// process; a Ref is a small value that can be sent.
#pragma once

#include <throng/base/owned.hpp>
#include <throng/stdlib/child.hpp>
#include <throng/stdlib/task.hpp>

namespace throng {

namespace task::supervisor {

struct Options {
  ProcessName name{};  // had before the start returns; empty: none
  std::size_t max_children = std::numeric_limits<std::size_t>::max();
  Duration shutdown =
      std::chrono::seconds(5);  // for the tasks, when the supervisor ends; then they are killed
};

}  // namespace task::supervisor

namespace detail {

class TaskSupervisor {
 public:
  struct Start {
    using Reply = Pid;
    TaskToStart task;
  };
  struct Terminate {
    using Reply = bool;
    Pid task;
  };
  struct Children {
    using Reply = std::vector<Pid>;
  };
  using Protocol = Messages<Start, Terminate, Children>;
  using Info = Messages<Exit>;

  explicit TaskSupervisor(task::supervisor::Options options);
  ~TaskSupervisor();

  Pid handle_call(Start start);  // the null pid: there are as many as there may be
  bool handle_call(Terminate order);
  std::vector<Pid> handle_call(Children) const;
  void handle_info(const Exit& end);
  void terminate(const ExitReason& reason);

 private:
  task::supervisor::Options options_;
  struct Tasks;
  Owned<Tasks> tasks_;
};

// Errors: LimitReached beyond max_children; CallFailed.
Pid start_under(const ServerRef<TaskSupervisor>& supervisor, TaskToStart task, ReplyTo reply_to, bool link);

template <class T>
Task<T> open_task_under(const ServerRef<TaskSupervisor>& supervisor, TaskToStart task, bool link) {
  auto open = std::make_unique<OpenQuestion>();
  Pid pid = start_under(supervisor, std::move(task), open->reply_to(), link);
  return Task<T>(TaskHandle(pid, link, std::move(open)));
}

}  // namespace detail

namespace task::supervisor {

class Ref {
 public:
  static constexpr bool sendable = true;
  Ref() = default;
  explicit Ref(Pid pid) noexcept : server_(pid) {}

  Pid pid() const noexcept { return server_.pid(); }
  explicit operator bool() const noexcept { return static_cast<bool>(server_); }
  friend bool operator==(const Ref&, const Ref&) = default;

  // Linked to the supervisor and to the caller. Errors: LimitReached beyond max_children; CallFailed where
  // there is no supervisor.
  template <class F, class... Args>
  auto async(F&& f, Args&&... args) const {
    if constexpr (detail::is_task<F, Args...>())
      return detail::open_task_under<detail::TaskResult<F, Args...>>(
          server_, detail::make_task(std::forward<F>(f), std::forward<Args>(args)...), true);
  }
  // Linked to the supervisor alone: the caller sees a failure where it asks, and outlives it.
  template <class F, class... Args>
  auto async_nolink(F&& f, Args&&... args) const {
    if constexpr (detail::is_task<F, Args...>())
      return detail::open_task_under<detail::TaskResult<F, Args...>>(
          server_, detail::make_task(std::forward<F>(f), std::forward<Args>(args)...), false);
  }
  // For its effects alone.
  template <class F, class... Args>
  Pid start_child(F&& f, Args&&... args) const {
    if constexpr (detail::is_task<F, Args...>())
      return detail::start_under(server_, detail::make_task(std::forward<F>(f), std::forward<Args>(args)...),
                                 {}, false);
  }
  // Asks it to end, kills it when Options::shutdown is over, and waits. False: it is none of this one's.
  bool terminate_child(Pid task) const {
    return server_.call(detail::TaskSupervisor::Terminate{task}, detail::forever);
  }
  std::vector<Pid> children() const { return server_.call(detail::TaskSupervisor::Children{}); }

 private:
  ServerRef<detail::TaskSupervisor> server_;
};

// Linked to the caller, and ends with it. Errors: StartFailed; the second gives it back.
Ref start_link(const Options& options = {});
Expected<Ref, StartError> try_start_link(const Options& options = {});

// As a child of another supervisor, which waits for the tasks to end. By a name in the options it is found:
// task::supervisor::Ref(*whereis("workers")).
throng::supervisor::ChildSpec child(std::string id, const Options& options = {});

}  // namespace task::supervisor
}  // namespace throng
