#include <throng/vm/call.hpp>

#include <deque>
#include <exception>
#include <unordered_set>

#include "runtime_call.hpp"
#include "timers.hpp"

namespace throng {

ExitReason CallFailed::exit_reason() const {
  if (!reason().is_normal()) return reason();
  return ExitReason::error("throng: a call had no answer: its server ended normally");
}

using detail::Process;

struct ReplyToMaker {
  static ReplyTo make(detail::Machine& machine, Pid asker, std::uint64_t question) noexcept {
    ReplyTo reply_to;
    reply_to.machine_ = &machine;
    reply_to.asker_ = asker;
    reply_to.question_ = question;
    return reply_to;
  }
};

ReplyTo& ReplyTo::operator=(ReplyTo&& other) noexcept {
  if (this == &other) return *this;
  if (machine_ != nullptr) drop();
  machine_ = std::exchange(other.machine_, nullptr);
  asker_ = other.asker_;
  question_ = other.question_;
  return *this;
}

void ReplyTo::send_answer(detail::Message answer) {
  if (machine_ == nullptr) throw std::logic_error("throng: this question was answered before");
  detail::MaybeCall runtime_call;
  Process* here = runtime_call.process();
  if (here != nullptr && here->machine == machine_) {
    detail::enter_call(*here, detail::price::answer);
    if (detail::is_rejected(*here)) {  // its end is settled (EXT-5): the asker is told the reason
      drop();
      return;
    }
  }
  detail::Machine& machine = *std::exchange(machine_, nullptr);
  answer.get()->kind = detail::reply_kind;
  if (here != nullptr && here->machine == &machine) {
    machine.deliver(asker_, answer.release_signal(), *here->worker);
  } else {
    machine.deliver(asker_, answer.release_signal());
  }
}

void ReplyTo::fail(ExitReason reason) {
  if (machine_ == nullptr) return;
  detail::Machine& machine = *std::exchange(machine_, nullptr);
  detail::AnswerHeader header{question_};
  machine.deliver(asker_,
                  detail::make_message<detail::Unanswered>(detail::reply_kind, header, std::move(reason))
                      .release_signal());
}

// Whoever loses a question while it is ending, or while an exception passes that may end it, does not know
// the reason yet: the asker is told when it does.
void ReplyTo::drop() noexcept {
  detail::MaybeCall runtime_call;
  Process* here = runtime_call.process();
  bool is_ending = here != nullptr && here->machine == machine_ &&
                   (detail::is_rejected(*here) || std::uncaught_exceptions() > 0);
  if (!is_ending) {
    fail(ExitReason::error("throng: the question was dropped without an answer"));
    return;
  }
  machine_ = nullptr;
  detail::Unbroken unbroken(*here);
  here->ensure_relations().orphans.push_back({asker_, question_});
}

namespace detail {

struct AnyAnswer::Questions {
  std::unordered_set<std::uint64_t> watched;  // not yet reported
  std::deque<std::uint64_t> answered;
};

// What questions and those who watch them do to each other.
struct AnyAnswerSide {
  static void close(Relations& relations, std::uint64_t number) noexcept {
    auto open = relations.questions.find(number);
    if (open == relations.questions.end()) return;
    if (open->second.watcher != nullptr) open->second.watcher->questions_->watched.erase(number);
    relations.questions.erase(open);
  }
  static void tell(AnyAnswer& watcher, std::uint64_t number) {
    watcher.questions_->answered.push_back(number);
  }

