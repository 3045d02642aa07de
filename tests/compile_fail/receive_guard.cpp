// expect: throng: the guard and its clause must take the same message type
// A guard for a message that its clause does not take.
#include <throng/throng.hpp>

void use() {
  throng::receive(throng::when([](const throng::Exit&) { return true; }, [](throng::Down) {}));
}
