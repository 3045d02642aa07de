// What the code of virtual threads calls. Outside an exploration step() and yield() do nothing.
#pragma once

#include <functional>
#include <throng_model/explorer.hpp>

namespace throng_model {

// A scheduling point of its own. Every operation on an Atomic has one; code without atomics may add some.
inline void step() {
  if (Explorer* explorer = Explorer::active()) explorer->step();
}

// A spin loop's hint. The caller goes on after something it has read since its last yield() has changed.
inline void yield() {
  if (Explorer* explorer = Explorer::active()) explorer->yield();
}

// Parks the virtual thread until `ready()`, which only looks: modelled loads in it see the newest value, and
// their orders take effect when the thread wakes. All threads blocked: deadlock, a lost wake-up.
template <class Ready>
void block_until(Ready&& ready) {
  Explorer* explorer = Explorer::active();
  if (explorer == nullptr) {
    if (ready()) return;
    std::fputs("throng_model: block_until() would block outside an exploration\n", stderr);
    std::abort();
  }
  const std::function<bool()> predicate = std::ref(ready);
  explorer->block_until(predicate);
}

// An assertion inside an exploration; a failed one ends it. The sentence says what should have been.
inline void check(bool good, std::string_view sentence) {
  if (good) return;
  if (Explorer* explorer = Explorer::active()) explorer->fail(std::string(sentence));
  std::fprintf(stderr, "throng_model: check failed outside an exploration: %.*s\n",
               static_cast<int>(sentence.size()), sentence.data());
  std::abort();
}

// All of 0 .. alternatives - 1 are explored.
inline int choose(int alternatives) {
  Explorer* explorer = Explorer::active();
  return explorer == nullptr ? 0 : explorer->choose(alternatives, "choose");
}

// The number of the virtual thread, from 1 in the order of Execution::thread(); 0 in the setup and at the
// end.
inline std::size_t current_thread() {
  Explorer* explorer = Explorer::active();
  return explorer == nullptr ? 0 : explorer->current();
}

}  // namespace throng_model