  // Its label, if it is still open and still watched by this one.
  static std::optional<std::uint64_t> take(Process& process, AnyAnswer& watcher) {
    AnyAnswer::Questions& questions = *watcher.questions_;
    while (!questions.answered.empty()) {
      std::uint64_t number = questions.answered.front();
      questions.answered.pop_front();
      if (questions.watched.erase(number) == 0) continue;  // closed meanwhile
      Relations::Open& open = process.relations->questions.find(number)->second;
      open.watcher = nullptr;
      return open.label;
    }
    return std::nullopt;
  }
};

void tell_watcher(const Relations::Open& open, std::uint64_t number) noexcept {
  if (open.watcher != nullptr) AnyAnswerSide::tell(*open.watcher, number);
}

void forget_watchers(Process& process) noexcept {
  if (!process.relations) return;
  for (auto& [number, open] : process.relations->questions) open.watcher = nullptr;
}

AnyAnswer::AnyAnswer() : questions_(std::make_unique<Questions>()) {}

std::size_t AnyAnswer::watched() const noexcept { return questions_->watched.size(); }

AnyAnswer::~AnyAnswer() {
  MaybeCall runtime_call;
  Process* process = runtime_call.process();
  if (process == nullptr || !process->relations) return;
  for (std::uint64_t number : questions_->watched) {
    auto open = process->relations->questions.find(number);
    if (open != process->relations->questions.end() && open->second.watcher == this)
      open->second.watcher = nullptr;
  }
}

void AnyAnswer::watch(const OpenQuestion& question, std::uint64_t label) {
  RuntimeCall runtime_call("AnyAnswer::watch()");
  Process& process = runtime_call.process();
  enter_call(process, price::wait_for_any);
  Unbroken unbroken(process);
  std::uint64_t number = question.number_;
  Relations& relations = process.ensure_relations();
  if (process.question == number) {  // the place beside the others has no room for a watcher
    relations.questions.try_emplace(number).first->second.answer = std::move(process.reply);
    process.question = 0;
  }
  auto found = relations.questions.find(number);
  if (found == relations.questions.end()) return;  // another process's
  Relations::Open& open = found->second;
  if (open.watcher != nullptr && open.watcher != this) open.watcher->questions_->watched.erase(number);
  questions_->watched.insert(number);
  open.watcher = this;
  open.label = label;
  if (open.answer) questions_->answered.push_back(number);
}

std::optional<std::uint64_t> AnyAnswer::wait(Duration timeout) {
  RuntimeCall runtime_call("AnyAnswer::wait()");
  Process& process = runtime_call.process();
  enter_call(process, price::wait_for_any);
  WaitTimer timer(process);
  for (;;) {
    process.events &= static_cast<std::uint8_t>(~reply_event);
    handle_signals(process);
    if (auto label = AnyAnswerSide::take(process, *this)) return label;
    if (timeout <= Duration::zero() || (process.events & timeout_event) != 0) return std::nullopt;
    surface_exit(process);
    if (is_rejected(process)) return std::nullopt;  // in a destructor of an exit: EXT-5
    timer.start_once(timeout);
    wait_for(process, reply_event | timeout_event);
  }
}

namespace {

// The steps of a call, for who knows the asker already.

std::uint64_t open_question(Process& process) {
  enter_call(process, price::ask);
  surface_exit(process);
  std::uint64_t number = process.machine->new_reference(state_of(*process.worker));
  if (process.question == 0) {
    process.question = number;
  } else {
    Unbroken unbroken(process);
    process.ensure_relations().questions.try_emplace(number);
  }
  return number;
}

void close_question(Process& process, std::uint64_t number) noexcept {
  if (process.question == number) {
    process.question = 0;
    process.reply = Message();
  } else if (process.relations) {
    Unbroken unbroken(process);
    AnyAnswerSide::close(*process.relations, number);
  }
}

void send_question(Process& process, std::uint64_t number, Pid to, Message question) noexcept {
  if (is_rejected(process)) return;
  *static_cast<ReplyTo*>(question.payload()) = ReplyToMaker::make(*process.machine, process.pid(), number);
  Signal* signal = question.release_signal();
  signal->kind = request_kind;
  process.machine->deliver(to, signal, *process.worker);
}

Message& place_of(Process& process, std::uint64_t number) {
  if (process.question == number) return process.reply;
  return process.relations->questions.find(number)->second.answer;
}

Message wait_for_answer(Process& process, std::uint64_t number, Duration timeout) {
  WaitTimer timer(process);
  for (;;) {
    process.events &= static_cast<std::uint8_t>(~reply_event);
    handle_signals(process);
    Message& place = place_of(process, number);
    if (place) return std::move(place);
    if (timeout <= Duration::zero() || (process.events & timeout_event) != 0) return {};
    surface_exit(process);
    if (is_rejected(process)) return {};  // in a destructor of an exit: EXT-5
    timer.start_once(timeout);
    wait_for(process, reply_event | timeout_event);
  }
}

}  // namespace

OpenQuestion::OpenQuestion() : number_(open_question(RuntimeCall("call()").process())) {}

OpenQuestion::~OpenQuestion() {
  MaybeCall runtime_call;
  if (Process* process = runtime_call.process()) close_question(*process, number_);
}

ReplyTo OpenQuestion::reply_to() const {
  RuntimeCall runtime_call("call()");
  Process& process = runtime_call.process();
  return ReplyToMaker::make(*process.machine, process.pid(), number_);
}

void OpenQuestion::ask(Pid to, Message question) {
  send_question(RuntimeCall("call()").process(), number_, to, std::move(question));
}

Message OpenQuestion::wait(Duration timeout) {
  return wait_for_answer(RuntimeCall("call()").process(), number_, timeout);
}

Message ask_and_wait(Pid to, Message question, Duration timeout) {
  RuntimeCall runtime_call("call()");
  Process& process = runtime_call.process();
  if (to == process.pid()) {
    return make_message<Unanswered>(
        reply_kind, AnswerHeader{},
        ExitReason::error("throng: calling_self: a server that calls itself waits for ever"));
  }
  struct Open {
    Process& process;
    std::uint64_t number;
    ~Open() { close_question(process, number); }
  } open{process, open_question(process)};
  send_question(process, open.number, to, std::move(question));
  return wait_for_answer(process, open.number, timeout);
}

void destroy_reply_to(void* reply_to) noexcept { static_cast<ReplyTo*>(reply_to)->~ReplyTo(); }

void* value_in(const Message& answer, const MessageType& wanted) noexcept {
  return answer && same_type(*answer.get()->type, wanted) ? answer.payload() : nullptr;
}

ExitReason failure_of(const Message& answer, const MessageType& wanted, const MessageType& unanswered) {
  if (!answer) return ExitReason::timeout;
  if (same_type(*answer.get()->type, unanswered)) return static_cast<Unanswered*>(answer.payload())->reason;
  return ExitReason::error("throng: the answer is a " + std::string(answer.get()->type->name) +
                           ", but the question wants a " + std::string(wanted.name));
}

void fail_question(Machine& machine, const OpenAt& question, const ExitReason& reason) noexcept {
  ReplyToMaker::make(machine, question.asker, question.question).fail(reason);
}

void fail_orphans(Process& process, const ExitReason& reason) noexcept {
  std::vector<OpenAt> orphans = std::exchange(process.relations->orphans, {});
  for (const OpenAt& orphan : orphans) fail_question(*process.machine, orphan, reason);
}

}  // namespace detail
}  // namespace throng
