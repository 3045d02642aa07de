// An act of the demo: what it works with, and what it leaves behind for the summary, the JSON and the exit
// code. Each act is a function in a file act_….cpp; demo.cpp plays them in order.
//
// An act's main process is started by Runtime::run while the host waits, so its body may refer to the host's
// variables: that is what `trusted` is used for here. The other processes get values only.
#pragma once

#include <cstdint>
#include <string>
#include <throng/throng.hpp>
#include <vector>

#include "progress.hpp"

namespace throng::command {

// Everything follows from the number of processes asked for: below a million the other acts shrink with it,
// so that a small demo is short; above, they stay as they are.
struct Sizes {
  explicit Sizes(std::uint64_t wanted);
  std::uint64_t alive_at_most() const;

  std::uint64_t processes;
  std::uint64_t ring_members;
  std::uint64_t ring_hops;
  std::uint64_t senders;
  std::uint64_t messages;  // of all senders together
  std::uint64_t pairs;
  std::uint64_t neighbours;  // of the one that crashes, itself included
};

struct Stage {
  const RuntimeOptions& options;  // those of `runtime`
  Runtime& runtime;
  Progress& progress;
  const Sizes sizes;
  std::vector<Pid> crowd{};  // the million at rest
};

// Something that must be so. A demo in which one is not ends with a non-zero exit code.
struct Check {
  std::string what;
  bool held;
};

// A line of the summary's table.
struct Row {
  std::string what;
  std::uint64_t count;
  std::string in_all;
  std::string each;
};

struct Figure {
  std::string name;
  double value;  // NaN: not measured, null in JSON
};

struct Result {
  std::uint64_t count = 0;  // of what the act is about
  double seconds = 0;
  std::vector<Figure> figures{};
  std::vector<Row> rows{};
  std::vector<std::string>
      meanings{};  // what the figures mean: sentences, each after a word that names its row
  std::vector<Check> checks{};

  double each() const { return count == 0 ? 0 : seconds / static_cast<double>(count); }
  // A row with the time in all and for each, and the figures that go with it.
  void add_times(std::string what);
};

struct Act {
  const char* name;  // its key in the JSON
  std::string (*doing)(const Sizes& sizes);
  std::uint64_t (*steps)(const Sizes& sizes);  // what Progress::set counts up to
  Result (*play)(Stage& stage);
};

extern const Act spawn_act;   // a million processes that rest
extern const Act answer_act;  // a message to each, an answer from each
extern const Act ring_act;    // a token round a ring
extern const Act fan_in_act;  // many senders, one receiver
extern const Act pairs_act;   // linked pairs, one of each killed
extern const Act crash_act;   // one throws, the others live on
extern const Act storm_act;   // a tree of supervisors under random kills
extern const Act hogs_act;    // endless loops, and others beside them
extern const Act end_act;     // everything stops

// -- helpers for acts
double seconds_since(Clock::time_point begin);

// Ends these processes with `shutdown` and waits until every one is gone. Returns how many said that it was
// this that ended them. Thread: in a process, which must not watch others meanwhile.
std::uint64_t end_and_watch(const std::vector<Pid>& processes);

}  // namespace throng::command
