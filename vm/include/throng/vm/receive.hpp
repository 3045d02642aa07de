// Receiving: the oldest message that any clause takes; the others stay, in order (RCV-1). A clause is a
// callable with one message parameter (by value, const& or &&), when(guard, clause), or, last,
// after(duration, f).
//
// This is the thin shell: it checks and erases types; the engine is compiled (receive.cpp,
// message_queue.cpp). Thread: in a process; may block, so a kill surfaces here. Errors: NotInProcess.
#pragma once

#include <optional>
#include <throng/base/chrono.hpp>
#include <throng/mailbox/message_queue.hpp>
#include <throng/scheduler/clock.hpp>
#include <type_traits>

namespace throng {

using namespace std::chrono_literals;

namespace detail {

inline constexpr Duration forever = Duration::max();

// Blocks until a clause matches or the time is up (RCV-2); nothing found means the latter. The scan is reset.
MessageQueue::Found receive_message(std::span<const Clause> clauses, Duration timeout,
                                    const ReceiveMark* mark);

template <class F>
concept HasOneCallOperator = requires {
  &F::operator();
};

// The one parameter of a callable; of one that is generic or overloaded: none.
template <class F>
struct Parameter {};
template <HasOneCallOperator F>
struct Parameter<F> : Parameter<decltype(&F::operator())> {};
template <class R, class A>
struct Parameter<R (*)(A)> {
  using type = A;
};
template <class R, class A>
struct Parameter<R(A)> {
  using type = A;
};
template <class R, class A>
struct Parameter<R (*)(A) noexcept> {
  using type = A;
};
template <class R, class C, class A>
struct Parameter<R (C::*)(A)> {
  using type = A;
};
template <class R, class C, class A>
struct Parameter<R (C::*)(A) const> {
  using type = A;
};
template <class R, class C, class A>
struct Parameter<R (C::*)(A) noexcept> {
  using type = A;
};
template <class R, class C, class A>
struct Parameter<R (C::*)(A) const noexcept> {
  using type = A;
};

template <class F>
concept HasParameter = requires {
  typename Parameter<std::decay_t<F>>::type;
};

// What a clause is taken to want if it can't say, so that the compiler has nothing to add to our sentence.
struct NoMessage {};
template <class C>
struct Wanted {
  using type = NoMessage;
};
template <HasParameter C>
struct Wanted<C> {
  using type = typename Parameter<std::decay_t<C>>::type;
};

template <class G, class C>
struct Guarded {
  G guard;
  C clause;
};
// A guard that can't say what it takes may fit.
template <class G, class C>
constexpr bool guard_fits() {
  if constexpr (HasParameter<G> && HasParameter<C>) {
    return std::is_same_v<std::remove_cvref_t<typename Parameter<G>::type>,
                          std::remove_cvref_t<typename Parameter<C>::type>>;
  } else {
    return true;
  }
}

template <class F>
struct After {
  Duration duration;
  F function;
};

template <class T>
struct IsAfter : std::false_type {};
template <class F>
struct IsAfter<After<F>> : std::true_type {};

template <class C>
struct ClauseOf {
  static constexpr bool says_what = HasParameter<C>;
  static_assert(says_what,
                "throng: a clause takes one message by a type of its own; a generic or overloaded callable "
                "can't say which");
  using Taken = typename Wanted<C>::type;
  using M = std::remove_cvref_t<Taken>;

  static Clause erase(const C&) { return {&message_type_of<M>, nullptr, nullptr}; }
  static decltype(auto) call(C& clause, void* payload) { return pass(clause, payload); }
  static decltype(auto) pass(C& clause, void* payload) {
    [[maybe_unused]] M& message = *static_cast<M*>(payload);
    if constexpr (!says_what) {
      return;
    } else if constexpr (std::is_lvalue_reference_v<Taken>) {
      return clause(message);
    } else {
      return clause(std::move(message));
    }
  }
};

template <class G, class C>
struct ClauseOf<Guarded<G, C>> {
  using M = typename ClauseOf<C>::M;

