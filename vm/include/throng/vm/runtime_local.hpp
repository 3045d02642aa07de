// One object of each type per runtime: where libraries keep what all processes of a runtime share, since
// nothing in a program is global. Made when first asked for, destroyed with the runtime, after everything has
// stopped.
#pragma once

#include <throng/mailbox/message_type.hpp>

namespace throng {

namespace detail {
struct RuntimeLocal {
  const MessageType& type;
  void* (*make)();
  void (*destroy)(void*) noexcept;
};
void* runtime_local(const RuntimeLocal& wanted);
}  // namespace detail

// The runtime's T. T has a default constructor, which must not ask for others, and is safe to use from
// several threads at once. Cheap enough for every call: a short search over addresses. Thread: in a process.
// Errors: NotInProcess; std::length_error beyond 32 types.
template <class T>
T& runtime_local() {
  static constexpr detail::RuntimeLocal wanted{detail::message_type_of<T>,
                                               [] { return static_cast<void*>(new T()); },
                                               [](void* object) noexcept { delete static_cast<T*>(object); }};
  return *static_cast<T*>(detail::runtime_local(wanted));
}

}  // namespace throng
