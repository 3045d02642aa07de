// What is the same for the programs of all systems that are measured, throng's and the others'
// (bench/rivals/): what a workload is, what it gives, and the line of JSON. Nothing here knows throng or
// another system.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace bench {

struct Parameters {
  std::size_t count = 0;      // operations in all; 0: the workload's own default
  std::size_t processes = 0;  // how many take part, where that is a choice; 0: the default
  unsigned workers = 1;       // threads that run processes
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

// `In`: what it runs in, if the system has something of the kind.
template <class... In>
struct BasicWorkload {
  std::string_view name;
  std::string_view definition;  // one sentence: what is timed
  std::size_t default_count;
  std::size_t default_processes;
  Outcome (*run)(In... in, const Parameters& parameters);
  std::span<const Parameter> more = {};
};

// A workload without its code.
struct Entry {
  std::string_view name;
  std::string_view definition;
  std::size_t default_count;
  std::size_t default_processes;
  std::span<const Parameter> more;
};
template <class... In>
Entry entry_of(const BasicWorkload<In...>& workload) {
  return {workload.name, workload.definition, workload.default_count, workload.default_processes,
          workload.more};
}

// The workload's own values where nobody said otherwise. Throws std::invalid_argument for a further parameter
// that it does not have.
void fill_in(const Entry& workload, Parameters& parameters);

// The line of a run. `further`: members of the system's own, each with a comma before it.
std::string json_of_run(const Entry& workload, const Parameters& parameters, const Outcome& outcome,
                        double cpu_seconds, std::string_view further = {});

// -- for workloads

// Ends the program with a sentence: a figure of a run whose result is wrong is worse than none.
void require(bool condition, const char* sentence);

class Stopwatch {
 public:
  double nanoseconds() const;

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

// CPU time of this program so far, of all its threads.
double cpu_seconds();

// Memory of this program that the kernel holds in RAM now, in bytes.
std::size_t resident_bytes();
// How much more that is than `before`, for each of `count`.
double resident_since(std::size_t before, std::size_t count);

}  // namespace bench
