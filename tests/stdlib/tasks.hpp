// Functions for tasks to run, and what a misuse or a failed await says.
#pragma once

#include "semantics/support.hpp"

namespace semantics {

inline int add(int a, int b) { return a + b; }
inline int fail(const std::string& text) { throw std::runtime_error(text); }
// Runs until it is told to go on.
inline int wait_for_go() {
  receive<Go>();
  return 7;
}
inline void wait_for_ever() { receive<Never>(); }

// The sentence that a misuse is answered with.
template <class F>
std::string sentence_of(F&& misuse) {
  try {
    misuse();
  } catch (const std::logic_error& error) {
    return error.what();
  }
  return "";
}

// The exception of an await that gives no value.
template <class T>
ExitReason failure_of(Task<T>& task, Duration timeout = patience) {
  try {
    static_cast<void>(task.await(timeout));
  } catch (const TaskFailed& failed) {
    return failed.reason();
  }
  return ExitReason::normal;
}

}  // namespace semantics
