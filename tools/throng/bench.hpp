// `throng bench`: programs that know the same workloads, run by turns, and what their figures say of each
// other.
//
// A contender is an executable with this command line, which prints one JSON object on a line:
//   PROGRAM NAME [--count N] [--processes N] [--set NAME=VALUE]... --workers N --runs 1
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "machine.hpp"
#include "progress.hpp"

namespace throng::command {

struct Contender {
  std::string name;
  std::string program;    // its path
  std::string version{};  // empty: nobody knows
  bool is_rival = false;  // another system, whose failures are its own affair
};

// A number in a contender's report. Of all of them less is better.
struct BenchFigure {
  std::string name;  // as in the report
  std::string unit;  // what it is: "ns per message"
};

// One line of the table of workloads: a scenario with its parameters.
struct BenchLine {
  std::string name;   // on the command line and in files: ring_100000
  std::string label;  // for people: ring 100,000
  std::string scenario;
  std::uint64_t count = 0;  // 0: the contender's own default, as with all that follow
  std::uint64_t processes = 0;
  std::uint64_t processes_per_worker = 0;
  std::vector<std::string> settings{};  // NAME=VALUE
  std::vector<BenchFigure> figures{};   // those that count; the first one above all
  std::uint64_t size = 0;               // the units of which a growth curve counts the cost; 0: no such line
};

// The workloads by which throng is measured, and those whose cost is looked at as they grow.
const std::vector<BenchLine>& bench_lines();
std::vector<BenchLine> growth_lines(const std::vector<std::uint64_t>& sizes);
// A scenario that stands in neither table: with the contender's own parameters.
BenchLine plain_line(const std::string& scenario);

struct BenchRun {
  std::size_t contender = 0;
  unsigned turn = 0;  // from 1
  double seconds = 0;
  std::string failure{};  // empty: there is a report
  std::string report{};   // the line as it was printed
  std::map<std::string, double> figures{};
};

// One line with so many workers: all turns of all contenders, in the order in which they ran. A contender
// that fails has no further turns.
struct BenchSeries {
  BenchLine line;
  unsigned workers = 1;
  double distance_before;  // of two CPUs, in ns; NaN: not measured, as one worker has no use for it
  double distance_after;
  std::vector<BenchRun> runs{};
};

struct BenchOptions {
  std::vector<unsigned> workers{};
  unsigned runs = 5;
  std::uint64_t count = 0;       // instead of every line's own; 0: none
  unsigned timeout_seconds = 0;  // of one run
};

struct BenchResult {
  std::string date;
  std::string version;  // of throng
  MachineInfo machine;
  std::vector<Contender> contenders;
  unsigned runs = 0;
  bool is_growth = false;
  std::vector<BenchSeries> series{};
};

std::vector<std::string> command_of(const Contender& contender, const BenchLine& line, unsigned workers);

// The numbers of a report. Errors: std::runtime_error that says why it is none.
std::map<std::string, double> figures_of_report(const std::string& report, const BenchLine& line);

// Never throws for what a contender does.
std::vector<BenchSeries> run_bench(const std::vector<Contender>& contenders,
                                   const std::vector<BenchLine>& lines, const BenchOptions& options,
                                   Progress& progress);

// Which programs take part.
struct Against {
  std::string folder;                   // where bench_scenarios and rivals/ are
  std::vector<std::string> rivals{};    // by name
  std::vector<std::string> programs{};  // NAME=PATH, instead of bench_scenarios
};
// Errors: one sentence about the one that is not there.
std::vector<Contender> find_contenders(const Against& against);
const std::vector<std::string>& known_rivals();

// The names in the usage that a contender prints where it does not know what to run; empty: it is no usage.
std::vector<std::string> scenarios_in(const std::string& usage);

// Of all lines those that are wanted, by name, label or scenario; and what only the first contender knows.
// Errors: std::invalid_argument with what there is.
std::vector<BenchLine> choose_lines(const std::vector<std::string>& wanted, const std::vector<BenchLine>& all,
                                    const Contender& first);

}  // namespace throng::command
