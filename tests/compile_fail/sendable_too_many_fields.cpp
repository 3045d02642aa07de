// expect: throng: too many fields to look into (64, array elements 256): if it owns all that it reaches, it
// may say so: static constexpr bool sendable = true; An aggregate that is longer than we look is refused,
// with advice.
#include <throng/mailbox/sendable.hpp>

struct Packet {
  int length;
  unsigned char bytes[1500];
};

int main() { throng::require_sendable<Packet>(); }
