// Tasks: a function that runs in a process of its own and whose value is waited for later. A task is linked
// to who started it, so a failure of one is the failure of both, unless the starter traps exits (TSK-1).
//
//   Task<long> sum = task::async(add_up, numbers);
//   ... something else ...
//   use(sum.await());
//
// The function is one, or a lambda without captures; its arguments and its value are Sendable. The wait for a
// value costs the same however many messages are queued (RCV-5), and none of it is ever in the queue.
//
// Thread: in a process; a Task is of use to the process that started it alone, and does not travel.
#pragma once

#include <iterator>
#include <memory>
#include <optional>
#include <throng/base/expected.hpp>
#include <throng/base/owned.hpp>
#include <throng/stdlib/task_body.hpp>
#include <throng/vm/process.hpp>
#include <vector>

namespace throng {

// A task that gave no value: it failed, or the time was up. Uncaught, the caller ends with the reason.
class TaskFailed : public ExitsWith {
 public:
  using ExitsWith::ExitsWith;
};

namespace task {

inline constexpr Duration default_timeout = std::chrono::seconds(5);

// Task::shutdown(brutal_kill): without asking first.
struct BrutalKill {};
inline constexpr BrutalKill brutal_kill{};

// What becomes of a task whose time is up.
enum class OnTimeout : std::uint8_t {
  exit,       // the caller ends with `timeout`; for streams
  kill_task,  // it is killed
  ignore,     // it goes on, unlinked, and its value is dropped
  nothing,    // it goes on, and may be asked again
};

struct YieldManyOptions {
  Duration timeout = default_timeout;  // for all together
  std::size_t limit = 0;               // return when so many have answered; 0: all
  OnTimeout on_timeout = OnTimeout::nothing;
};

}  // namespace task

namespace detail {

// What a Task is whatever its value.
class TaskHandle {
 public:
  TaskHandle() = default;
  TaskHandle(Pid pid, bool is_linked, Owned<OpenQuestion> open)
      : pid_(pid), owner_(self()), is_linked_(is_linked), open_(std::move(open)) {}

  Pid pid() const noexcept { return pid_; }
  Pid owner() const noexcept { return owner_; }
  bool is_open() const noexcept { return open_ != nullptr; }
  OpenQuestion& question() noexcept { return *open_; }

  // Throws unless the caller started the task and has not yet had its answer.
  void require_open(const char* call) const;
  // The answer, after which there will be no other; empty when the time is up.
  Message wait(const char* call, Duration timeout);
  // Ends it and waits until it has ended; empty: it did as it was told.
  Message shut_down(Duration timeout);
  Message kill();
  // Lets it go on alone; empty: it has not answered yet.
  Message ignore();
  void close() noexcept { open_.reset(); }

 private:
  Message end_with(const ExitReason& order, const ExitReason& expected, Duration timeout);

  Pid pid_;
  Pid owner_;
  bool is_linked_ = false;
  Owned<OpenQuestion> open_;
};

// What await() throws where there is no value.
[[noreturn]] void throw_task_failed(ExitReason reason);
[[noreturn]] void throw_task_timeout(Pid task, Duration timeout);

}  // namespace detail

template <class T>
class Task {
 public:
  using Outcome = Expected<T, ExitReason>;

  Task() = default;
  explicit Task(detail::TaskHandle handle) : handle_(std::move(handle)) {}

  Pid pid() const noexcept { return handle_.pid(); }
  Pid owner() const noexcept { return handle_.owner(); }
  // Not yet asked to the end.
  explicit operator bool() const noexcept { return handle_.is_open(); }

  // The value. Errors: TaskFailed with the task's reason, or with `timeout`, after which the task can't be
  // asked again; uncaught, either is the end of the caller, and so of the task (TSK-1).
  T await(Duration timeout = task::default_timeout) {
    detail::Message answer = handle_.wait("await()", timeout);
    if (!answer) {
      handle_.close();
      detail::throw_task_timeout(pid(), timeout);
    }
    return value_of(answer);
  }
  // The value, or the reason why there is none; nothing: it still runs, and may be asked again (TSK-2).
  std::optional<Outcome> yield(Duration timeout = task::default_timeout) {
    return outcome_if(handle_.wait("yield()", timeout));
  }
  // Unlinks it, asks it to end, and kills it when the time is up. A value that was on its way is the result;
  // nothing: there was none, and it ended as it was told (TSK-2).
  std::optional<Outcome> shutdown(Duration timeout = task::default_timeout) {
    return outcome_if(handle_.shut_down(timeout));
  }
  std::optional<Outcome> shutdown(task::BrutalKill) { return outcome_if(handle_.kill()); }
  // Unlinks it and lets it go on alone. The value if it is here already (TSK-2).
  std::optional<Outcome> ignore() { return outcome_if(handle_.ignore()); }

  // -- for the library
  detail::TaskHandle& handle() noexcept { return handle_; }
  static Outcome outcome_of(detail::Message& answer) {
    using Answer = detail::Answered<detail::ReplyValue<T>>;
    auto* value = static_cast<Answer*>(detail::value_in(answer, detail::message_type_of<Answer>));
    if (value == nullptr)
      return Unexpected(detail::failure_of(answer, detail::message_type_of<Answer>,
                                           detail::message_type_of<detail::Unanswered>));
    if constexpr (std::is_void_v<T>) {
      return Outcome();
    } else {
      return Outcome(std::in_place, std::move(value->value));
    }
  }
  static T value_of(detail::Message& answer) {
    Outcome outcome = outcome_of(answer);
    if (!outcome) detail::throw_task_failed(std::move(outcome).error());
    if constexpr (!std::is_void_v<T>) return *std::move(outcome);
  }

