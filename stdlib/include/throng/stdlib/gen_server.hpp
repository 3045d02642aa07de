// Servers: a class whose constructor is init, whose handlers answer, whose destructor cleans up. Between two
// messages a server rests and owns no stack; one compiled loop serves them all, and what a class takes is a
// table.
//
//   handle_call(Request) → Reply, or handle_call(Request, From<Request>) → void, which answers later
//   handle_cast(Message), handle_info(Message), handle_continue(Message)
//   terminate(const ExitReason&): on stop, on an error, on the parent's exit where exits are trapped (GSV-7)
//   hibernate(): after StartOptions::hibernate_after without a message
//   format_status() const → text: what reports and sys show of the state
//
// Thread: in a process, except where it says otherwise.
#pragma once

#include <throng/stdlib/behaviour.hpp>
#include <throng/stdlib/server_ref.hpp>
#include <throng/stdlib/server_table.hpp>
#include <throng/vm/runtime.hpp>
#include <throng/vm/timer.hpp>
#include <tuple>

namespace throng {

namespace gen_server {

using throng::StartOptions;

// What handle_info(Timeout) gets where set_timeout() was called and no message came in time (GSV-5).
struct Timeout {};

// -- for callbacks, each in the server's own process

// Ends the server after terminate(reason); in a call, the caller is told the reason.
[[noreturn]] void stop(ExitReason reason = ExitReason::normal);
// The same once the callback has returned, so that its answer is sent first (GSV-3).
void stop_after_reply(ExitReason reason = ExitReason::normal);
// In a constructor: nothing shall run, and nothing is wrong; a supervisor keeps the child as one that does
// not run.
[[noreturn]] void ignore();
// In a constructor: the start fails with this reason, and quietly: the process ends normally (GSV-1).
[[noreturn]] void refuse(ExitReason reason);
// If no message arrives within that time, handle_info(Timeout) runs; any message cancels it.
void set_timeout(Duration timeout);

}  // namespace gen_server

namespace detail {

struct TimeoutOf {
  std::uint32_t number;
};

// What every server is at run time; ServerOf<S> adds the object itself.
class ServerLoop : public Behaviour {
 public:
  ServerLoop(const ServerType& type, const StartOptions& options, Pid parent)
      : Behaviour(options, parent), type_(type) {}

  void set_timeout(Duration timeout);

  std::string_view type_name() const noexcept final { return type_.name; }
  std::string status_text() final { return type_.status != nullptr ? type_.status(state()) : std::string(); }

 protected:
  bool take(ReceivedMessage& message) final;
  Pid client_of(const ReceivedMessage& message) const final;
  void terminate(const ExitReason& reason) final {
    if (type_.terminate != nullptr) type_.terminate(state(), reason);
  }
  void hibernate() final {
    if (type_.hibernate != nullptr) type_.hibernate(state());
  }

 private:
  bool dispatch(const MessageType& type, void* payload);

  const ServerType& type_;
  TimerId timeout_;
  std::uint32_t timeout_number_ = 0;
  bool has_timeout_ = false;
};

template <class S, class... Args>
class ServerOf final : public ServerLoop {
 public:
  template <class... As>
  ServerOf(const StartOptions& options, Pid parent, As&&... args)
      : ServerLoop(server_type_of<S>, options, parent),
        arguments_(new std::tuple<Args...>(std::forward<As>(args)...)) {}
  ServerOf(const StartOptions& options, Pid parent) requires(sizeof...(Args) == 0)
      : ServerLoop(server_type_of<S>, options, parent) {}
  ~ServerOf() override {
    if constexpr (sizeof...(Args) > 0) delete arguments_;
    if (is_constructed_) server_.~S();
  }

 private:
  void init() override {
    if constexpr (sizeof...(Args) > 0) {
      std::apply([this](Args&... args) { ::new (place()) S(std::move(args)...); }, *arguments_);
      delete std::exchange(arguments_, nullptr);
    } else {
      ::new (place()) S();
    }
    is_constructed_ = true;
  }
  void* place() noexcept { return &server_; }
  void* state() noexcept override { return &server_; }

