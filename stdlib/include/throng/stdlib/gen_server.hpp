// Servers: a class whose constructor is init, whose handlers answer, whose destructor cleans up. Between two
// messages a server rests and owns no stack; one compiled loop, ServerLoop, serves them all, and what a class
// takes is a table.
//
//   handle_call(Request) → Reply, or handle_call(Request, From<Request>) → void, which answers later
//   handle_cast(Message), handle_info(Message), handle_continue(Message)
//   terminate(const ExitReason&): on stop, on an error, on the parent's exit where exits are trapped (GSV-7)
#pragma once

#include <span>
#include <throng/stdlib/server_ref.hpp>
#include <throng/vm/resident.hpp>
#include <tuple>

namespace throng {

// Why a server could not be started; by the time it is seen, the process is gone and its name free (GSV-1).
struct StartError {
  ExitReason reason;
  std::optional<Pid> already_started{};  // who has the name
};
// Thrown by start functions; uncaught, the caller ends with the reason.
class StartFailed : public ExitsWith {
 public:
  explicit StartFailed(StartError error)
      : ExitsWith(error.reason, "throng: the server did not start: " + error.reason.text()),
        error_(std::move(error)) {}
  const StartError& error() const noexcept { return error_; }

 private:
  StartError error_;
};

namespace gen_server {

struct StartOptions {
  std::string name{};                  // registered before init; empty: none
  Duration timeout = detail::forever;  // of init; a slow one is killed
  bool trap_exit = false;
  SpawnOptions spawn{};
  // Rests for that long without a message: gives back what memory it can.
  Duration hibernate_after = detail::forever;
};

// What handle_info(Timeout) gets where set_timeout() was called and no message came in time (GSV-5).
struct Timeout {};

// -- for callbacks, each in the server's own process

// Ends the server after terminate(reason); in a call, the caller is told the reason.
[[noreturn]] void stop(ExitReason reason = ExitReason::normal);
// The same once the callback has returned, so that its answer is sent first (GSV-3).
void stop_after_reply(ExitReason reason = ExitReason::normal);
// If no message arrives within that time, handle_info(Timeout) runs; any message cancels it.
void set_timeout(Duration timeout);

}  // namespace gen_server

namespace detail {

class ServerLoop;

// One message that a server takes, erased.
struct Route {
  const MessageType* type;
  void (*handle)(ServerLoop& loop, void* server, void* payload);
};

struct ServerType {
  std::string_view name;
  std::span<const Route> routes;
  void (*terminate)(void* server, const ExitReason& reason);  // null: nothing to do
};

// What every server is at run time; ServerOf<S> adds the object itself.
class ServerLoop : public Resident {
 public:
  ServerLoop(const ServerType& type, gen_server::StartOptions options, Pid parent)
      : type_(type),
        options_(std::make_unique<gen_server::StartOptions>(std::move(options))),
        parent_(parent) {}

  void start() final;
  void handle(ReceivedMessage& message) final;

  ReplyTo starter;  // told when init is through

  void stop_later(ExitReason reason) { stop_ = std::move(reason); }
  void set_timeout(Duration timeout);
  // What is to be done before the next message (GSV-4).
  void continue_with(Message message, void (*next)(ServerLoop&, void* server, void* payload)) {
    continues_.push_back({std::move(message), next});
  }

 protected:
  virtual void construct() = 0;
  virtual void* server() noexcept = 0;

 private:
  void dispatch(const MessageType& type, void* payload);
  void after_callback();
  [[noreturn]] void finish(const ExitReason& reason);
  template <class Callback>
  void guarded(Callback callback);

