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
  ServerLoop(const ServerType& type, StartOptions options, Pid parent)
      : Behaviour(std::move(options), parent), type_(type) {}

  void set_timeout(Duration timeout);

  std::string_view type_name() const noexcept final { return type_.name; }
  std::string status_text() final { return type_.status != nullptr ? type_.status(state()) : std::string(); }

 protected:
  bool take(ReceivedMessage& message) final;
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
  ServerOf(StartOptions options, Pid parent, As&&... args)
      : ServerLoop(server_type_of<S>, std::move(options), parent),
        arguments_(std::make_unique<std::tuple<Args...>>(std::forward<As>(args)...)) {}

 private:
  void init() override {
    std::apply([this](auto&&... args) { server_.emplace(std::move(args)...); }, std::move(*arguments_));
    arguments_.reset();
  }
  void* state() noexcept override { return &*server_; }

  std::unique_ptr<std::tuple<Args...>> arguments_;  // until it is constructed
  std::optional<S> server_;
};

template <class S, class... Args>
std::unique_ptr<Behaviour> make_server(StartOptions options, Pid parent, Args&&... args) {
  (require_sendable<Kept<Args>>(), ...);
  constexpr bool fits = std::is_constructible_v<S, Kept<Args>...>;
  static_assert(fits, "throng: these arguments do not match any constructor of the server");
  if constexpr (require_server<S>() && fits) {
    return std::make_unique<ServerOf<S, Kept<Args>...>>(std::move(options), parent,
                                                        std::forward<Args>(args)...);
  } else {
    return nullptr;
  }
}

template <class S, class... Args>
Expected<Spawned, StartError> try_start_server(StartOptions options, Attach attach, Args&&... args) {
  ResidentOptions resident{options.spawn, attach.link, attach.monitor};
  Duration timeout = options.timeout;
  Pid parent = attach.link ? self() : Pid();
  return start_behaviour(make_server<S>(std::move(options), parent, std::forward<Args>(args)...), timeout,
                         resident);
}

template <class T>
concept NotStartOptions = !std::is_same_v<std::remove_cvref_t<T>, StartOptions>;

// One behaviour's start functions, all by its own try_start: shared by those that are classes of users.
template <class S>
Expected<ServerRef<S>, StartError> ref_of(Expected<Spawned, StartError> started) {
  if (!started) return Unexpected(std::move(started).error());
  return ServerRef<S>(started->process);
}

}  // namespace detail

namespace gen_server {

// Errors: StartFailed.
template <class S, class... Args>
requires((detail::NotStartOptions<Args> && ...)) ServerRef<S> start(Args&&... args) {
  return ServerRef<S>(
      detail::started_or_throw(detail::try_start_server<S>({}, {}, std::forward<Args>(args)...)).process);
}
template <class S, class... Args>
ServerRef<S> start(StartOptions options, Args&&... args) {
  return ServerRef<S>(detail::started_or_throw(
                          detail::try_start_server<S>(std::move(options), {}, std::forward<Args>(args)...))
                          .process);
}
template <class S, class... Args>
requires((detail::NotStartOptions<Args> && ...)) ServerRef<S> start_link(Args&&... args) {
  return ServerRef<S>(
      detail::started_or_throw(detail::try_start_server<S>({}, {.link = true}, std::forward<Args>(args)...))
          .process);
}
template <class S, class... Args>
ServerRef<S> start_link(StartOptions options, Args&&... args) {
  return ServerRef<S>(detail::started_or_throw(detail::try_start_server<S>(std::move(options), {.link = true},
                                                                           std::forward<Args>(args)...))
                          .process);
}

// The same with the failure as a value.
template <class S, class... Args>
Expected<ServerRef<S>, StartError> try_start_link(StartOptions options, Args&&... args) {
  return detail::ref_of<S>(
      detail::try_start_server<S>(std::move(options), {.link = true}, std::forward<Args>(args)...));
}
template <class S, class... Args>
Expected<ServerRef<S>, StartError> try_start(StartOptions options, Args&&... args) {
  return detail::ref_of<S>(detail::try_start_server<S>(std::move(options), {}, std::forward<Args>(args)...));
}

// Linked to nobody but watched: the server and the monitor made together with it.
template <class S>
struct Monitored {
  ServerRef<S> server;
  Monitor monitor;
};
template <class S, class... Args>
Monitored<S> start_monitor(StartOptions options, Args&&... args) {
  Spawned spawned = detail::started_or_throw(
      detail::try_start_server<S>(std::move(options), {.monitor = true}, std::forward<Args>(args)...));
  return {ServerRef<S>(spawned.process), spawned.monitor};
}

// For a process body to return: the process, a plain one until now, goes on as a server, and who spawned it
// is the parent whose exit it follows (GSV-11). Of the options the name, trap_exit and hibernate_after count.
template <class S, class... Args>
[[nodiscard]] detail::Rest enter_loop(StartOptions options, Args&&... args) {
  return become(
      detail::make_server<S>(std::move(options), detail::parent_of_caller(), std::forward<Args>(args)...));
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
    auto started = runtime.run(
        [](Kept<Args>... kept) {
          if constexpr ((NotStartOptions<Kept<Args>> && ...)) {
            return gen_server::try_start<S>({}, std::move(kept)...);
          } else {
            return gen_server::try_start<S>(std::move(kept)...);
          }
        },
        std::forward<Args>(args)...);
    if (!started) throw StartFailed(std::move(started).error());
    return *started;
  }
};

}  // namespace detail
}  // namespace throng
