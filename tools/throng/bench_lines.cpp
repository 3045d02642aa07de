// The tables of workloads. Counts stand here and not with the programs, so that all do the same.
#include <fmt/format.h>

#include <algorithm>

#include "bench.hpp"
#include "text.hpp"

namespace throng::command {
namespace {

constexpr std::uint64_t million = 1'000'000;

std::vector<BenchFigure> per(const char* what) {
  return {{"ns_per_operation", fmt::format("ns per {}", what)}};
}

std::vector<BenchFigure> of_spawning() {
  return {{"ns_per_operation", "ns per process"},
          {"bytes_per_process", "bytes each"},
          {"wake_and_reply_ns", "ns to wake and reply"}};
}

std::vector<BenchFigure> of_timers() {
  return {{"ns_per_operation", "ns to start one"},
          {"late_p99_ms", "ms late, p99"},
          {"delivery_cpu_seconds", "CPU s"}};
}

std::vector<BenchFigure> of_hogs() {
  return {{"trip_p50_us", "us, trip p50"},
          {"trip_p999_us", "us, trip p99.9"},
          {"trip_max_us", "us, trip max"},
          {"late_p99_us", "us, tick late p99"},
          {"late_max_us", "us, tick late max"}};
}

std::vector<BenchLine> make_lines() {
  auto named = [](std::string name, std::uint64_t count, std::uint64_t processes,
                  std::vector<BenchFigure> figures) {
    return BenchLine{.name = name,
                     .label = name,
                     .scenario = name,
                     .count = count,
                     .processes = processes,
                     .figures = std::move(figures)};
  };
  auto sized = [&named](std::string scenario, std::uint64_t count, std::uint64_t processes,
                        const char* what) {
    BenchLine line = named(scenario, count, processes, per(what));
    line.name = fmt::format("{}_{}", scenario, processes);
    line.label = fmt::format("{} {}", scenario, grouped(processes));
    return line;
  };
  BenchLine fib = named("fib", 0, 0, per("process"));
  fib.settings = {"n=38", "cutoff=22"};
  BenchLine hogs = named("hog_latency", 10'000, 0, of_hogs());
  hogs.processes_per_worker = 2;
  BenchLine idle = named("idle", 100'000, 0, {{"idle_cpu_seconds", "CPU s in 10 s"}});
  idle.settings = {"seconds=10"};
  return {named("spawn_exit", million, 0, per("process")),
          named("spawn_live", million, 0, of_spawning()),
          named("spawn_parked", million, 0, of_spawning()),
          named("ping_pong", 5 * million, 0, per("message")),
          sized("ring", 5 * million, 1'000, "hop"),
          sized("ring", 5 * million, 100'000, "hop"),
          named("skynet", million, 0, per("process")),
          sized("fan_in", 8 * million, 8, "message"),
          sized("fan_in", 5 * million, 1, "message"),
          named("big", 2 * million, 512, per("ping")),
          named("chameneos", million, 100, per("meeting")),
          sized("gen_call", million, 1, "call"),
          sized("gen_call", million, 1'000, "call"),
          named("selective", million, 100'000, per("call")),
          fib,
          named("timers", million, 0, of_timers()),
          named("timer_cancel", million, 0, per("timer")),
          named("mailbox", million, 0, {{"bytes_per_message", "bytes per message"}}),
          hogs,
          idle};
}

// What takes the size: the number of operations, or that of processes while each does something once or more.
enum class Grows : std::uint8_t { count, processes };
struct GrowthLine {
  const char* scenario;
  Grows grows;
  const char* unit;
};
constexpr GrowthLine growth[] = {
    {"spawn_exit", Grows::count, "ns per process"}, {"spawn_live", Grows::count, "ns per process"},
    {"ping_pong", Grows::count, "ns per message"},  {"ring", Grows::processes, "ns per hop"},
    {"fan_in", Grows::processes, "ns per message"}, {"timers", Grows::count, "ns to start one"},
    {"timer_cancel", Grows::count, "ns per timer"}, {"mailbox", Grows::count, "ns per message"},
    {"link", Grows::count, "ns per link"},          {"monitor", Grows::count, "ns per monitor"},
    {"names", Grows::count, "ns per name"},         {"supervision", Grows::count, "ns per child"},
};

}  // namespace

const std::vector<BenchLine>& bench_lines() {
  static const std::vector<BenchLine> lines = make_lines();
  return lines;
}

std::vector<BenchLine> growth_lines(const std::vector<std::uint64_t>& sizes) {
  std::vector<BenchLine> lines;
  for (const GrowthLine& what : growth) {
    for (std::uint64_t size : sizes) {
      BenchLine line = plain_line(what.scenario);
      line.label = fmt::format("{}, {}", what.scenario, grouped(size));
      line.size = size;
      line.figures = {{"ns_per_operation", what.unit}, {"bytes_per_unit", "bytes each"}};
      // A few members say enough only if each has its turn often.
      line.count = what.grows == Grows::count ? size : std::max(size, million);
      if (what.grows == Grows::processes) line.processes = size;
      lines.push_back(std::move(line));
    }
  }
  return lines;
}

BenchLine plain_line(const std::string& scenario) {
  return {.name = scenario, .label = scenario, .scenario = scenario, .figures = per("operation")};
}

}  // namespace throng::command
