// One static descriptor per type of payload: how big it is, how it is destroyed, what it is called.
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
#include <string>
#include <string_view>
#include <typeinfo>

namespace throng::detail {

// The compiler's own text with T somewhere inside. The return type is `auto` because g++ would append the
// expansion of any alias named here.
template <class T>
constexpr auto type_text() noexcept {
  return std::string_view(__PRETTY_FUNCTION__, sizeof(__PRETTY_FUNCTION__) - 1);
}

// What surrounds the name, measured with a probe whose spelling is known, so that no compiler's format is
// written down here.
inline constexpr std::string_view name_probe = type_text<double>();
inline constexpr std::size_t chars_before_name = name_probe.find("double");
inline constexpr std::size_t chars_around_name = name_probe.size() - std::string_view("double").size();

// The name of T as the compiler at hand spells it. (Cut from this function's own text, one function a type
// being dear enough: its name is as long as the probe's, and the assertion below holds it to that.)
template <class T>
constexpr auto type_name() noexcept {
  return std::string_view(__PRETTY_FUNCTION__ + chars_before_name,
                          sizeof(__PRETTY_FUNCTION__) - 1 - chars_around_name);
}
template <>
constexpr auto type_name<std::string>() noexcept {
  return std::string_view("std::string");
}
static_assert(type_name<double>() == "double");

// Asked for every message of a program: the compiler's own word for it, not the library's chain of classes.
#if defined(__clang__)
#define THRONG_TRIVIALLY_DESTRUCTIBLE(T) __is_trivially_destructible(T)
#else
#define THRONG_TRIVIALLY_DESTRUCTIBLE(T) __has_trivial_destructor(T)
#endif

// FNV-1a, 64 bits, of the length and the last characters: names differ there, and a compiler that works this
// out for every message of a program takes its time for each character.
constexpr std::uint64_t hash_of_text(std::string_view text) noexcept {
  constexpr std::size_t looked_at = 24;
  std::uint64_t hash = 0xcbf29ce484222325u ^ text.size();
  if (text.size() > looked_at) text.remove_prefix(text.size() - looked_at);
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return hash;
}

struct MessageType {
  const std::type_info* info;
  std::uint64_t hash;
  std::uint32_t size;
  std::uint32_t alignment;
  void (*destroy)(void*) noexcept;  // null: nothing to do
  std::string_view name;
};

template <class M>
void destroy_payload(void* payload) noexcept {
  static_cast<M*>(payload)->~M();
}

// What destroys an M; null: nothing to do.
template <class M, bool is_trivial = THRONG_TRIVIALLY_DESTRUCTIBLE(M)>
inline constexpr void (*destructor_of)(void*) noexcept = &destroy_payload<M>;
template <class M>
inline constexpr void (*destructor_of<M, true>)(void*) noexcept = nullptr;

// Fails to compile where a type is described that can't be a message.
constexpr MessageType describe_message(const std::type_info& info, std::size_t size, std::size_t alignment,
                                       bool is_decayed, void (*destroy)(void*) noexcept,
                                       std::string_view name) {
  if (!is_decayed) throw "throng: a message type is described decayed";
  if (size > UINT32_MAX || alignment > UINT32_MAX) throw "throng: this message type is too big";
  return {&info,
          hash_of_text(name),
          static_cast<std::uint32_t>(size),
          static_cast<std::uint32_t>(alignment),
          destroy,
          name};
}

template <class M>
inline constexpr MessageType message_type_of = describe_message(typeid(M), sizeof(M), alignof(M),
                                                                !__is_same(const M, M), destructor_of<M>,
                                                                type_name<M>());

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
