#include <throng/vm/crash.hpp>
#include <throng/vm/no_preempt.hpp>

#include <cstdio>

#include "machine.hpp"
#include "possession.hpp"
#include "runtime_call.hpp"

namespace throng {

void report_crashes_to(std::shared_ptr<CrashSink> sink) {
  detail::RuntimeCall runtime_call("report_crashes_to()");
  detail::Machine& machine = *runtime_call.process().machine;
  NoPreempt no_preempt;
  {
    std::lock_guard lock(machine.crash_mutex);
    machine.crash_sink.swap(sink);
  }  // the old one is destroyed outside
}

void report_line(std::string_view text) {
  detail::RuntimeCall runtime_call("report_line()");
  if (!runtime_call.process().machine->options.report_crashes) return;
  std::fprintf(stderr, "throng: %.*s\n", static_cast<int>(text.size()), text.data());
}

namespace detail {
namespace {

CrashedProcess describe(Process& process) {
  constexpr std::size_t at_most = 20;
  CrashedProcess crashed{info_of(process)};
  for (Pid other : crashed.links) {
    if (crashed.neighbours.size() == at_most) break;
    const Process* neighbour = process.machine->table.find(other);
    if (neighbour == nullptr || neighbour->is_trapping()) continue;
    if (auto brief = brief_of(*process.machine, other))
      crashed.neighbours.push_back({other, *std::move(brief)});
  }
  return crashed;
}

bool pass_on(Process& process) noexcept {
  Machine& machine = *process.machine;
  std::shared_ptr<CrashSink> sink;
  {
    std::lock_guard lock(machine.crash_mutex);
    sink = machine.crash_sink;
  }
  if (!sink) return false;
  if (!sink->wants_more()) return true;
  try {
    return sink->take(farewell_of(machine, process.pid(), process.exit_reason), describe(process));
  } catch (...) {  // no memory, most likely: the line on stderr needs none
    return false;
  }
}

}  // namespace

void report_crash(Process& process) noexcept {
  if (pass_on(process) || !process.machine->options.report_crashes) return;
  std::string name = process.machine->names.name_of(process.pid());
  std::fprintf(stderr, "throng: process %s%s%s ended with an error: %s\n", process.pid().text().c_str(),
               name.empty() ? "" : " ", name.c_str(), process.exit_reason.text().c_str());
}

}  // namespace detail
}  // namespace throng
