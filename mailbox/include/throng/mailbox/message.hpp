// A message: a signal and the value it carries, in one block of memory. `Message` is the owning handle; a
// queue holds the bare Signal. Payloads follow the header at the first address that suits their alignment.
// Thread: a handle belongs to one thread at a time; handing it on is how messages cross threads.
#pragma once

#include <cstring>
#include <new>
#include <throng/base/allocate.hpp>
#include <throng/mailbox/message_type.hpp>
#include <throng/mailbox/signal.hpp>
#include <type_traits>
#include <utility>

namespace throng::detail {

constexpr std::size_t payload_offset(std::size_t alignment) noexcept {
  return alignment <= sizeof(Signal) ? sizeof(Signal) : alignment;
}
static_assert(sizeof(Signal) == 32, "a payload of 32 bytes fills one cache line with its header");

inline void* payload_of(Signal* signal) noexcept {
  return reinterpret_cast<char*>(signal) + payload_offset(signal->type->alignment);
}

// Destroys payload and block. Thread: the signal's owner. User code (the payload's destructor) runs in here.
inline void destroy_signal(Signal* signal) noexcept {
  if (signal->type != nullptr && signal->type->destroy != nullptr) signal->type->destroy(payload_of(signal));
  release(signal);
}

// Destroys a chain linked by `next`.
inline void destroy_signals(Signal* signal) noexcept {
  while (signal != nullptr) destroy_signal(std::exchange(signal, signal->next));
}

class Message {
 public:
  Message() = default;
  explicit Message(Signal* signal) noexcept : signal_(signal) {}
  Message(Message&& other) noexcept : signal_(std::exchange(other.signal_, nullptr)) {}
  Message& operator=(Message&& other) noexcept {
    if (this != &other) reset(std::exchange(other.signal_, nullptr));
    return *this;
  }
  ~Message() { reset(nullptr); }

  explicit operator bool() const noexcept { return signal_ != nullptr; }
  Signal* get() const noexcept { return signal_; }
  Signal* release_signal() noexcept { return std::exchange(signal_, nullptr); }
  void* payload() const noexcept { return payload_of(signal_); }

 private:
  void reset(Signal* signal) noexcept {
    // Forgotten first: the payload's destructor is the user's, and may come by here again.
    Signal* old = std::exchange(signal_, signal);
    if (old != nullptr) destroy_signal(old);
  }
  Signal* signal_ = nullptr;
};

// A block with a header that does not say yet what follows: destroyed like this, the block is all that goes.
inline Message open_envelope(const MessageType& type, std::uint8_t kind) {
  constexpr auto ordinary = static_cast<std::uint32_t>(alignof(std::max_align_t));
  void* block = allocate(payload_offset(type.alignment) + type.size,
                         type.alignment > ordinary ? type.alignment : ordinary);
  return Message(::new (block) Signal{nullptr, 0, nullptr, kind});
}

// Where the value of an open envelope is to be built.
inline void* place_in(const Message& envelope, std::size_t alignment) noexcept {
  return reinterpret_cast<char*>(envelope.get()) + payload_offset(alignment);
}

// The envelope of a value that is its bytes. (Not a template, for most messages of a program are such, and
// each function that is made for every one of them costs the compiler its time. The descriptor is a constant
// where this is inlined, hence the size as well.)
inline Message envelope_of_bytes(const MessageType& type, const void* value, std::size_t size) {
  Message message = open_envelope(type, message_kind);
  std::memcpy(place_in(message, type.alignment), value, size);
  message.get()->type = &type;
  return message;
}
// How many bytes of an M there are to copy, if it is its bytes; an empty class has one that says nothing.
#define THRONG_BYTES_OF(M) (__is_empty(M) ? 0 : sizeof(M))

// Builds the envelope around a value. Throws std::bad_alloc, and what M's constructor throws. (Instantiated
// for every message of a program, hence built from parts that are not, and with casts and compiler builtins
// where the library's words for them would be functions and classes of their own.)
template <class M, class... Args>
Message make_message(std::uint8_t kind, Args&&... args) {
  Message message = open_envelope(message_type_of<M>, kind);
  void* place = place_in(message, alignof(M));
  if constexpr (__is_constructible(M, Args && ...)) {
    ::new (place) M(static_cast<Args&&>(args)...);
  } else {  // an aggregate; clang 14 does not initialise one with parentheses
    ::new (place) M{static_cast<Args&&>(args)...};
  }
  message.get()->type = &message_type_of<M>;
  return message;
}

}  // namespace throng::detail
