// 1. One process greets another. `run` makes a runtime, runs the function as its first process, and stops
// everything in order; `spawn` starts another; `send` and `receive` are all they share.
#include <cassert>
#include <cstdio>
#include <string>
#include <throng/throng.hpp>

using namespace throng;

// Any type that owns what it reaches can be a message. A pointer or a string_view in here would not compile.
struct Greet {
  Pid from;
  std::string name;
};
struct Greeting {
  std::string text;
};

// The body of a process is a function, or a lambda that captures nothing. Returning from it ends the process.
void greeter() {
  auto greet = receive<Greet>();
  send(greet.from, Greeting{"hello, " + greet.name});
}

int main() {
  return run([] {
    Pid pid = spawn(greeter);
    send(pid, Greet{self(), "world"});
    auto greeting = receive<Greeting>();
    assert(greeting.text == "hello, world");
    std::puts(greeting.text.c_str());
  });
}
