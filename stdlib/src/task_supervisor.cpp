#include <throng/stdlib/task_supervisor.hpp>
#include <unordered_set>

namespace throng {
namespace detail {
namespace {

// Unlinked before it is told to end, so that it can't hang who waits for it (SUP-6).
void end_and_wait(Pid task, const throng::ReceiveMark& mark, Monitor watch, Duration timeout) {
  if (wait_for_down(mark, watch, timeout)) return;
  exit(task, ExitReason::kill);
  wait_for_down(mark, watch, forever);
}

}  // namespace

struct TaskSupervisor::Tasks {
  std::unordered_set<Pid> children;
};

TaskSupervisor::TaskSupervisor(task::supervisor::Options options)
    : options_(options), tasks_(std::make_unique<Tasks>()) {}

TaskSupervisor::~TaskSupervisor() = default;

std::vector<Pid> TaskSupervisor::handle_call(Children) const {
  return {tasks_->children.begin(), tasks_->children.end()};
}

void TaskSupervisor::handle_info(const Exit& end) { tasks_->children.erase(end.from); }

Pid TaskSupervisor::handle_call(Start start) {
  if (tasks_->children.size() >= options_.max_children) return Pid();
  Pid task = spawn_body({}, start.task.body.release(), {.link = true}).process;
  tasks_->children.insert(task);
  return task;
}

bool TaskSupervisor::handle_call(Terminate order) {
  if (tasks_->children.erase(order.task) == 0) return false;
  throng::ReceiveMark mark;
  Monitor watch = monitor(order.task);
  unlink(order.task);
  exit(order.task, ExitReason::shutdown);
  end_and_wait(order.task, mark, watch, options_.shutdown);
  return true;
}

// All at once, and together in one time.
void TaskSupervisor::terminate(const ExitReason&) {
  throng::ReceiveMark mark;
  std::vector<std::pair<Pid, Monitor>> ending;
  for (Pid task : tasks_->children) {
    ending.emplace_back(task, monitor(task));
    unlink(task);
    exit(task, ExitReason::shutdown);
  }
  Clock::time_point deadline = deadline_after(options_.shutdown);
  for (auto& [task, watch] : ending) end_and_wait(task, mark, watch, time_left(deadline));
}

Pid start_under(const ServerRef<TaskSupervisor>& supervisor, TaskToStart task, ReplyTo reply_to, bool link) {
  task.body->reply_to = std::move(reply_to);
  task.body->callers = callers_for_child();
  task.body->links_to_starter = link;
  Pid pid = supervisor.call(TaskSupervisor::Start{std::move(task)}, forever);
  if (!pid)
    throw LimitReached("throng: the task supervisor " + supervisor.pid().text() +
                       " has all its children; raise max_children");
  return pid;
}

}  // namespace detail

namespace task::supervisor {

namespace {

Expected<Spawned, StartError> start(const Options& options) {
  return detail::try_start<detail::ServerMaker<detail::TaskSupervisor>>(
      StartOptions{.name = options.name, .trap_exit = true}, {.link = true}, options);
}

class Starter final : public throng::supervisor::ChildStarter {
 public:
  explicit Starter(const Options& options) : options_(options) {}
  Expected<Pid, StartError> start(const StartOptions& options) const override {
    Options mine = options_;
    if (options.name) mine.name = options.name;
    return detail::started_as<Pid>(supervisor::start(mine));
  }

 private:
  const Options options_;
};

}  // namespace

Ref start_link(const Options& options) { return Ref(detail::or_start_failed(start(options)).process); }

Expected<Ref, StartError> try_start_link(const Options& options) {
  Expected<Spawned, StartError> started = start(options);
  if (!started) return Unexpected(std::move(started).error());
  return Ref(started->process);
}

throng::supervisor::ChildSpec child(std::string id, const Options& options) {
  return {std::move(id), throng::supervisor::ChildType::supervisor, std::make_shared<const Starter>(options)};
}

}  // namespace task::supervisor
}  // namespace throng