  static bool test(const void* guard, const void* payload) {
    return static_cast<bool>((*static_cast<const G*>(guard))(*static_cast<const M*>(payload)));
  }
  static Clause erase(const Guarded<G, C>& guarded) { return {&message_type_of<M>, test, &guarded.guard}; }
  static decltype(auto) call(Guarded<G, C>& guarded, void* payload) {
    return ClauseOf<C>::pass(guarded.clause, payload);
  }
};

template <class C>
struct ResultOf {
  using type = decltype(ClauseOf<C>::call(std::declval<C&>(), nullptr));
};
template <class F>
struct ResultOf<After<F>> {
  using type = std::invoke_result_t<F&>;
};

template <class... Results>
struct CommonResult {
  using type = void;
};
template <class... Results>
requires(!std::is_void_v<Results> && ...) struct CommonResult<Results...> {
  using type = std::common_type_t<Results...>;
};

template <class Result, class C, class... Rest>
Result call_clause(std::size_t index, void* payload, C& clause, Rest&... rest) {
  if constexpr (IsAfter<C>::value) {
    return static_cast<Result>(clause.function());
  } else {
    if constexpr (sizeof...(Rest) > 0) {
      if (index > 0) return call_clause<Result>(index - 1, payload, rest...);
    }
    return static_cast<Result>(ClauseOf<C>::call(clause, payload));
  }
}

template <class C>
void add_clause(Clause*& out, Duration& timeout, const C& clause) {
  if constexpr (IsAfter<C>::value) {
    timeout = clause.duration;
  } else {
    *out++ = ClauseOf<C>::erase(clause);
  }
}

template <class Last>
constexpr int count_after() {
  return IsAfter<Last>::value ? 1 : 0;
}

template <class... Clauses>
auto receive_with(const ReceiveMark* mark, Clauses&... clauses) {
  using Result = typename CommonResult<typename ResultOf<Clauses>::type...>::type;
  Clause erased[sizeof...(Clauses) + 1];
  Clause* end = erased;
  Duration timeout = forever;
  (add_clause(end, timeout, clauses), ...);
  auto count = static_cast<std::size_t>(end - erased);
  MessageQueue::Found found = receive_message({erased, count}, timeout, mark);
  void* payload = found.message ? found.message.payload() : nullptr;
  return call_clause<Result>(found.message ? found.clause : count, payload, clauses...);
}

}  // namespace detail

// A clause that takes only messages for which guard(message) holds. The guard sees every candidate by const&.
template <class G, class C>
auto when(G guard, C clause) {
  constexpr bool says_what = detail::HasParameter<C>;
  constexpr bool fits = detail::guard_fits<G, C>();
  static_assert(says_what,
                "throng: a clause takes one message by a type of its own; a generic or overloaded callable "
                "can't say which");
  static_assert(fits, "throng: the guard and its clause must take the same message type");
  if constexpr (says_what && fits) {
    return detail::Guarded<G, C>{std::move(guard), std::move(clause)};
  } else {
    return [](detail::NoMessage) {};
  }
}

// What to do when nothing matched in time; the last clause. Zero looks once through the queue (RCV-2).
template <class Rep, class Period, class F>
detail::After<F> after(std::chrono::duration<Rep, Period> duration, F function) {
  return {saturated(duration), std::move(function)};
}

template <class... Clauses>
requires(sizeof...(Clauses) > 0) auto receive(Clauses... clauses) {
  return detail::receive_with(nullptr, clauses...);
}

// A place in the caller's queue: a receive_after() from it looks only at what has come since (RCV-5). Make it
// just before the fresh reference that the answer will carry: the cost of the wait is then independent of
// what is queued. Thread: the process that made it; it does not travel.
class ReceiveMark {
 public:
  ReceiveMark();
  ~ReceiveMark();
  ReceiveMark(const ReceiveMark&) = delete;
  ReceiveMark& operator=(const ReceiveMark&) = delete;

 private:
  template <class... Clauses>
  friend auto receive_after(const ReceiveMark& mark, Clauses... clauses);
  std::optional<detail::ReceiveMark> mark_;  // touched in calls of the runtime only
};

template <class... Clauses>
auto receive_after(const ReceiveMark& mark, Clauses... clauses) {
  static_assert(sizeof...(Clauses) > 0, "throng: receive_after(mark, clauses...) needs a clause");
  return detail::receive_with(&*mark.mark_, clauses...);
}

// The first message of this type, however long it takes.
template <class M>
M receive() {
  detail::Clause clause{&detail::message_type_of<M>, nullptr, nullptr};
  detail::MessageQueue::Found found = detail::receive_message({&clause, 1}, detail::forever, nullptr);
  return std::move(*static_cast<M*>(found.message.payload()));
}

// The first message of this type, or nothing once the time is up.
template <class M, class Rep, class Period>
std::optional<M> receive(std::chrono::duration<Rep, Period> timeout) {
  detail::Clause clause{&detail::message_type_of<M>, nullptr, nullptr};
  detail::MessageQueue::Found found = detail::receive_message({&clause, 1}, saturated(timeout), nullptr);
  if (!found.message) return std::nullopt;
  return std::move(*static_cast<M*>(found.message.payload()));
}

}  // namespace throng
