// Values that all processes of a runtime read and hardly anybody changes: configuration, compiled tables,
// dispatch. What Erlang has as persistent_term. A key has one value for each type.
//
// A read takes a lock that readers on other workers do not meet at, and one reference; nothing is copied. A
// change takes all those locks and waits for the reads that are under way. Who still holds an old value keeps
// it: it goes with the last handle.
//
// Thread: in a process. Errors: NotInProcess.
#pragma once

#include <optional>
#include <stdexcept>
#include <string_view>
#include <throng/mailbox/message.hpp>
#include <throng/mailbox/shared.hpp>
#include <throng/vm/send.hpp>
#include <vector>

namespace throng {

namespace detail {
// The messages are Shared<T>, of the type that they say they are.
void put_persistent(std::string_view key, Message value);
// False: the key has one of this type.
bool put_new_persistent(std::string_view key, Message value);
// Calls take(context, Shared<T>*) under the lock. False: there is none.
bool get_persistent(std::string_view key, const MessageType& type, void (*take)(void*, const void*),
                    void* context);
bool erase_persistent(std::string_view key, const MessageType& type);
[[noreturn]] void no_persistent(std::string_view key, std::string_view type);
}  // namespace detail

namespace persistent {

// Replaces the key's value of this type.
template <class T>
void put(std::string_view key, T value) {
  detail::put_persistent(key, detail::make_message<Shared<T>>(detail::message_kind, std::move(value)));
}
// Only if the key has no value of this type. False: it has one, which stays.
template <class T>
bool put_new(std::string_view key, T value) {
  return detail::put_new_persistent(key,
                                    detail::make_message<Shared<T>>(detail::message_kind, std::move(value)));
}

// The value, if there is one of this type.
template <class T>
std::optional<Shared<T>> find(std::string_view key) {
  std::optional<Shared<T>> found;
  detail::get_persistent(
      key, detail::message_type_of<Shared<T>>,
      [](void* to, const void* value) {
        static_cast<std::optional<Shared<T>>*>(to)->emplace(*static_cast<const Shared<T>*>(value));
      },
      &found);
  return found;
}
// Errors: std::out_of_range if there is none of this type.
template <class T>
Shared<T> get(std::string_view key) {
  std::optional<Shared<T>> found = find<T>(key);
  if (!found) detail::no_persistent(key, detail::type_name<T>());
  return *std::move(found);
}

// False: there was none of this type.
template <class T>
bool erase(std::string_view key) {
  return detail::erase_persistent(key, detail::message_type_of<Shared<T>>);
}

struct Entry {
  std::string key;
  std::string type;
};
// What there is, in no order.
std::vector<Entry> entries();
std::size_t size();

}  // namespace persistent
}  // namespace throng
