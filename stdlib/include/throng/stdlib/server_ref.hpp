// How servers are addressed: by pid with a protocol (ServerRef), or by name with a protocol (ServerName),
// which survives restarts. Both are small values that can be sent. Thread: in a process; for hosts see
// Runtime::call.
#pragma once

#include <string>
#include <throng/base/expected.hpp>
#include <throng/base/owned.hpp>
#include <throng/stdlib/process_name.hpp>
#include <throng/stdlib/protocol.hpp>
#include <throng/vm/process.hpp>

namespace throng {

// Why a call has no value: the server's exit reason, `noproc`, `timeout`, or an error.
struct CallError {
  ExitReason reason;
};

template <class S>
class ServerRef;

inline constexpr Duration default_call_timeout = std::chrono::seconds(5);

namespace detail {

// Sends the question and waits. The answer's envelope, or the reason why there is none (GSV-2).
Expected<Message, CallError> call_and_wait(Pid server, Message question, Duration timeout,
                                           const MessageType& wanted);
// The same; the reason is thrown, as CallFailed.
Message call_or_throw(Pid server, Message question, Duration timeout, const MessageType& wanted);

// Of a ServerRef or a ServerName; a null pid if nobody has the name.
template <class Server>
Pid pid_of(const Server& server) {
  if constexpr (requires { server.pid(); }) {
    return server.pid();
  } else {
    return server.whereis().value_or(Pid());
  }
}

// A PendingCall that has nothing to wait for any more.
[[noreturn]] void no_open_call();

// For several waits under one time-out.
Clock::time_point deadline_after(Duration timeout) noexcept;
Duration time_left(Clock::time_point deadline) noexcept;

template <class Reply>
using AnswerTo = Answered<ReplyValue<Reply>>;

// The value in an answer's envelope, which holds an AnswerTo<Reply>.
template <class Reply>
Expected<Reply, CallError> outcome_of(const Expected<Message, CallError>& envelope) {
  if (!envelope) return Unexpected(envelope.error());
  if constexpr (std::is_void_v<Reply>) {
    return {};
  } else {
    return Expected<Reply, CallError>(std::in_place,
                                      std::move(static_cast<AnswerTo<Reply>*>(envelope->payload())->value));
  }
}

// The value, or CallFailed.
template <class Reply>
Reply or_call_failed(Expected<Reply, CallError> outcome) {
  if (!outcome) throw CallFailed(outcome.error().reason);
  if constexpr (!std::is_void_v<Reply>) return *std::move(outcome);
}

// One for each type of answer, however many messages have it.
template <class Reply>
Expected<Reply, CallError> try_call_for(Pid server, Message question, Duration timeout) {
  return outcome_of<Reply>(
      call_and_wait(server, std::move(question), timeout, message_type_of<AnswerTo<Reply>>));
}
template <class Reply>
Reply call_for(Pid server, Message question, Duration timeout) {
  Message answer =
      call_or_throw(server, static_cast<Message&&>(question), timeout, message_type_of<AnswerTo<Reply>>);
  if constexpr (!std::is_void_v<Reply>)
    return std::move(static_cast<AnswerTo<Reply>*>(answer.payload())->value);
}

void cast_message(Pid server, Message message);

// The same for a message that is its bytes.
inline void cast_bytes(Pid server, const MessageType& type, const void* message, std::size_t size) {
  cast_message(server, envelope_of_bytes(type, message, size));
}

}  // namespace detail

namespace gen_server {

template <class Reply, class Label>
class Requests;

// A call whose answer is waited for later (GSV-10). Belongs to the process that made it.
template <class Reply>
class PendingCall {
 public:
  PendingCall() = default;

