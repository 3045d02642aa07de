// What a task runs, and who is told how it went. The part of tasks that task supervisors and streams share;
// nobody's to use. Thread: a body belongs to one process at a time.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <throng/stdlib/protocol.hpp>
#include <throng/vm/body.hpp>
#include <throng/vm/call.hpp>
#include <throng/vm/spawn.hpp>
#include <vector>

namespace throng::detail {

// Who started this process as a task, then who started that one, and so on.
struct TaskCallers {
  std::vector<Pid> pids;
};

struct TaskBody;

// One per function and argument types.
struct TaskKind {
  std::string_view function;
  std::string (*arguments)();
  const void* (*address)(const TaskBody& body);  // of the function, where it is a pointer; null otherwise
  void (*call)(TaskBody& body);                  // runs it and answers
};

// A process body with an obligation: the value goes to who asked, and so does the reason if there is none.
struct TaskBody : Body {
  TaskBody(const Body::Type* body_type, const TaskKind* task_kind) : Body{body_type}, kind(task_kind) {}

  // Whose and which it is stays readable when the obligation itself has been given on.
  static bool question(const Body* body, OpenAt& question) noexcept {
    question = static_cast<const TaskBody*>(body)->reply_to.question();
    return static_cast<bool>(question.asker);
  }

  const TaskKind* kind;
  ReplyTo reply_to{};             // empty: nobody waits for the value
  std::vector<Pid> callers{};     // the starter first
  bool links_to_starter = false;  // somebody else spawned it
};

// The task's process, from its start to the end of its function; reports a failure (TSK-4).
void run_task(TaskBody& body);

template <class... Args>
std::string names_of_types() {
  std::string text;
  ((text += text.empty() ? "" : ", ", text += type_name<Args>()), ...);
  return text;
}

template <class F, class... Args>
struct TaskOf final : TaskBody {
  F function;
  std::tuple<Args...> arguments;

  template <class G, class... As>
  explicit TaskOf(G&& g, As&&... as)
      : TaskBody(&type_of, &kind_of), function(std::forward<G>(g)), arguments(std::forward<As>(as)...) {}

  static void call(TaskBody& body) {
    auto& self = static_cast<TaskOf&>(body);
    if constexpr (std::is_pointer_v<F>) {
      if (self.function == nullptr) no_function();
    }
    using R = std::invoke_result_t<F&, Args...>;
    if constexpr (std::is_void_v<R>) {
      std::apply(self.function, std::move(self.arguments));
      if (self.reply_to) self.reply_to.answer(Acknowledged{});
    } else {
      std::decay_t<R> value = std::apply(self.function, std::move(self.arguments));
      if (self.reply_to) self.reply_to.answer(std::move(value));
    }
  }
  static const void* address(const TaskBody& body) {
    if constexpr (std::is_pointer_v<F>) {
      return reinterpret_cast<const void*>(static_cast<const TaskOf&>(body).function);
    } else {
      static_cast<void>(body);
      return nullptr;
    }
  }
  static Body* run(Body* body) {
    run_task(*static_cast<TaskBody*>(body));
    return nullptr;
  }
  static void destroy(Body* body) noexcept { static_cast<TaskOf*>(body)->~TaskOf(); }
  static constexpr TaskKind kind_of{type_name<F>(), &names_of_types<Args...>, &address, &call};
  static constexpr Body::Type type_of{&run, &destroy, type_name<F>(), &TaskBody::question};
};

// A task on its way to the process that will run it; dropped, its asker is told.
struct TaskToStart {
  struct Destroy {
    void operator()(TaskBody* task) const noexcept { destroy_body(task); }
  };
  static constexpr bool sendable = true;
  std::unique_ptr<TaskBody, Destroy> body{};
};

template <class F, class... Args>
using TaskResult = std::decay_t<std::invoke_result_t<std::decay_t<F>&, Kept<Args>...>>;

template <class F, class... Args>
constexpr bool is_task() {
  require_body<std::decay_t<F>, Kept<Args>...>();
  static_assert(std::is_invocable_v<std::decay_t<F>&, Kept<Args>...>,
                "throng: the arguments do not fit the parameters of the task's function");
  if constexpr (std::is_invocable_v<std::decay_t<F>&, Kept<Args>...>) {
    if constexpr (!std::is_void_v<TaskResult<F, Args...>>) require_sendable<TaskResult<F, Args...>>();
    return true;
  } else {
    return false;
  }
}

template <class F, class... Args>
TaskToStart make_task(F&& f, Args&&... args) {
  using Stored = TaskOf<std::decay_t<F>, Kept<Args>...>;
  void* block = allocate(sizeof(Stored), alignof(Stored) > 16 ? alignof(Stored) : 16);
  try {
    TaskToStart task;
    task.body.reset(::new (block) Stored(std::forward<F>(f), std::forward<Args>(args)...));
    return task;
  } catch (...) {
    release(block);
    throw;
  }
}

// The caller, then its own callers: what a task that it starts will know.
std::vector<Pid> callers_for_child();
// Spawns it; the answer goes to `reply_to`, if that is not empty.
Pid start_task(TaskToStart task, ReplyTo reply_to, const SpawnOptions& options, Attach attach);

}  // namespace throng::detail
