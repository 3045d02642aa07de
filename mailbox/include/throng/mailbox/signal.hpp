// A signal: the header that everything sent between two parties starts with. A message is a signal whose kind
// is `message_kind`; every other kind is given its meaning by the floor above, which hands signals out and
// takes them in. Signals are nodes of one inbox, so signals of all kinds keep one sender's order (SIG-2) and
// there is one way to wake a receiver.
//
// Ownership: whoever holds the pointer owns the node, alone. push() hands it on; a refused push hands it
// back.
#pragma once

#include <cstdint>

namespace throng::detail {

struct MessageType;

// Kinds below are all this floor knows of; the floor above numbers its own from `first_other_kind` on.
inline constexpr std::uint8_t message_kind = 0;
inline constexpr std::uint8_t aliased_message_kind = 1;
inline constexpr std::uint8_t first_other_kind = 2;

struct Signal {
  Signal* next = nullptr;             // link of whichever queue holds it
  std::uint64_t address = 0;          // whom it was sent to; the receiver compares it again (SPN-5)
  const MessageType* type = nullptr;  // descriptor of the payload that follows the header
  std::uint8_t kind = message_kind;
};

}  // namespace throng::detail
