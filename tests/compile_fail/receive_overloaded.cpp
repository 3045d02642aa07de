// expect: throng: a clause takes one message by a type of its own; a generic or overloaded callable
// expect: can't say which
// A clause that would take one of two, behind a guard.
#include <throng/throng.hpp>

struct Both {
  void operator()(int) {}
  void operator()(throng::Down) {}
};

void use() {
  throng::receive(throng::when([](const throng::Down&) { return true; }, Both{}));
}