  // By hand, since compilers build a smart pointer and an optional anew for every class of a program.
  std::tuple<Args...>* arguments_ = nullptr;  // owned, until it is constructed
  union {
    S server_;
  };
  bool is_constructed_ = false;
};

// Between a start and the assertions of require_server stand few functions: each is three lines in a
// compiler's explanation of a mistake.
template <class S>
struct ServerMaker {
  template <class... Args>
  static constexpr bool takes = std::is_constructible_v<S, Args...>;
  // Optional: says what is wrong with the class itself.
  static constexpr bool check() { return require_server<S>(); }
  template <class... Args>
  static std::unique_ptr<Behaviour> make(const StartOptions& options, Pid parent, Args&&... args) {
    (require_sendable<Kept<Args>>(), ...);
    constexpr bool fits = takes<Kept<Args>...>;
    static_assert(fits, "throng: these arguments do not match any constructor of the server");
    if constexpr (require_server<S>() && fits) {
      return std::unique_ptr<Behaviour>(
          new ServerOf<S, Kept<Args>...>(options, parent, std::forward<Args>(args)...));
    } else {
      return nullptr;
    }
  }
};

// How the behaviour is made that a class of the user's describes. State machines have their own.
template <class S>
struct BehaviourMaker : ServerMaker<S> {};

template <class Maker, class... Args>
Expected<Spawned, StartError> try_start(const StartOptions& options, Attach attach, Args&&... args) {
  return start_behaviour(Maker::make(options, parent_for(attach), std::forward<Args>(args)...), options,
                         attach);
}

template <class T>
concept NotStartOptions = !std::is_same_v<std::remove_cvref_t<T>, StartOptions>;

// As its reference; the start functions of servers and of state machines.
template <class S, class Maker, class... Args>
Expected<ServerRef<S>, StartError> try_start_ref(const StartOptions& options, bool link, Args&&... args) {
  return started_as<ServerRef<S>>(try_start<Maker>(options, {.link = link}, std::forward<Args>(args)...));
}
template <class S, class Maker, class... Args>
ServerRef<S> start_ref(const StartOptions& options, bool link, Args&&... args) {
  Spawned spawned = or_start_failed(try_start<Maker>(options, {.link = link}, std::forward<Args>(args)...));
  return ServerRef<S>(spawned.process);
}

}  // namespace detail

namespace gen_server {

// Errors: StartFailed.
template <class S, class... Args>
requires((detail::NotStartOptions<Args> && ...)) ServerRef<S> start(Args&&... args) {
  return detail::start_ref<S, detail::ServerMaker<S>>({}, false, std::forward<Args>(args)...);
}
template <class S, class... Args>
ServerRef<S> start(StartOptions options, Args&&... args) {
  return detail::start_ref<S, detail::ServerMaker<S>>(options, false, std::forward<Args>(args)...);
}
template <class S, class... Args>
requires((detail::NotStartOptions<Args> && ...)) ServerRef<S> start_link(Args&&... args) {
  return detail::start_ref<S, detail::ServerMaker<S>>({}, true, std::forward<Args>(args)...);
}
template <class S, class... Args>
ServerRef<S> start_link(StartOptions options, Args&&... args) {
  return detail::start_ref<S, detail::ServerMaker<S>>(options, true, std::forward<Args>(args)...);
}

// The same with the failure as a value.
template <class S, class... Args>
Expected<ServerRef<S>, StartError> try_start_link(StartOptions options, Args&&... args) {
  return detail::try_start_ref<S, detail::ServerMaker<S>>(options, true, std::forward<Args>(args)...);
}
template <class S, class... Args>
Expected<ServerRef<S>, StartError> try_start(StartOptions options, Args&&... args) {
  return detail::try_start_ref<S, detail::ServerMaker<S>>(options, false, std::forward<Args>(args)...);
}

// Linked to nobody but watched: the server and the monitor made together with it.
template <class S>
struct Monitored {
  ServerRef<S> server;
  Monitor monitor;
};
template <class S, class... Args>
Monitored<S> start_monitor(StartOptions options, Args&&... args) {
  Spawned spawned = detail::or_start_failed(
      detail::try_start<detail::ServerMaker<S>>(options, {.monitor = true}, std::forward<Args>(args)...));
  return {ServerRef<S>(spawned.process), spawned.monitor};
}

// For a process body to return: the process, a plain one until now, goes on as a server, and who spawned it
// is the parent whose exit it follows (GSV-11). Of the options the name, trap_exit and hibernate_after count.
template <class S, class... Args>
[[nodiscard]] detail::Rest enter_loop(StartOptions options, Args&&... args) {
  return become(detail::ServerMaker<S>::make(std::move(options), detail::parent_of_caller(),
                                             std::forward<Args>(args)...));
}

// For callbacks, with *this: server.handle_continue(message) runs before any other message, also right after
// init, and may ask for more (GSV-4).
template <class S, class M>
void continue_with(S&, M&& message) {
  using Stored = std::decay_t<M>;
  static_assert(
      requires(S & server, Stored next) { server.handle_continue(std::move(next)); },
      "throng: continue_with() needs a handle_continue taking this message");
  detail::this_behaviour("gen_server::continue_with()")
      .continue_with(detail::make_message<Stored>(detail::message_kind, std::forward<M>(message)),
                     [](void* server, void* payload) {
                       static_cast<S*>(server)->handle_continue(std::move(*static_cast<Stored*>(payload)));
                     });
}

// Asks the server to stop and waits until it has: terminate() runs. Errors: CallFailed with noproc, timeout,
// or the reason that it ended with instead (GSV-9).
template <class Server>
void stop(const Server& server, ExitReason reason = ExitReason::normal, Duration timeout = detail::forever) {
  detail::stop_and_wait(detail::pid_of(server), std::move(reason), timeout);
}

// One question to many servers, the answers in their order; who does not answer in time has failed with
// `timeout`, and its late answer is dropped (GSV-9).
template <class Servers, class M>
auto multi_call(const Servers& servers, const M& message, Duration timeout = default_call_timeout) {
  std::vector<PendingCall<typename M::Reply>> open;
  for (const auto& server : servers) open.push_back(server.send_request(message));
  std::vector<Expected<typename M::Reply, CallError>> answers;
  auto deadline = detail::deadline_after(timeout);
  for (auto& call : open) answers.push_back(call.receive(detail::time_left(deadline)));
  return answers;
}

}  // namespace gen_server

namespace detail {

template <class S>
struct StartFromHost {
  template <class... Args>
  static ServerRef<S> start(Runtime& runtime, Args&&... args) {
    return or_start_failed(runtime.run([](Kept<Args>... kept) { return begin(std::move(kept)...); },
                                       std::forward<Args>(args)...));
  }

 private:
  template <class... Args>
  static Expected<ServerRef<S>, StartError> begin(StartOptions options, Args... args) {
    return try_start_ref<S, BehaviourMaker<S>>(options, false, std::move(args)...);
  }
  template <class... Args>
  requires((NotStartOptions<Args> && ...)) static Expected<ServerRef<S>, StartError> begin(Args... args) {
    return begin(StartOptions{}, std::move(args)...);
  }
};

}  // namespace detail
}  // namespace throng
