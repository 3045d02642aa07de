// What a server says of itself in types: which messages it takes, and which answer each call has. Everything
// here is checked while compiling, and every mistake is one sentence.
#pragma once

#include <throng/vm/call.hpp>
#include <type_traits>

namespace throng {

// `using Protocol = Messages<A, B>`: what may be sent to a server. One with a member type `Reply` is a call,
// one without is a cast. `using Info = Messages<…>`: what else may reach it.
template <class... Ms>
struct Messages {};

namespace detail {

template <class M>
concept IsCall = requires {
  typename M::Reply;
};

template <class M, class List>
inline constexpr bool is_listed = false;
template <class M, class... Ms>
inline constexpr bool is_listed<M, Messages<Ms...>> = (__is_same(M, Ms) || ...);

template <class S>
concept HasProtocol = requires {
  typename S::Protocol;
};
template <class S>
concept HasInfo = requires {
  typename S::Info;
};
template <class S>
struct InfoOf {
  using type = Messages<>;
};
template <HasInfo S>
struct InfoOf<S> {
  using type = typename S::Info;
};

// What an answer travels as: a call may have nothing to say but that it is done.
struct Acknowledged {
  static constexpr bool sendable = true;
};
template <class Reply>
using ReplyValue = std::conditional_t<std::is_void_v<Reply>, Acknowledged, Reply>;

template <class S>
struct ProtocolOf {
  using type = Messages<>;
};
template <HasProtocol S>
struct ProtocolOf<S> {
  using type = typename S::Protocol;
};

// Asked for every message of a program, hence all at once; the require_ functions say what is wrong.
template <class S, class M>
inline constexpr bool may_call =
    is_listed<M, typename ProtocolOf<S>::type>&& owns_all<M, Judging<false>>&& requires {
  typename M::Reply;
};
template <class S, class M>
inline constexpr bool may_cast =
    is_listed<M, typename ProtocolOf<S>::type>&& owns_all<M, Judging<false>> && !requires {
  typename M::Reply;
};

template <class S, class M>
consteval void require_listed() {
  static_assert(HasProtocol<S>, "throng: a server lists its messages: using Protocol = Messages<...>");
  if constexpr (HasProtocol<S>) {
    constexpr bool listed = is_listed<M, typename S::Protocol>;
    static_assert(listed, "throng: this server's Protocol does not list this message");
  }
}

template <class S, class M>
consteval void require_call() {
  require_listed<S, M>();
  constexpr bool has_reply = IsCall<M>;
  static_assert(has_reply, "throng: call() needs a message with a Reply; use cast()");
  require_sendable<M>();
}

template <class S, class M>
consteval void require_cast() {
  require_listed<S, M>();
  static_assert(!IsCall<M>, "throng: cast() would lose the message's Reply; use call()");
  require_sendable<M>();
}

}  // namespace detail

// The answer to a call that is given later, or by somebody else. Answers once; dropped, it fails the caller.
template <class M>
class From {
 public:
  static constexpr bool sendable = true;
  using Reply = typename M::Reply;

  explicit From(ReplyTo reply_to) noexcept : reply_to_(std::move(reply_to)) {}

  Pid pid() const noexcept { return reply_to_.asker(); }
  template <class R = detail::ReplyValue<Reply>>
  void reply(R&& value = {}) {
    static_assert(std::is_convertible_v<R, detail::ReplyValue<Reply>>,
                  "throng: the answer does not convert to the message's Reply");
    reply_to_.answer(detail::ReplyValue<Reply>(std::forward<R>(value)));
  }
  // Gives the obligation on in its untyped form.
  ReplyTo release() && noexcept { return std::move(reply_to_); }

 private:
  ReplyTo reply_to_;
};

}  // namespace throng
