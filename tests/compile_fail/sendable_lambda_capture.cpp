// expect: throng: this type is not Sendable: it may reach memory of another process
// A lambda that carries a pointer.
#include <throng/mailbox/sendable.hpp>

int main() {
  int n = 0;
  const auto lambda = [p = &n] { return *p; };
  throng::require_sendable<decltype(lambda)>();
}