  const ServerType& type_;
  std::unique_ptr<gen_server::StartOptions> options_;  // until it has started
  Pid parent_;
  struct Continue {
    Message message;
    void (*handle)(ServerLoop& loop, void* server, void* payload);
  };
  std::vector<Continue> continues_;
  std::optional<ExitReason> stop_;
  TimerId timeout_;
  std::uint32_t timeout_number_ = 0;
  bool has_timeout_ = false;
};

// The loop of the server whose callback runs. Throws std::logic_error, naming `call`, elsewhere.
ServerLoop& this_server(const char* call);

// -- the table of a class

template <class S, class M>
concept AnswersLater = requires(S& server, M message, From<M> from) {
  server.handle_call(std::move(message), std::move(from));
};
template <class S, class M>
concept AnswersNow = requires(S& server, M message) {
  server.handle_call(std::move(message));
};
template <class S, class M>
concept TakesCast = requires(S& server, M message) {
  server.handle_cast(std::move(message));
};
template <class S, class M>
concept TakesInfo = requires(S& server, M message) {
  server.handle_info(std::move(message));
};

template <class S, class M>
void route_call(ServerLoop&, void* server, void* payload) {
  auto& question = *static_cast<Question<M>*>(payload);
  auto& self = *static_cast<S*>(server);
  if constexpr (AnswersLater<S, M>) {
    self.handle_call(std::move(question.message), From<M>(std::move(question.reply_to)));
  } else if constexpr (AnswersNow<S, M>) {
    using Reply = typename M::Reply;
    if constexpr (std::is_void_v<Reply>) {
      self.handle_call(std::move(question.message));
      question.reply_to.answer(Acknowledged{});
    } else {
      static_assert(std::is_convertible_v<decltype(self.handle_call(std::move(question.message))), Reply>,
                    "throng: the handler returns something that does not convert to the message's Reply");
      if constexpr (std::is_convertible_v<decltype(self.handle_call(std::move(question.message))), Reply>)
        question.reply_to.answer(Reply(self.handle_call(std::move(question.message))));
    }
  } else {
    static_assert(AnswersNow<S, M>,
                  "throng: a message listed in this server's Protocol has no handler taking it");
  }
}

template <class S, class M>
void route_cast(ServerLoop&, void* server, void* payload) {
  static_assert(TakesCast<S, M>,
                "throng: a message listed in this server's Protocol has no handler taking it");
  if constexpr (TakesCast<S, M>) static_cast<S*>(server)->handle_cast(std::move(*static_cast<M*>(payload)));
}

template <class S, class M>
void route_info(ServerLoop&, void* server, void* payload) {
  static_assert(TakesInfo<S, M>,
                "throng: a message listed in this server's Info has no handle_info taking it");
  if constexpr (TakesInfo<S, M>) static_cast<S*>(server)->handle_info(std::move(*static_cast<M*>(payload)));
}

template <class S, class M>
constexpr Route protocol_route() {
  if constexpr (IsCall<M>) {
    return {&message_type_of<Question<M>>, route_call<S, M>};
  } else {
    return {&message_type_of<M>, route_cast<S, M>};
  }
}

template <class S, class... Ps, class... Is>
constexpr auto make_routes(Messages<Ps...>, Messages<Is...>) {
  return std::array<Route, sizeof...(Ps) + sizeof...(Is)>{protocol_route<S, Ps>()...,
                                                          Route{&message_type_of<Is>, route_info<S, Is>}...};
}

template <class S>
struct RoutesOf {
  static_assert(HasProtocol<S>, "throng: a server lists its messages: using Protocol = Messages<...>");
  static constexpr auto routes = make_routes<S>(typename S::Protocol{}, typename InfoOf<S>::type{});
};

template <class S>
void call_terminate(void* server, const ExitReason& reason) {
  static_cast<S*>(server)->terminate(reason);
}

template <class S>
constexpr ServerType describe_server() {
  ServerType type{type_name<S>(), RoutesOf<S>::routes, nullptr};
  if constexpr (requires(S & server, const ExitReason& reason) { server.terminate(reason); })
    type.terminate = call_terminate<S>;
  return type;
}
template <class S>
inline constexpr ServerType server_type_of = describe_server<S>();

template <class S, class... Args>
class ServerOf final : public ServerLoop {
 public:
  template <class... As>
  ServerOf(gen_server::StartOptions options, Pid parent, As&&... args)
      : ServerLoop(server_type_of<S>, std::move(options), parent),
        arguments_(std::make_unique<std::tuple<Args...>>(std::forward<As>(args)...)) {}

 private:
  void construct() override {
    std::apply([this](auto&&... args) { server_.emplace(std::move(args)...); }, std::move(*arguments_));
    arguments_.reset();
  }
  void* server() noexcept override { return &*server_; }

