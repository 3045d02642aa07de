#include "scenario.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <throng/scheduler/policies.hpp>

namespace throng_bench {
namespace {

// Not getrusage()'s, which keeps the size of the program that started this one.
std::size_t peak_rss() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::stoul(line.substr(6)) * 1024;
  return 0;
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.6g", value);
  return text;
}

// The scenario's own values where nobody said otherwise.
void fill_in(const Scenario& scenario, Parameters& parameters) {
  if (parameters.count == 0) parameters.count = scenario.default_count;
  if (parameters.processes == 0) parameters.processes = scenario.default_processes;
  for (const auto& [name, value] : parameters.more) {
    if (std::ranges::find(scenario.more, name, &Parameter::name) != scenario.more.end()) continue;
    std::string known;
    for (const Parameter& parameter : scenario.more)
      known += (known.empty() ? "" : ", ") + std::string(parameter.name);
    throw std::invalid_argument(std::string(scenario.name) + " has no parameter \"" + name + "\"" +
                                (known.empty() ? "" : "; it has " + known));
  }
  for (const Parameter& parameter : scenario.more)
    parameters.more.try_emplace(std::string(parameter.name), parameter.value);
}

}  // namespace

double Parameters::operator[](std::string_view name) const {
  auto found = more.find(name);
  if (found == more.end()) throw std::out_of_range("there is no parameter " + std::string(name));
  return found->second;
}

const Scenario* find_scenario(std::string_view name) {
  auto all = scenarios();
  auto found = std::ranges::find(all, name, &Scenario::name);
  return found == all.end() ? nullptr : &*found;
}

RunReport run_scenario(const Scenario& scenario, Parameters parameters, const Setting& setting) {
  fill_in(scenario, parameters);
  throng::Runtime runtime({.workers = setting.workers,
                           .name = std::string(scenario.name),
                           .policy = throng::policies::named(setting.policy)});
  if (setting.recorded) runtime.start_recording();
  const double cpu_before = cpu_seconds();
  Outcome outcome = scenario.run(runtime, parameters);
  if (outcome.operations == 0)
    throw std::invalid_argument("there was nothing to do: --count is smaller than --processes");
  RunReport report;
  report.workload = scenario.name;
  report.operations = outcome.operations;
  report.processes = parameters.processes;
  report.setting = setting;
  report.more = parameters.more;
  report.ns_per_operation = outcome.nanoseconds / static_cast<double>(outcome.operations);
  report.cpu_seconds = cpu_seconds() - cpu_before;
  report.peak_rss_bytes = peak_rss();
  report.extra = std::move(outcome.extra);
  return report;
}

std::string RunReport::json() const {
  std::string text =
      "{\"workload\":\"" + workload + "\",\"operations\":" + std::to_string(operations) +
      ",\"processes\":" + std::to_string(processes) + ",\"workers\":" + std::to_string(setting.workers) +
      ",\"policy\":\"" + setting.policy + "\"" + (setting.recorded ? ",\"recorded\":1" : "") +
      ",\"ns_per_operation\":" + number(ns_per_operation) + ",\"cpu_seconds\":" + number(cpu_seconds) +
      ",\"peak_rss_bytes\":" + std::to_string(peak_rss_bytes);
  for (const auto& [name, value] : more) text += ",\"" + name + "\":" + number(value);
  for (const auto& [name, value] : extra) text += ",\"" + name + "\":" + number(value);
  return text + "}";
}

void require(bool condition, const char* sentence) {
  if (condition) return;
  std::fprintf(stderr, "the scenario's result is wrong: %s\n", sentence);
  std::_Exit(2);
}

double Stopwatch::nanoseconds() const { return static_cast<double>((throng::Clock::now() - begin_).count()); }

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::size_t resident_bytes() {
  std::size_t pages = 0, resident = 0;
  if (std::FILE* file = std::fopen("/proc/self/statm", "re"); file != nullptr) {
    if (std::fscanf(file, "%zu %zu", &pages, &resident) != 2) resident = 0;
    std::fclose(file);
  }
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace throng_bench
