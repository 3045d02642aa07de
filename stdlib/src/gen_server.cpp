// The loop of all servers: init, dispatch by table, continue, time-outs, the end. See gen_server.hpp.
#include <throng/stdlib/gen_server.hpp>

#include <cstdio>
#include <throng/vm/timer.hpp>

namespace throng {
namespace detail {
namespace {

// What init's acknowledgement says; an init that throws says nothing, and the starter is told the exit
// reason.
struct Started {
  std::optional<Pid> already_started{};
};

// What stop() throws through a callback.
struct StopServer {
  ExitReason reason;
};

// A stop asked for from outside (GSV-9), and a time-out that set_timeout() asked for.
struct StopRequest {
  using Reply = void;
  ExitReason reason;
};
struct TimeoutOf {
  std::uint32_t number;
};

}  // namespace

void ServerLoop::start() {
  if (options_->trap_exit) trap_exit(true);
  if (!options_->name.empty()) {
    try {
      register_name(options_->name, self());
    } catch (const BadName&) {
      starter.answer(Started{whereis(options_->name)});
      throng::exit(ExitReason::normal);
    }
  }
  try {
    construct();
  } catch (StopServer& stop) {
    throng::exit(std::move(stop.reason));
  }
  options_.reset();
  starter.answer(Started{});
  guarded([this] { after_callback(); });
}

void ServerLoop::handle(ReceivedMessage& message) {
  if (has_timeout_) {
    auto* mine = message.as<TimeoutOf>();
    if (mine != nullptr && mine->number != timeout_number_) return;  // of an earlier wait
    has_timeout_ = false;
    cancel(timeout_);
  } else if (message.as<TimeoutOf>() != nullptr) {
    return;
  }
  guarded([&] {
    dispatch(message.type(), message.payload());
    after_callback();
  });
}

void ServerLoop::dispatch(const MessageType& type, void* payload) {
  for (const Route& route : type_.routes) {
    if (same_type(*route.type, type)) {
      route.handle(*this, server(), payload);
      return;
    }
  }
  if (same_type(type, message_type_of<Exit>)) {
    auto& exit = *static_cast<Exit*>(payload);
    if (exit.from == parent_) throw StopServer{exit.reason};  // GSV-7
  }
  if (same_type(type, message_type_of<Question<StopRequest>>)) {
    auto& question = *static_cast<Question<StopRequest>*>(payload);
    ExitReason reason = std::move(question.message.reason);
    starter = std::move(question.reply_to);  // answered when terminate() has run
    throw StopServer{std::move(reason)};
  }
  if (same_type(type, message_type_of<TimeoutOf>)) {
    gen_server::Timeout timeout;
    dispatch(message_type_of<gen_server::Timeout>, &timeout);
    return;
  }
  std::fprintf(stderr, "throng: server %s (%s) got a message it does not list and drops it: %.*s\n",
               self().text().c_str(), std::string(type_.name).c_str(), static_cast<int>(type.name.size()),
               type.name.data());
}

// What a callback left to do before the next message: continues, then a stop.
void ServerLoop::after_callback() {
  while (!continues_.empty() && !stop_) {
    Continue next = std::move(continues_.front());
    continues_.erase(continues_.begin());
    next.handle(*this, server(), next.message.payload());
  }
  if (stop_) throw StopServer{*std::exchange(stop_, std::nullopt)};
}

// terminate() has the last word, unless the server is ended by others (GSV-7).
template <class Callback>
void ServerLoop::guarded(Callback callback) {
  std::optional<ExitReason> reason;
  try {
    callback();
    return;
  } catch (StopServer& stop) {
    reason = std::move(stop.reason);
  } catch (...) {
    reason = reason_in_flight();
    if (!reason) throw;
    if (type_.terminate != nullptr) type_.terminate(server(), *reason);
    throw;
  }
  finish(*reason);
}

void ServerLoop::finish(const ExitReason& reason) {
  if (type_.terminate != nullptr) type_.terminate(server(), reason);
  throng::exit(reason);
}

void ServerLoop::set_timeout(Duration timeout) {
  if (has_timeout_) cancel(timeout_);
  has_timeout_ = timeout != forever;
  if (has_timeout_) timeout_ = send_after(timeout, self(), TimeoutOf{++timeout_number_});
}

Expected<Spawned, StartError> start_server(std::unique_ptr<ServerLoop> loop,
                                           const gen_server::StartOptions& options, bool link, bool monitor) {
  OpenQuestion open;
  loop->starter = open.reply_to();
  Spawned spawned = spawn_resident({options.spawn, link, monitor}, std::move(loop));
  using Answer = Answered<Started>;
  Message answer = open.wait(options.timeout);
  auto* started = static_cast<Answer*>(value_in(answer, message_type_of<Answer>));
  if (started != nullptr && !started->value.already_started) return spawned;
  StartError error{ExitReason::timeout, {}};
  if (started != nullptr) {
    error.already_started = started->value.already_started;
    error.reason =
        ExitReason::error("throng: already_started: " + error.already_started->text() + " has the name");
  } else if (answer) {
    error.reason = failure_of(answer, message_type_of<Answer>, message_type_of<Unanswered>);
  } else {
    if (link) unlink(spawned.process);
    exit(spawned.process, ExitReason::kill);
  }
  // Gone before anybody hears of the failure (GSV-1).
  if (monitor) demonitor(spawned.monitor, true);
  while (is_alive(spawned.process)) yield();
  return Unexpected(std::move(error));
}

ServerLoop& this_server(const char* call) {
  auto* loop = dynamic_cast<ServerLoop*>(current_resident());
  if (loop == nullptr)
    throw std::logic_error(std::string("throng: ") + call + " is for the callbacks of a server");
  return *loop;
}

}  // namespace detail

namespace gen_server {

void stop(ExitReason reason) {
  detail::this_server("gen_server::stop()");
  throw detail::StopServer{std::move(reason)};
}

void stop_after_reply(ExitReason reason) {
  detail::this_server("gen_server::stop_after_reply()").stop_later(std::move(reason));
}

void set_timeout(Duration timeout) { detail::this_server("gen_server::set_timeout()").set_timeout(timeout); }

void stop_server(Pid server, ExitReason reason, Duration timeout) {
  ReceiveMark mark;
  Monitor watch = monitor(server);
  detail::OpenQuestion open;
  open.ask(server, detail::question_of(open.reply_to(), detail::StopRequest{reason}));
  bool ended = receive_after(
      mark, when([&](const Down& down) { return down.monitor == watch; }, [](Down) { return true; }),
      after(timeout, [] { return false; }));
  if (!ended) {
    demonitor(watch, true);
    throw CallFailed(ExitReason::timeout);
  }
}

}  // namespace gen_server
}  // namespace throng