  std::unique_ptr<std::tuple<Args...>> arguments_;  // until it is constructed
  std::optional<S> server_;
};

// Spawns, waits for init. The pid, or why there is none.
Expected<Spawned, StartError> start_server(std::unique_ptr<ServerLoop> loop,
                                           const gen_server::StartOptions& options, bool link, bool monitor);

template <class S, class... Args>
Expected<Spawned, StartError> try_start_server(gen_server::StartOptions options, bool link, bool monitor,
                                               Args&&... args) {
  (require_sendable<Kept<Args>>(), ...);
  static_assert(std::is_constructible_v<S, Kept<Args>...>,
                "throng: these arguments do not match any constructor of the server");
  auto loop = std::make_unique<ServerOf<S, Kept<Args>...>>(options, self(), std::forward<Args>(args)...);
  return start_server(std::move(loop), options, link, monitor);
}

inline Spawned or_throw(Expected<Spawned, StartError> started) {
  if (!started) throw StartFailed(std::move(started).error());
  return *started;
}

template <class T>
concept NotStartOptions = !std::is_same_v<std::remove_cvref_t<T>, gen_server::StartOptions>;

}  // namespace detail

namespace gen_server {

template <class S, class... Args>
requires((detail::NotStartOptions<Args> && ...)) ServerRef<S> start(Args&&... args) {
  return ServerRef<S>(
      detail::or_throw(detail::try_start_server<S>({}, false, false, std::forward<Args>(args)...)).process);
}
template <class S, class... Args>
ServerRef<S> start(StartOptions options, Args&&... args) {
  return ServerRef<S>(detail::or_throw(detail::try_start_server<S>(std::move(options), false, false,
                                                                   std::forward<Args>(args)...))
                          .process);
}
template <class S, class... Args>
requires((detail::NotStartOptions<Args> && ...)) ServerRef<S> start_link(Args&&... args) {
  return ServerRef<S>(
      detail::or_throw(detail::try_start_server<S>({}, true, false, std::forward<Args>(args)...)).process);
}
template <class S, class... Args>
ServerRef<S> start_link(StartOptions options, Args&&... args) {
  return ServerRef<S>(detail::or_throw(detail::try_start_server<S>(std::move(options), true, false,
                                                                   std::forward<Args>(args)...))
                          .process);
}

// The same with the failure as a value.
template <class S, class... Args>
Expected<ServerRef<S>, StartError> try_start_link(StartOptions options, Args&&... args) {
  auto started = detail::try_start_server<S>(std::move(options), true, false, std::forward<Args>(args)...);
  if (!started) return Unexpected(std::move(started).error());
  return ServerRef<S>(started->process);
}
template <class S, class... Args>
Expected<ServerRef<S>, StartError> try_start(StartOptions options, Args&&... args) {
  auto started = detail::try_start_server<S>(std::move(options), false, false, std::forward<Args>(args)...);
  if (!started) return Unexpected(std::move(started).error());
  return ServerRef<S>(started->process);
}

// Linked to nobody but watched: the server and the monitor made together with it.
template <class S>
struct Monitored {
  ServerRef<S> server;
  Monitor monitor;
};
template <class S, class... Args>
Monitored<S> start_monitor(StartOptions options, Args&&... args) {
  Spawned spawned = detail::or_throw(
      detail::try_start_server<S>(std::move(options), false, true, std::forward<Args>(args)...));
  return {ServerRef<S>(spawned.process), spawned.monitor};
}

// For callbacks, with *this: server.handle_continue(message) runs before any other message, also right after
// init, and may ask for more (GSV-4).
template <class S, class M>
void continue_with(S&, M&& message) {
  using Stored = std::decay_t<M>;
  static_assert(
      requires(S & server, Stored next) { server.handle_continue(std::move(next)); },
      "throng: continue_with() needs a handle_continue taking this message");
  detail::this_server("gen_server::continue_with()")
      .continue_with(detail::make_message<Stored>(detail::message_kind, std::forward<M>(message)),
                     [](detail::ServerLoop&, void* server, void* payload) {
                       static_cast<S*>(server)->handle_continue(std::move(*static_cast<Stored*>(payload)));
                     });
}

// Asks the server to stop and waits for it: terminate() runs. Errors: CallFailed with noproc or timeout
// (GSV-9).
void stop_server(Pid server, ExitReason reason, Duration timeout);
template <class S>
void stop(const ServerRef<S>& server, ExitReason reason = ExitReason::normal,
          Duration timeout = detail::forever) {
  stop_server(server.pid(), std::move(reason), timeout);
}

}  // namespace gen_server
}  // namespace throng
