// A scenario: one workload, defined so that the same work can be done in other languages and figures
// compared. Each checks its own result, and gives what was timed as a count of operations and nanoseconds.
#pragma once

#include <throng/throng.hpp>

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace throng_bench {

struct Parameters {
  std::size_t count = 0;      // operations in all; 0: the scenario's own default
  std::size_t processes = 0;  // how many take part, where that is a choice; 0: the default
  std::map<std::string, double, std::less<>> more;  // the scenario's further parameters, by name

  // One of the further parameters, which the scenario lists. Throws std::out_of_range if it does not.
  double operator[](std::string_view name) const;
  std::size_t size(std::string_view name) const { return static_cast<std::size_t>((*this)[name]); }
};

// A further parameter of a scenario, and what it is if nobody says otherwise.
struct Parameter {
  std::string_view name;
  double value;
};

// What one run gave. `extra` holds further figures of the scenario's own, by name.
struct Outcome {
  std::size_t operations = 0;
  double nanoseconds = 0;  // of all operations together
  std::map<std::string, double> extra;
};

struct Scenario {
  std::string_view name;
  std::string_view definition;  // one sentence: what is timed
  std::size_t default_count;
  std::size_t default_processes;
  Outcome (*run)(throng::Runtime& runtime, const Parameters& parameters);
  std::span<const Parameter> more = {};
};

// All scenarios of this program, in the order in which they are listed. Each program defines its own.
std::span<const Scenario> scenarios();
const Scenario* find_scenario(std::string_view name);

// What a run is under, whatever the scenario.
struct Setting {
  unsigned workers = 1;
  std::string policy = "built_in";
  bool recorded = false;  // with the recorder on, so that its price shows
};

// One run: a fresh runtime, the scenario, one line of JSON.
struct RunReport {
  std::string workload;
  std::size_t operations = 0;
  std::size_t processes = 0;
  Setting setting;
  std::map<std::string, double, std::less<>> more;  // the further parameters
  double ns_per_operation = 0;
  double cpu_seconds = 0;
  std::size_t peak_rss_bytes = 0;
  std::map<std::string, double> extra;

  std::string json() const;
};
// Throws std::invalid_argument for a policy or a parameter that there is not.
RunReport run_scenario(const Scenario& scenario, Parameters parameters, const Setting& setting);

// -- for scenarios

// Ends the program with a sentence: a figure of a run whose result is wrong is worse than none.
void require(bool condition, const char* sentence);

class Stopwatch {
 public:
  double nanoseconds() const;

 private:
  throng::Clock::time_point begin_ = throng::Clock::now();
};

// CPU time of this program so far, of all its threads.
double cpu_seconds();

// Memory of this program that the kernel holds in RAM now, in bytes.
std::size_t resident_bytes();

}  // namespace throng_bench
