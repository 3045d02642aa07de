// Another program, run to its end: what it printed, how it ended. It gets a process group of its own, so that
// what it started ends with it. Thread: host, one child at a time.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace throng::command {

struct ChildOutcome {
  std::string failure;  // empty: it ended by itself with exit code 0; else what went wrong, in words
  std::string out;
  std::string err;
  int exit_code = -1;  // -1: it did not end by itself
  double seconds = 0;
};

// After `limit` it is killed. It reads from nowhere. A signal that ends this program ends it too.
ChildOutcome run_child(const std::vector<std::string>& command, std::chrono::seconds limit);

// The first line that says something; "nothing" if none does.
std::string first_line(const std::string& text);

}  // namespace throng::command
