// Who hears of crashes: processes that end with an error of their own. Those that end because another did, to
// which they are linked, or because they were told to by exit(), are not reported: whom it began with is
// (LOG-1). Without anybody it is one line on stderr each, if
// RuntimeOptions::report_crashes says so.
#pragma once

#include <memory>
#include <string_view>
#include <throng/vm/inspect.hpp>
#include <throng/vm/possession.hpp>

namespace throng {

// A process that a crashed one is linked to, and that will be taken along: it does not trap exits.
struct Neighbour {
  Pid process;
  ProcessBrief brief;
};

struct CrashedProcess : ProcessInfo {
  std::vector<Neighbour> neighbours{};  // at most twenty
};

class CrashSink {
 public:
  CrashSink() = default;
  CrashSink(const CrashSink&) = delete;
  CrashSink& operator=(const CrashSink&) = delete;
  virtual ~CrashSink() = default;

  // Asked first, so that a flood costs little. False: nothing is reported.
  virtual bool wants_more() noexcept = 0;
  // On the dying process's thread, before its possessions are given up. False: could not be passed on, the
  // line on stderr stands in.
  virtual bool take(const Farewell& farewell, const CrashedProcess& process) = 0;
};

// From now on crashes of this runtime go there; null: to stderr again. Thread: in a process.
void report_crashes_to(std::shared_ptr<CrashSink> sink);

// One line on stderr, unless the runtime's options say that it keeps quiet. For reports that nobody else
// takes. Thread: in a process.
void report_line(std::string_view text);

}  // namespace throng