 private:
  static std::optional<Outcome> outcome_if(detail::Message answer) {
    if (!answer) return std::nullopt;
    return outcome_of(answer);
  }

  detail::TaskHandle handle_;
};

namespace detail {

template <class T>
Task<T> open_task(TaskToStart task, const SpawnOptions& options, bool link) {
  auto open = std::make_unique<OpenQuestion>();
  Pid pid = start_task(std::move(task), open->reply_to(), options, {.link = link});
  return Task<T>(TaskHandle(pid, link, std::move(open)));
}

}  // namespace detail

namespace task {

// Starts it, linked to the caller.
template <detail::NotOptions F, class... Args>
auto async(F&& f, Args&&... args) {
  if constexpr (detail::is_task<F, Args...>())
    return detail::open_task<detail::TaskResult<F, Args...>>(
        detail::make_task(std::forward<F>(f), std::forward<Args>(args)...), {}, true);
}
template <class F, class... Args>
auto async(const SpawnOptions& options, F&& f, Args&&... args) {
  if constexpr (detail::is_task<F, Args...>())
    return detail::open_task<detail::TaskResult<F, Args...>>(
        detail::make_task(std::forward<F>(f), std::forward<Args>(args)...), options, true);
}
// Not linked: a failure is seen by who asks, and does no other harm. For a task that shall end with a part of
// the program, see task::supervisor.
template <detail::NotOptions F, class... Args>
auto async_nolink(F&& f, Args&&... args) {
  if constexpr (detail::is_task<F, Args...>())
    return detail::open_task<detail::TaskResult<F, Args...>>(
        detail::make_task(std::forward<F>(f), std::forward<Args>(args)...), {}, false);
}
template <class F, class... Args>
auto async_nolink(const SpawnOptions& options, F&& f, Args&&... args) {
  if constexpr (detail::is_task<F, Args...>())
    return detail::open_task<detail::TaskResult<F, Args...>>(
        detail::make_task(std::forward<F>(f), std::forward<Args>(args)...), options, false);
}

// For its effects alone: nobody can wait for the value.
template <class F, class... Args>
Pid start(F&& f, Args&&... args) {
  if constexpr (detail::is_task<F, Args...>())
    return detail::start_task(detail::make_task(std::forward<F>(f), std::forward<Args>(args)...), {}, {}, {});
}
template <class F, class... Args>
Pid start_link(F&& f, Args&&... args) {
  if constexpr (detail::is_task<F, Args...>())
    return detail::start_task(detail::make_task(std::forward<F>(f), std::forward<Args>(args)...), {}, {},
                              {.link = true});
}

// A task that has run already: for who must return a Task and knows the value.
template <class T>
Task<std::decay_t<T>> completed(T&& value) {
  auto open = std::make_unique<detail::OpenQuestion>();
  open->reply_to().answer(std::decay_t<T>(std::forward<T>(value)));
  return Task<std::decay_t<T>>(detail::TaskHandle(Pid(), false, std::move(open)));
}

// In a task: who started it, who started that one, and so on (TSK-4). Elsewhere: nobody.
std::vector<Pid> callers();

}  // namespace task

namespace detail {

template <class Tasks>
using TaskValue =
    typename std::remove_cvref_t<decltype(*std::begin(std::declval<Tasks&>()))>::Outcome::value_type;

template <class Tasks>
std::vector<TaskHandle*> handles_of(Tasks& tasks) {
  std::vector<TaskHandle*> handles;
  for (auto& task : tasks) handles.push_back(&task.handle());
  return handles;
}

// All answers, or TaskFailed; none of the tasks can be asked afterwards.
std::vector<Message> await_all(std::vector<TaskHandle*> handles, Duration timeout);
std::vector<Message> yield_all(std::vector<TaskHandle*> handles, const task::YieldManyOptions& options);

}  // namespace detail

namespace task {

// The values in the order of the tasks. The first failure, or the end of the time for all of them, is
// thrown at once, as TaskFailed (TSK-2).
template <class Tasks>
auto await_many(Tasks&& tasks, Duration timeout = default_timeout) {
  using T = detail::TaskValue<Tasks>;
  std::vector<detail::Message> answers = detail::await_all(detail::handles_of(tasks), timeout);
  if constexpr (std::is_void_v<T>) {
    for (detail::Message& answer : answers) Task<T>::value_of(answer);
  } else {
    std::vector<T> values;
    values.reserve(answers.size());
    for (detail::Message& answer : answers) values.push_back(Task<T>::value_of(answer));
    return values;
  }
}

// The outcomes in the order of the tasks; nothing for one that still runs (TSK-2).
template <class Tasks>
auto yield_many(Tasks&& tasks, const YieldManyOptions& options = {}) {
  using T = detail::TaskValue<Tasks>;
  std::vector<detail::Message> answers = detail::yield_all(detail::handles_of(tasks), options);
  std::vector<std::optional<typename Task<T>::Outcome>> outcomes;
  outcomes.reserve(answers.size());
  for (detail::Message& answer : answers) {
    outcomes.emplace_back();
    if (answer) outcomes.back().emplace(Task<T>::outcome_of(answer));
  }
  return outcomes;
}

}  // namespace task
}  // namespace throng
