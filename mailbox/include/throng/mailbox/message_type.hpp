// One static descriptor per type of payload: how big it is, how it is moved and destroyed, what it is called.
// Whoever wraps a payload puts the address of its descriptor beside it; whoever takes it compares. Thread:
// any; descriptors are constants.
//
// Invariants:
//   1. Within one shared object a type has one descriptor, so equal addresses mean equal types.
//   2. Two descriptors may still describe one type, where shared objects hide their symbols from each other:
//      same_type() then asks type_info.
// Rejected: std::type_index as the key; comparing it may compare strings for every clause that does not
// match.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>

namespace throng::detail {

// The compiler's own text with T somewhere inside. The return type is `auto` because g++ would append the
// expansion of any alias named here.
template <class T>
constexpr auto raw_type_name() noexcept {
  return std::string_view(__PRETTY_FUNCTION__, sizeof(__PRETTY_FUNCTION__) - 1);
}

// The name of T as the compiler at hand spells it. What surrounds it is measured with a probe whose spelling
// is known, so that no compiler's format is written down here.
template <class T>
constexpr std::string_view type_name() noexcept {
  if constexpr (std::is_same_v<T, std::string>) {
    return "std::string";
  } else {
    constexpr std::string_view probe = raw_type_name<double>();
    constexpr std::size_t before = probe.find("double");
    constexpr std::size_t after = probe.size() - before - std::string_view("double").size();
    constexpr std::string_view raw = raw_type_name<T>();
    return raw.substr(before, raw.size() - before - after);
  }
}

// FNV-1a, 64 bits.
constexpr std::uint64_t hash_of_text(std::string_view text) noexcept {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return hash;
}

struct MessageType {
  const std::type_info* info;
  std::uint64_t hash;
  std::uint32_t size;
  std::uint32_t alignment;
  void (*destroy)(void*) noexcept;     // null: nothing to do
  void (*move)(void* to, void* from);  // constructs at `to`; `from` is left to be destroyed. Null: immovable
  std::string_view name;
};

template <class M>
void destroy_payload(void* payload) noexcept {
  std::destroy_at(static_cast<M*>(payload));
}

template <class M>
void move_payload(void* to, void* from) {
  ::new (to) M(std::move(*static_cast<M*>(from)));
}

template <class M>
constexpr MessageType describe_message() noexcept {
  static_assert(std::is_same_v<M, std::decay_t<M>>, "throng: a message type is described decayed");
  static_assert(sizeof(M) <= UINT32_MAX && alignof(M) <= UINT32_MAX, "throng: this message type is too big");
  MessageType type{&typeid(M),    hash_of_text(raw_type_name<M>()), sizeof(M), alignof(M), nullptr, nullptr,
                   type_name<M>()};
  if constexpr (!std::is_trivially_destructible_v<M>) type.destroy = &destroy_payload<M>;
  if constexpr (std::is_move_constructible_v<M>) type.move = &move_payload<M>;
  return type;
}

template <class M>
inline constexpr MessageType message_type_of = describe_message<M>();

// The slow half of same_type(), for two descriptors of equal hash.
// A type of an unnamed namespace has one descriptor in its own translation unit and a namesake in another is
// a different type. clang's type_info does not tell the two apart, so such types are known by address alone.
inline bool same_type_info(const MessageType& a, const MessageType& b) noexcept {
  const bool unnamed = a.name.find("{anonymous}") != std::string_view::npos ||
                       a.name.find("(anonymous") != std::string_view::npos;
  return !unnamed && a.size == b.size && *a.info == *b.info;
}

// Thread: any. Almost every comparison ends at the address (the same) or at the hash (different).
inline bool same_type(const MessageType& a, const MessageType& b) noexcept {
  if (&a == &b) return true;
  return a.hash == b.hash && same_type_info(a, b);
}

}  // namespace throng::detail