  // Waits; nothing when the time is up: it may be asked again. Errors: std::logic_error if it has been
  // answered or given up.
  std::optional<Expected<Reply, CallError>> wait(Duration timeout) {
    using Answer = detail::Answered<detail::ReplyValue<Reply>>;
    if (!open_) detail::no_open_call();
    detail::Message answer = open_->wait(timeout);
    if (!answer) return std::nullopt;
    open_.reset();
    auto* value = static_cast<Answer*>(detail::value_in(answer, detail::message_type_of<Answer>));
    if (value == nullptr) {
      return Unexpected(CallError{detail::failure_of(answer, detail::message_type_of<Answer>,
                                                     detail::message_type_of<detail::Unanswered>)});
    }
    if constexpr (std::is_void_v<Reply>) {
      return Expected<void, CallError>();
    } else {
      return Expected<Reply, CallError>(std::in_place, std::move(value->value));
    }
  }
  // Waits and gives up: a later answer is dropped.
  Expected<Reply, CallError> receive(Duration timeout = default_call_timeout) {
    auto answer = wait(timeout);
    open_.reset();
    if (!answer) return Unexpected(CallError{ExitReason::timeout});
    return *std::move(answer);
  }

 private:
  template <class S>
  friend class throng::ServerRef;
  template <class R, class Label>
  friend class Requests;
  explicit PendingCall(detail::Owned<detail::OpenQuestion> open) noexcept : open_(std::move(open)) {}
  detail::Owned<detail::OpenQuestion> open_;
};

}  // namespace gen_server

template <class S>
class ServerRef {
 public:
  static constexpr bool sendable = true;
  ServerRef() = default;
  explicit ServerRef(Pid pid) noexcept : pid_(pid) {}

  Pid pid() const noexcept { return pid_; }
  explicit operator bool() const noexcept { return static_cast<bool>(pid_); }
  friend bool operator==(const ServerRef&, const ServerRef&) = default;

  // The answer. A failure is thrown as CallFailed; uncaught, it ends the caller with its reason. (By value:
  // one function for each message of a program, however it is passed.)
  template <class M>
  auto call(M message, Duration timeout = default_call_timeout) const {
    if constexpr (!detail::may_call<S, M>)
      detail::require_call<S, M>();
    else if constexpr (__is_trivially_copyable(M))
      return detail::call_for<typename M::Reply>(
          pid_,
          detail::question_of_bytes(detail::message_type_of<detail::Question<M>>,
                                    &reinterpret_cast<char&>(message), THRONG_BYTES_OF(M)),
          timeout);
    else
      return detail::call_for<typename M::Reply>(pid_, detail::question_from(message), timeout);
  }
  // The answer or the reason why there is none.
  template <class M>
  auto try_call(M message, Duration timeout = default_call_timeout) const {
    if constexpr (!detail::may_call<S, M>)
      detail::require_call<S, M>();
    else
      return detail::try_call_for<typename M::Reply>(pid_, detail::question_from(message), timeout);
  }
  // Never fails, never waits.
  template <class M>
  void cast(M message) const {
    if constexpr (!detail::may_cast<S, M>)
      detail::require_cast<S, M>();
    else if constexpr (__is_trivially_copyable(M))
      detail::cast_bytes(pid_, detail::message_type_of<M>, &reinterpret_cast<char&>(message),
                         THRONG_BYTES_OF(M));
    else
      detail::cast_message(pid_, detail::message_from(message));
  }
  template <class M>
  auto send_request(M message) const {
    if constexpr (!detail::may_call<S, M>) {
      detail::require_call<S, M>();
    } else {
      detail::Owned<detail::OpenQuestion> open(new detail::OpenQuestion);
      open->ask(pid_, detail::question_from(message));
      return gen_server::PendingCall<typename M::Reply>(std::move(open));
    }
  }

 private:
  Pid pid_;
};

template <class S>
class ServerName : public detail::TypedName {
 public:
  using TypedName::TypedName;

  template <class M>
  auto call(M&& message, Duration timeout = default_call_timeout) const {
    return ref().call(std::forward<M>(message), timeout);
  }
  template <class M>
  auto try_call(M&& message, Duration timeout = default_call_timeout) const {
    return ref().try_call(std::forward<M>(message), timeout);
  }
  template <class M>
  void cast(M&& message) const {
    ref().cast(std::forward<M>(message));
  }
  template <class M>
  auto send_request(M&& message) const {
    return ref().send_request(std::forward<M>(message));
  }

 private:
  // The one who has the name now; nobody: calls fail with noproc, casts are dropped.
  ServerRef<S> ref() const { return ServerRef<S>(detail::pid_of(*this)); }
};

}  // namespace throng
