// What a process runs: an erased callable with its arguments, in one block of memory that the process owns.
//
// A body runs once on a borrowed stack. If it returns a body of its own, the process rests with that one: it
// gives the stack back and is activated again, on whatever stack is warm, when a message has come (see
// rest.hpp).
#pragma once

#include <string_view>
#include <throng/base/allocate.hpp>
#include <throng/mailbox/message_type.hpp>
#include <throng/mailbox/sendable.hpp>
#include <tuple>
#include <type_traits>
#include <utility>

namespace throng {

// The one way around the rule that a body may not capture and that values must own what they reach.
// Greppable.
template <class F>
struct Trusted {
  static constexpr bool sendable = true;
  F function;
  template <class... Args>
  decltype(auto) operator()(Args&&... args) {
    return function(std::forward<Args>(args)...);
  }
};

template <class F>
Trusted<std::decay_t<F>> trusted(F&& function) {
  return {std::forward<F>(function)};
}

namespace detail {

struct OpenAt;

struct Body {
  struct Type {
    Body* (*run)(Body*);  // null: the process ends; else the body it rests with (possibly the same)
    void (*destroy)(Body*) noexcept;
    std::string_view name;  // of what it runs, for people
    // The question that this body owes an answer to, if there is one; null: it never does. Asked by another
    // thread while the body runs: it may read only what does not change then. See overstay.cpp.
    bool (*question)(const Body*, OpenAt& question) noexcept = nullptr;
  };
  const Type* type;
};

inline void destroy_body(Body* body) noexcept {
  body->type->destroy(body);
  release(body);
}

template <class T>
struct IsTrusted : std::false_type {};
template <class F>
struct IsTrusted<Trusted<F>> : std::true_type {};

// How an argument is kept: by value; a string literal as std::string.
template <class T>
using Kept = std::conditional_t<std::is_same_v<std::decay_t<T>, const char*> &&
                                    std::is_array_v<std::remove_reference_t<T>>,
                                std::string, std::decay_t<T>>;

template <class F, class... Args>
constexpr void require_body() {
  static_assert(std::is_empty_v<F> || std::is_function_v<std::remove_pointer_t<F>> || IsTrusted<F>::value,
                "throng: a process body may not capture; pass values as arguments");
  (require_sendable<Args>(), ...);
}

// A null pointer was spawned: the process ends with an error that says so (SPN-2).
[[noreturn]] void no_function();

template <class F, class... Args>
struct CallBody : Body {
  F function;
  std::tuple<Args...> arguments;

  template <class G, class... As>
  explicit CallBody(G&& g, As&&... as)
      : Body{&type_of}, function(std::forward<G>(g)), arguments(std::forward<As>(as)...) {}

  static Body* run(Body* body) {
    auto& self = *static_cast<CallBody*>(body);
    if constexpr (std::is_pointer_v<F>) {
      if (self.function == nullptr) no_function();
    }
    if constexpr (requires {
                    {
                      std::apply(self.function, std::move(self.arguments)).release_body()
                      } -> std::same_as<Body*>;
                  }) {
      return std::apply(self.function, std::move(self.arguments)).release_body();
    } else {
      static_cast<void>(std::apply(self.function, std::move(self.arguments)));
      return nullptr;
    }
  }
  static void destroy(Body* body) noexcept { static_cast<CallBody*>(body)->~CallBody(); }
  static constexpr Type type_of{run, destroy, type_name<F>()};
};

template <class F, class... Args>
Body* make_body(F&& function, Args&&... args) {
  using Stored = CallBody<std::decay_t<F>, Kept<Args>...>;
  require_body<std::decay_t<F>, Kept<Args>...>();
  static_assert(std::is_invocable_v<std::decay_t<F>&, Kept<Args>...>,
                "throng: the arguments do not fit the parameters of the process body");
  void* block = allocate(sizeof(Stored), alignof(Stored) > 16 ? alignof(Stored) : 16);
  try {
    return ::new (block) Stored(std::forward<F>(function), std::forward<Args>(args)...);
  } catch (...) {
    release(block);
    throw;
  }
}

}  // namespace detail
}  // namespace throng
