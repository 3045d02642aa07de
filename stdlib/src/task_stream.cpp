// Both sides of a stream of tasks: the consumer, who hands out items and waits for answers, and the process
// that the tasks are linked to, which sees to it that none outlives the stream or its time.
#include <throng/stdlib/task_stream.hpp>

#include <algorithm>
#include <throng/stdlib/server_ref.hpp>
#include <throng/vm/inspect.hpp>
#include <throng/vm/resident.hpp>
#include <throng/vm/timer.hpp>
#include <unordered_map>
#include <unordered_set>

#include "task_answer.hpp"

namespace throng::detail {
namespace {

struct StartItem {
  std::uint64_t position;
  TaskToStart task;
};
struct ItemIsLate {
  Pid task;
};
struct EndStream {};
struct WasLate {
  using Reply = bool;
  std::uint64_t position;
};

// The process of the stream's own. It hands no values on: the answers of its tasks go to the consumer.
class StreamKeeper final : public Resident {
 public:
  StreamKeeper(Pid consumer, Duration timeout) : consumer_(consumer), timeout_(timeout) {}

  void start() override {
    trap_exit(true);
    monitor(consumer_);
  }

  void handle(ReceivedMessage& message) override {
    if (auto* item = message.as<StartItem>()) {
      start_item(*item);
    } else if (auto* end = message.as<Exit>()) {
      take_exit(*end);
    } else if (auto* late = message.as<ItemIsLate>()) {
      kill_late(late->task);
    } else if (auto* question = message.as<Question<WasLate>>()) {
      question->reply_to.answer(late_.erase(question->message.position) > 0);
    } else {  // EndStream, or the consumer's Down
      finish(ExitReason::normal);
    }
  }

 private:
  struct Running {
    std::uint64_t position = 0;
    TimerId timer{};
  };

  void start_item(StartItem& item) {
    Pid task = spawn_body({}, item.task.body.release(), {.link = true}).process;
    Running& running = running_[task];
    running.position = item.position;
    if (timeout_ != forever) running.timer = send_after(timeout_, self(), ItemIsLate{task});
  }

  void take_exit(const Exit& end) {
    auto found = running_.find(end.from);
    if (found == running_.end()) {  // somebody wants this process to end
      if (!end.reason.is_normal()) finish(end.reason);
      return;
    }
    if (timeout_ != forever) cancel(found->second.timer);
    running_.erase(found);
  }

  void kill_late(Pid task) {
    auto found = running_.find(task);
    if (found == running_.end()) return;
    late_.insert(found->second.position);
    exit(task, ExitReason::kill);
  }

  [[noreturn]] void finish(const ExitReason& reason) {
    for (const auto& [task, running] : running_) exit(task, ExitReason::kill);
    throng::exit(reason);
  }

  Pid consumer_;
  Duration timeout_;
  std::unordered_map<Pid, Running> running_;
  std::unordered_set<std::uint64_t> late_;  // killed for it, and not yet asked about
};

}  // namespace

StreamCore::StreamCore(const task::StreamOptions& options, bool throws) : options_(options), throws_(throws) {
  using task::OnTimeout;
  if (options.on_timeout != OnTimeout::exit && options.on_timeout != OnTimeout::kill_task)
    throw std::invalid_argument(
        "throng: on_timeout of a stream of tasks is exit or kill_task: an item that is late is not waited "
        "for");
}

StreamCore::~StreamCore() {
  if (keeper_) send(keeper_, EndStream{});
}

void StreamCore::begin() {
  if (options_.max_concurrency == 0)
    options_.max_concurrency = std::max<std::size_t>(1, runtime_info().workers);
  keeper_ = spawn_resident({}, std::make_unique<StreamKeeper>(self(), options_.timeout)).process;
}

// Keeps as many tasks running as there may be.
void StreamCore::fill() {
  while (!exhausted_ && running_.size() < options_.max_concurrency) {
    TaskToStart task = next_task();
    if (!task.body) {
      exhausted_ = true;
      return;
    }
    auto open = running_.try_emplace(started_).first;
    any_.watch(open->second, started_);
    task.body->reply_to = open->second.reply_to();
    task.body->callers = callers_for_child();
    send(keeper_, StartItem{started_++, std::move(task)});
  }
}

bool StreamCore::has_due() const noexcept {
  return !ready_.empty() && (!options_.ordered || ready_.begin()->first == delivered_);
}

StreamCore::Ready StreamCore::take_due() {
  ++delivered_;
  auto first = ready_.extract(ready_.begin());
  return {first.key(), std::move(first.mapped())};
}

// A failure that nobody catches does not wait for its turn.
void StreamCore::note_answer(std::uint64_t position) {
  auto open = running_.find(position);
  Message answer = open->second.wait(Duration::zero());
  running_.erase(open);
  if (throws_ && is_failure(answer))
    throw_task_failed(reason_of(position, answer, message_type_of<Unanswered>));
  ready_.emplace(position, std::move(answer));
}

StreamCore::Ready StreamCore::next() {
  if (!keeper_) begin();
  for (;;) {
    fill();
    if (has_due()) return take_due();
    if (running_.empty()) return {};
    if (std::optional<std::uint64_t> position = any_.wait(forever)) note_answer(*position);
  }
}

ExitReason StreamCore::reason_of(std::uint64_t position, const Message& answer, const MessageType& wanted) {
  if (!is_failure(answer)) return failure_of(answer, wanted, message_type_of<Unanswered>);
  ExitReason reason = static_cast<Unanswered*>(answer.payload())->reason;
  if (reason != ExitReason::killed || options_.timeout == forever) return reason;
  OpenQuestion open;
  open.ask(keeper_, question_of(WasLate{position}));
  Message late = open.wait(forever);
  auto* was_late = static_cast<Answered<bool>*>(value_in(late, message_type_of<Answered<bool>>));
  if (was_late == nullptr || !was_late->value) return reason;
  if (options_.on_timeout == task::OnTimeout::exit)
    throw TaskFailed(ExitReason::timeout, "throng: a task of the stream was not through in time");
  return ExitReason::timeout;
}

}  // namespace throng::detail
