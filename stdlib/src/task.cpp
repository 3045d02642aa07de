// Running a task, its report, and what a starter may do with it, whatever the type of the value.
#include <throng/stdlib/task.hpp>

#include <algorithm>
#include <cstdio>
#include <stdexcept>
#include <throng/stdlib/behaviour.hpp>
#include <throng/stdlib/logger.hpp>
#include <throng/stdlib/server_ref.hpp>
#include <throng/vm/inspect.hpp>
#include <throng/vm/process_local.hpp>

#include "task_answer.hpp"

namespace throng {
namespace detail {
namespace {

std::string name_of(Pid process) {
  std::string text = process.text();
  if (std::optional<ProcessInfo> info = process_info(process); info && !info->registered_name.empty())
    text += " (" + info->registered_name + ")";
  return text;
}

std::string function_text(const TaskBody& body) {
  std::string text(body.kind->function);
  if (const void* address = body.kind->address(body); address != nullptr) {
    char hex[32];
    std::snprintf(hex, sizeof(hex), " at %p", address);
    text += hex;
  }
  return text;
}

// TSK-4. The crash itself is reported by the runtime; this says whose work it was.
void report_failure(const TaskBody& body, const ExitReason& reason) {
  if (is_expected_end(reason) || !logger::is_wanted(logger::Level::error)) return;
  Pid starter = body.callers.empty() ? Pid() : body.callers.front();
  std::string callers;
  for (Pid caller : body.callers) callers += (callers.empty() ? "" : " ") + caller.text();
  logger::report(
      logger::Level::error,
      "task " + self().text() + " started from " + name_of(starter) + " terminates: " + reason.text(),
      {{"report", "task"},
       {"reason", reason.text()},
       {"function", function_text(body)},
       {"arguments", body.kind->arguments()},
       {"callers", std::move(callers)}});
}

}  // namespace

void run_task(TaskBody& body) {
  process_local<TaskCallers>().pids = body.callers;
  if (body.links_to_starter) link(body.callers.front());
  try {
    body.kind->call(body);
  } catch (...) {
    if (std::optional<ExitReason> reason = reason_in_flight()) report_failure(body, *reason);
    throw;
  }
}

std::vector<Pid> callers_for_child() {
  std::vector<Pid> callers{self()};
  const std::vector<Pid>& mine = process_local<TaskCallers>().pids;
  callers.insert(callers.end(), mine.begin(), mine.end());
  return callers;
}

Pid start_task(TaskToStart task, ReplyTo reply_to, const SpawnOptions& options, Attach attach) {
  task.body->reply_to = std::move(reply_to);
  if (task.body->callers.empty()) task.body->callers = callers_for_child();
  return spawn_body(options, task.body.release(), attach).process;
}

void TaskHandle::require_open(const char* call) const {
  const char* problem = nullptr;
  if (!owner_) {
    problem = "on a Task that was never started; make one with task::async()";
  } else if (owner_ != self()) {
    problem = "by a process that did not start the task; only its starter may ask it for anything";
  } else if (open_ == nullptr) {
    problem = "on a task that has given its answer already; keep the value instead";
  }
  if (problem != nullptr) throw std::logic_error(std::string("throng: ") + call + " " + problem);
}

Message TaskHandle::wait(const char* call, Duration timeout) {
  require_open(call);
  Message answer = open_->wait(timeout);
  if (answer) close();
  return answer;
}

Message TaskHandle::ignore() {
  require_open("ignore()");
  if (is_linked_) unlink(pid_);
  Message answer = open_->wait(Duration::zero());
  close();
  return answer;
}

Message TaskHandle::shut_down(Duration timeout) {
  require_open("shutdown()");
  return end_with(ExitReason::shutdown, ExitReason::shutdown, timeout);
}

Message TaskHandle::kill() {
  require_open("shutdown()");
  return end_with(ExitReason::kill, ExitReason::killed, forever);
}

// When the question has failed, the process is gone: its failure is told as the last of it (SIG-6).
Message TaskHandle::end_with(const ExitReason& order, const ExitReason& expected, Duration timeout) {
  if (is_linked_) unlink(pid_);
  ExitReason as_told = expected;
  Message answer = open_->wait(Duration::zero());
  if (answer) {
    close();
    return answer;
  }
  exit(pid_, order);
  answer = open_->wait(timeout);
  if (!answer) {
    exit(pid_, ExitReason::kill);
    as_told = ExitReason::killed;
    answer = open_->wait(forever);
  }
  close();
  if (is_failure(answer) && static_cast<Unanswered*>(answer.payload())->reason == as_told) return {};
  return answer;
}

void throw_task_failed(ExitReason reason) {
  if (reason.is_normal()) reason = ExitReason::error("throng: the task ended normally, but without a value");
  std::string sentence = "throng: the task failed: " + reason.text();
  throw TaskFailed(std::move(reason), sentence);
}

void throw_task_timeout(Pid task, Duration timeout) {
  auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(timeout);
  throw TaskFailed(ExitReason::timeout, "throng: task " + task.text() + " gave no value in " +
                                            std::to_string(milliseconds.count()) + " ms");
}

namespace {

void watch_all(AnyAnswer& any, const std::vector<TaskHandle*>& handles, const char* call) {
  for (std::size_t i = 0; i < handles.size(); ++i) {
    handles[i]->require_open(call);
    any.watch(handles[i]->question(), i);
  }
}

struct CloseAll {
  const std::vector<TaskHandle*>& handles;
  ~CloseAll() {
    for (TaskHandle* handle : handles) handle->close();
  }
};

}  // namespace

std::vector<Message> await_all(std::vector<TaskHandle*> handles, Duration timeout) {
  std::vector<Message> answers(handles.size());
  Clock::time_point deadline = deadline_after(timeout);
  AnyAnswer any;
  watch_all(any, handles, "await_many()");
  CloseAll close{handles};
  for (std::size_t missing = handles.size(); missing > 0; --missing) {
    std::optional<std::uint64_t> index = any.wait(time_left(deadline));
    if (!index) {
      for (std::size_t i = 0; i < answers.size(); ++i)
        if (!answers[i]) throw_task_timeout(handles[i]->pid(), timeout);
    }
    answers[*index] = handles[*index]->question().wait(Duration::zero());
    if (is_failure(answers[*index]))
      throw_task_failed(static_cast<Unanswered*>(answers[*index].payload())->reason);
  }
  return answers;
}

std::vector<Message> yield_all(std::vector<TaskHandle*> handles, const task::YieldManyOptions& options) {
  if (options.on_timeout == task::OnTimeout::exit)
    throw std::invalid_argument("throng: yield_many() does not end its caller; use await_many()");
  std::vector<Message> answers(handles.size());
  Clock::time_point deadline = deadline_after(options.timeout);
  AnyAnswer any;
  watch_all(any, handles, "yield_many()");
  std::size_t wanted = options.limit == 0 ? handles.size() : std::min(options.limit, handles.size());
  std::size_t count = 0;
  for (; count < wanted; ++count) {
    std::optional<std::uint64_t> index = any.wait(time_left(deadline));
    if (!index) break;
    answers[*index] = handles[*index]->wait("yield_many()", Duration::zero());
  }
  if (count == wanted || options.on_timeout == task::OnTimeout::nothing) return answers;
  for (std::size_t i = 0; i < handles.size(); ++i) {
    if (answers[i]) continue;
    answers[i] = options.on_timeout == task::OnTimeout::kill_task ? handles[i]->kill() : handles[i]->ignore();
  }
  return answers;
}

}  // namespace detail

namespace task {

std::vector<Pid> callers() { return process_local<detail::TaskCallers>().pids; }

}  // namespace task
}  // namespace throng
