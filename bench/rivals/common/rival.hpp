// What the programs of other runtimes have in common: a list of workloads, the command line and the line of
// JSON that bench/harness/ gives throng's own. Nothing here knows throng, CAF or Boost.Fiber.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace rival {

using Clock = std::chrono::steady_clock;

struct Parameters {
  std::size_t count = 0;      // operations in all; 0: the workload's own default
  std::size_t processes = 0;  // how many take part, where that is a choice; 0: the default
  unsigned workers = 1;
  std::map<std::string, double, std::less<>> more;  // the workload's further parameters, by name

  // One of the further parameters, which the workload lists. Throws std::out_of_range if it does not.
  double operator[](std::string_view name) const;
  std::size_t size(std::string_view name) const { return static_cast<std::size_t>((*this)[name]); }
};

// A further parameter of a workload, and what it is if nobody says otherwise.
struct Parameter {
  std::string_view name;
  double value;
};

// What one run gave. `extra` holds further figures of the workload's own, by name.
struct Outcome {
  std::size_t operations = 0;
  double nanoseconds = 0;  // of all operations together
  std::map<std::string, double> extra;
};

struct Workload {
  std::string_view name;
  std::string_view definition;  // one sentence: what is timed
  std::size_t default_count;
  std::size_t default_processes;
  Outcome (*run)(const Parameters& parameters);
  std::span<const Parameter> more = {};
};

// The whole of main(). Returns the exit status: 2 and a list of workloads where none was named or there is no
// such one, 1 and a sentence where a parameter is wrong.
int run_program(int argc, char** argv, std::string_view what, std::span<const Workload> workloads);

// -- for workloads

// Ends the program with a sentence: a figure of a run whose result is wrong is worse than none.
void require(bool condition, const char* sentence);

class Stopwatch {
 public:
  double nanoseconds() const;

 private:
  Clock::time_point begin_ = Clock::now();
};

// Of this program so far, all threads together.
double cpu_seconds();

// Memory of this program that the kernel holds in RAM now, in bytes.
std::size_t resident_bytes();

// How much more is resident than `before`, for each of `count`.
double resident_since(std::size_t before, std::size_t count);

}  // namespace rival
