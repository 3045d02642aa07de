// expect: throng: a clause takes one message by a type of its own; a generic or overloaded callable
// expect: can't say which
// A clause that would take anything.
#include <throng/throng.hpp>

void use() {
  throng::receive([](auto) {});
}
