// The loop of all behaviours: init, one message after another, continues, holding, the end.
#include <throng/stdlib/behaviour.hpp>

#include <throng/stdlib/logger.hpp>
#include <throng/vm/inspect.hpp>
#include <throng/vm/process.hpp>
#include <throng/vm/timer.hpp>

#include "debug.hpp"

namespace throng {
namespace {

using detail::forever;
using detail::Question;
using detail::StopBehaviour;

struct LookWhetherIdle {};

void append_log(detail::Debug& debug, std::string line) {
  if (debug.log_limit == 0) return;
  if (debug.log.size() >= debug.log_limit) debug.log.pop_front();
  debug.log.push_back(std::move(line));
}

void note_message(const Behaviour& behaviour, detail::Debug& debug, const ReceivedMessage& message) {
  debug.messages_in += debug.statistics ? 1 : 0;
  if (!debug.trace && debug.log_limit == 0) return;
  std::string line = std::string(behaviour.type_name()) + " got " + std::string(message.type().name);
  if (debug.trace) {
    logger::report(logger::Level::notice, "sys: " + self().text() + " " + line, {{"report", "trace"}});
  }
  append_log(debug, std::move(line));
}

}  // namespace

Behaviour::Behaviour(const StartOptions& options, Pid parent)
    : options_(std::make_unique<StartOptions>(options)), parent_(parent) {}

void Behaviour::start() {
  StartOptions& options = *options_;
  if (options.trap_exit) trap_exit(true);
  hibernate_after_ = options.hibernate_after;
  claim_name();
  run_init();
  options_.reset();
  if (starter) starter.answer(detail::Started{});
  if (hibernate_after_ != forever) look_later();
  guarded([this] { after_callback(); }, nullptr);
}

// A start that fails leaves no trace: not even an exit signal for who started it, who is told by the answer.
// A process that was a plain one before has nobody who waits, and ends as any other.
void Behaviour::leave_parent() {
  if (starter) unlink(parent_);
}

void Behaviour::claim_name() {
  if (!options_->name) return;
  std::optional<Pid> holder;
  try {
    holder = options_->name.claim();
  } catch (const BadName&) {
    leave_parent();
    throw;
  }
  if (!holder) return;
  if (!starter) throw BadName("throng: already_started: " + holder->text() + " has the name");
  leave_parent();
  starter.answer(detail::Started{holder, {}, false});
  throng::exit(ExitReason::normal);
}

void Behaviour::run_init() {
  try {
    init();
  } catch (StopBehaviour& stop) {
    leave_parent();
    if (!stop.reason.is_error()) report_end(stop.reason, nullptr);
    throng::exit(std::move(stop.reason));
  } catch (detail::RefuseStart& refusal) {
    if (!starter) throng::exit(refusal.reason.value_or(ExitReason::normal));
    leave_parent();
    starter.answer(detail::Started{{}, refusal.reason, !refusal.reason});
    throng::exit(ExitReason::normal);
  } catch (...) {
    if (std::optional<ExitReason> reason = reason_in_flight()) {
      leave_parent();
      if (!reason->is_error()) report_end(*reason, nullptr);  // an error is a crash, and reported as such
    }
    throw;
  }
}

void Behaviour::handle(ReceivedMessage& message) {
  // Its own message is nobody else's: it cancels no time-out.
  if (hibernate_after_ != forever && message.as<LookWhetherIdle>() != nullptr) {
    guarded([this] { look_whether_idle(); }, nullptr);
    return;
  }
  ++handled_;
  if (std::exchange(hibernates_, false)) look_later();
  if (debug_) note_message(*this, *debug_, message);
  guarded(
      [&] {
        take_or_report(message);
        after_callback();
      },
      &message);
}

void Behaviour::take_or_report(ReceivedMessage& message) {
  if (take(message) || take_of_library(message)) return;
  logger::report(logger::Level::error, std::string(type_name()) + " " + self().text() +
                                           " got a message that it does not list, and drops it: " +
                                           std::string(message.type().name));
}

// What every behaviour takes. Exits of others than the parent are the behaviour's own affair.
bool Behaviour::take_of_library(ReceivedMessage& message) {
  if (auto* exit = message.as<Exit>()) {
    if (exit->from != parent_ || !parent_) return false;
    throw StopBehaviour{exit->reason};  // GSV-7
  }
  if (auto* request = message.as<Question<detail::SysRequest>>()) {
    request->message.action->act(*this, std::move(request->reply_to));
    if (suspended_) wait_while_suspended();
    return true;
  }
  if (auto* request = message.as<Question<detail::StopRequest>>()) {
    starter = std::move(request->reply_to);  // answered by the end
    throw StopBehaviour{std::move(request->message.reason)};
  }
  return false;
}

// Without a clock for each message: nothing came between two looks. Who hibernates looks no more until the
// next message.
void Behaviour::look_whether_idle() {
  hibernates_ = handled_ == handled_before_;
  if (!hibernates_) return look_later();
  hibernate();
  after_callback();
}

void Behaviour::look_later() {
  handled_before_ = handled_;
  send_after(hibernate_after_, self(), LookWhetherIdle{});
}

// Only sys and the parent are heard; everything else waits in the queue, in order (SYS-1).
void Behaviour::wait_while_suspended() {
  while (suspended_) {
    receive(
        [this](Question<detail::SysRequest> request) {
          request.message.action->act(*this, std::move(request.reply_to));
        },
        when([this](const Exit& exit) { return exit.from == parent_; },
             [](Exit exit) { throw StopBehaviour{std::move(exit.reason)}; }),
        [this](Question<detail::StopRequest> request) {
          starter = std::move(request.reply_to);
          throw StopBehaviour{std::move(request.message.reason)};
        });
  }
}

void Behaviour::continue_with(detail::Message message, ContinueFunction next) {
  continues_.push_back({std::move(message), next});
}

// What a callback left to do before the next message: continues, then a stop (GSV-3, GSV-4).
void Behaviour::after_callback() {
  while (!continues_.empty() && !stop_) {
    Continue next = std::move(continues_.front());
    continues_.erase(continues_.begin());
    next.function(state(), next.message.payload());
  }
  if (stop_) throw StopBehaviour{*std::exchange(stop_, std::nullopt)};
}

// terminate() has the last word, unless the behaviour is ended by others (GSV-7). It runs while the exception
// is being handled: questions that the callback dropped on its way out get the reason of the end.
template <class Callback>
void Behaviour::guarded(Callback callback, const ReceivedMessage* message) {
  try {
    callback();
  } catch (StopBehaviour& stop) {
    report_end(stop.reason, message);
    finish(stop.reason);
  } catch (...) {
    std::optional<ExitReason> reason = reason_in_flight();
    if (!reason) throw;
    report_end(*reason, message);
    terminate(*reason);
    throw;
  }
}

void Behaviour::finish(const ExitReason& reason) {
  terminate(reason);
  throng::exit(reason);
}

namespace {

// What can be said of it without waiting for it: it waits for this server.
std::string text_of_client(Pid client) {
  std::optional<ProcessBrief> brief = process_brief(client);
  return brief ? throng::text_of(client, *brief) : client.text() + " (ended)";
}

}  // namespace

// GSV-8: an end that was asked for is nobody's business.
void Behaviour::report_end(const ExitReason& reason, const ReceivedMessage* message) {
  if (detail::is_expected_end(reason) || !logger::is_wanted(logger::Level::error)) return;
  logger::Fields fields{{"report", "terminated"}, {"reason", reason.text()}};
  if (message != nullptr) {
    fields.emplace_back("last_message", message->type().name);
    if (Pid client = client_of(*message)) fields.emplace_back("client", text_of_client(client));
  }
  if (!options_) {  // there is a state
    if (std::string status = status_text(); !status.empty()) fields.emplace_back("state", std::move(status));
  }
  if (debug_) {
    for (const std::string& line : debug_->log) fields.emplace_back("log", line);
  }
  logger::report(logger::Level::error,
                 std::string(type_name()) + " " + self().text() + " terminates: " + reason.text(),
                 std::move(fields));
}

Behaviour::~Behaviour() = default;

detail::Debug& Behaviour::debug() {
  if (!debug_) debug_ = std::make_unique<detail::Debug>();
  return *debug_;
}

namespace detail {

Behaviour& this_behaviour(const char* call) {
  auto* behaviour = dynamic_cast<Behaviour*>(current_resident());
  if (behaviour == nullptr)
    throw std::logic_error(std::string("throng: ") + call + " is for the callbacks of a server");
  return *behaviour;
}

StartError start_error_of(const Message& answer) {
  using Answer = Answered<Started>;
  StartError error{ExitReason::timeout};
  auto* started = static_cast<Answer*>(value_in(answer, message_type_of<Answer>));
  if (started == nullptr) {
    error.reason = failure_of(answer, message_type_of<Answer>, message_type_of<Unanswered>);
  } else if (started->value.already_started) {
    error.already_started = started->value.already_started;
    error.reason =
        ExitReason::error("throng: already_started: " + error.already_started->text() + " has the name");
  } else {
    error.ignored = started->value.ignored;
    error.reason = started->value.refused.value_or(ExitReason::normal);
  }
  return error;
}

bool is_started(const Message& answer) {
  using Answer = Answered<Started>;
  auto* started = static_cast<Answer*>(value_in(answer, message_type_of<Answer>));
  return started != nullptr && !started->value.already_started && !started->value.refused &&
         !started->value.ignored;
}

Expected<Spawned, StartError> start_behaviour(std::unique_ptr<Behaviour> behaviour,
                                              const StartOptions& options, Attach attach) {
  OpenQuestion open;
  behaviour->starter = open.reply_to();
  throng::ReceiveMark mark;
  Spawned spawned = spawn_resident({options.spawn, attach.link, attach.monitor}, std::move(behaviour));
  Message answer = open.wait(options.timeout);
  if (is_started(answer)) return spawned;
  StartError error = start_error_of(answer);
  clear_away(mark, spawned, attach, !answer);
  return Unexpected(std::move(error));
}

void clear_away(const throng::ReceiveMark& mark, const Spawned& failed, Attach attach, bool still_runs) {
  if (attach.link) unlink(failed.process);
  if (still_runs) exit(failed.process, ExitReason::kill);
  if (attach.monitor) demonitor(failed.monitor, true);
  wait_for_down(mark, monitor(failed.process), forever);
  if (!attach.link) return;
  // It may have ended by others' doing before it could unlink.
  receive_after(mark, when([&failed](const Exit& exit) { return exit.from == failed.process; }, [](Exit) {}),
                after(Duration::zero(), [] {}));
}

Pid parent_of_caller() { return process_info(self())->parent; }

Pid parent_for(Attach attach) { return attach.link ? self() : Pid(); }

std::optional<ExitReason> wait_for_down(const throng::ReceiveMark& mark, Monitor watch, Duration timeout) {
  return receive_after(mark,
                       when([watch](const Down& down) { return down.monitor == watch; },
                            [](Down down) { return std::optional(std::move(down.reason)); }),
                       after(timeout, [] { return std::optional<ExitReason>(); }));
}

bool is_expected_end(const ExitReason& reason) noexcept {
  return reason.is_normal() || reason.is_shutdown() || reason == ExitReason::killed;
}

void stop_and_wait(Pid behaviour, ExitReason reason, Duration timeout) {
  if (behaviour == self())
    throw CallFailed(ExitReason::error("throng: calling_self: a server that waits for its own end"));
  throng::ReceiveMark mark;
  Monitor watch = monitor(behaviour);
  OpenQuestion open;
  open.ask(behaviour, question_of(StopRequest{reason}));
  std::optional<ExitReason> end = wait_for_down(mark, watch, timeout);
  if (!end) {
    demonitor(watch, true);
    throw CallFailed(ExitReason::timeout);
  }
  if (*end != reason) throw CallFailed(*std::move(end));
}

}  // namespace detail
}  // namespace throng
