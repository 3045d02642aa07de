// expect: throng: a process body may not capture; pass values as arguments
// A child that is a lambda with a capture.
#include <throng/throng.hpp>

throng::supervisor::ChildSpec use(int n) {
  return throng::supervisor::process("counter", [n] { static_cast<void>(n); });
}
