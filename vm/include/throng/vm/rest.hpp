// Processes at rest: a body that returns rest(state, clauses…) gives its stack back and lives on as that
// state alone. When a message arrives that a clause takes, clause(state, message) runs on whatever stack is
// warm; it may call everything a process may, and blocking in the middle keeps the stack until it is through.
// A million such processes cost a control block and their state each. exit(reason) ends one.
#pragma once

#include <throng/vm/body.hpp>
#include <throng/vm/receive.hpp>

namespace throng {

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
  void call(std::size_t index, void* payload) {
    if (index == I) {
      using C = std::tuple_element_t<I, std::tuple<Clauses...>>;
      std::get<I>(clauses)(state, std::move(*static_cast<MessageOf<C>*>(payload)));
    } else if constexpr (I + 1 < sizeof...(Clauses)) {
      call<I + 1>(index, payload);
    }
  }

  static Body* run(Body* body) {
    auto& self = *static_cast<RestBody*>(body);
    static constexpr Clause erased[] = {Clause{&message_type_of<MessageOf<Clauses>>, nullptr, nullptr}...};
    for (;;) {
      MessageQueue::Found found = receive_at_rest(erased);
      if (!found.message) return body;
      self.template call<0>(found.clause, found.message.payload());
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
