// Processes at rest: a body that returns rest(state, clauses…) gives its stack back and lives on as that
// state alone. When a message arrives that a clause takes, clause(state, message) runs on whatever stack is
// warm; it may call everything a process may, and blocking in the middle keeps the stack until it is through.
// A million such processes cost a control block and their state each. A clause that returns AtRest::ends ends
// one; exit(reason) does so from anywhere, at the price of an exception.
#pragma once

#include <throng/vm/body.hpp>
#include <throng/vm/receive.hpp>

namespace throng {

// What a clause of rest() may return: whether the process goes on when it is through. `ends`: as if its body
// had returned, with the reason normal (EXT-1). A clause that returns nothing stays.
enum class AtRest : std::uint8_t { stays, ends };

namespace detail {

// The next message that a clause takes, without waiting. Empty: none, or the slice is used up.
MessageQueue::Found receive_at_rest(std::span<const Clause> clauses);

template <class F>
struct SecondParameter : SecondParameter<decltype(&F::operator())> {};
template <class R, class C, class S, class A>
struct SecondParameter<R (C::*)(S, A)> {
  using type = A;
};
template <class R, class C, class S, class A>
struct SecondParameter<R (C::*)(S, A) const> {
  using type = A;
};
template <class R, class S, class A>
struct SecondParameter<R (*)(S, A)> {
  using type = A;
};

template <class C>
concept HasSecondParameter = requires {
  typename SecondParameter<std::decay_t<C>>::type;
};

template <class State, class... Clauses>
struct RestBody : Body {
  State state;
  std::tuple<Clauses...> clauses;

  RestBody(State&& s, Clauses&&... cs) : Body{&type_of}, state(std::move(s)), clauses(std::move(cs)...) {}

  template <class C>
  using MessageOf = std::remove_cvref_t<typename SecondParameter<C>::type>;

  template <std::size_t I>
  AtRest call(std::size_t index, void* payload) {
    if (index == I) {
      using C = std::tuple_element_t<I, std::tuple<Clauses...>>;
      using Answer = std::invoke_result_t<C&, State&, MessageOf<C>>;
      auto& message = *static_cast<MessageOf<C>*>(payload);
      if constexpr (std::is_same_v<Answer, AtRest>) {
        return std::get<I>(clauses)(state, std::move(message));
      } else {
        std::get<I>(clauses)(state, std::move(message));
      }
    } else if constexpr (I + 1 < sizeof...(Clauses)) {
      return call<I + 1>(index, payload);
    }
    return AtRest::stays;
  }

  static Body* run(Body* body) {
    auto& self = *static_cast<RestBody*>(body);
    static constexpr Clause erased[] = {Clause{&message_type_of<MessageOf<Clauses>>, nullptr, nullptr}...};
    for (;;) {
      MessageQueue::Found found = receive_at_rest(erased);
      if (!found.message) return body;
      if (self.template call<0>(found.clause, found.message.payload()) == AtRest::ends) return nullptr;
    }
  }
  static void destroy(Body* body) noexcept { static_cast<RestBody*>(body)->~RestBody(); }
  static constexpr Type type_of{run, destroy, type_name<State>()};
};

// What rest() returns: the body to go on with, owned until the runtime takes it.
class Rest {
 public:
  explicit Rest(Body* body) noexcept : body_(body) {}
  Rest(Rest&& other) noexcept : body_(std::exchange(other.body_, nullptr)) {}
  Rest& operator=(Rest&&) = delete;
  ~Rest() {
    if (body_ != nullptr) destroy_body(body_);
  }
  Body* release_body() noexcept { return std::exchange(body_, nullptr); }

 private:
  Body* body_;
};

}  // namespace detail

template <class State, class... Clauses>
[[nodiscard]] detail::Rest rest(State state, Clauses... clauses) {
  static_assert(sizeof...(Clauses) > 0,
                "throng: rest(state, clauses...) needs a clause, or nothing could ever be done");
  static_assert((detail::HasSecondParameter<Clauses> && ...),
                "throng: a clause of rest() takes the state and one message by a type of its own");
  using Stored = detail::RestBody<State, Clauses...>;
  void* block = detail::allocate(sizeof(Stored), alignof(Stored) > 16 ? alignof(Stored) : 16);
  return detail::Rest(::new (block) Stored(std::move(state), std::move(clauses)...));
}

}  // namespace throng
