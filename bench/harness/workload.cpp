#include "workload.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace bench {
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

}  // namespace

double Parameters::operator[](std::string_view name) const {
  auto found = more.find(name);
  if (found == more.end()) throw std::out_of_range("there is no parameter " + std::string(name));
  return found->second;
}

void fill_in(const Entry& workload, Parameters& parameters) {
  if (parameters.count == 0) parameters.count = workload.default_count;
  if (parameters.processes == 0) parameters.processes = workload.default_processes;
  for (const auto& [name, value] : parameters.more) {
    if (std::ranges::find(workload.more, name, &Parameter::name) != workload.more.end()) continue;
    std::string known;
    for (const Parameter& parameter : workload.more)
      known += (known.empty() ? "" : ", ") + std::string(parameter.name);
    throw std::invalid_argument(std::string(workload.name) + " has no parameter \"" + name + "\"" +
                                (known.empty() ? "" : "; it has " + known));
  }
  for (const Parameter& parameter : workload.more)
    parameters.more.try_emplace(std::string(parameter.name), parameter.value);
}

std::string json_of_run(const Entry& workload, const Parameters& parameters, const Outcome& outcome,
                        double cpu_seconds, std::string_view further) {
  const double each =
      outcome.operations == 0 ? 0 : outcome.nanoseconds / static_cast<double>(outcome.operations);
  std::string text = "{\"workload\":\"" + std::string(workload.name) +
                     "\",\"operations\":" + std::to_string(outcome.operations) +
                     ",\"processes\":" + std::to_string(parameters.processes) +
                     ",\"workers\":" + std::to_string(parameters.workers) + std::string(further) +
                     ",\"ns_per_operation\":" + number(each) + ",\"cpu_seconds\":" + number(cpu_seconds) +
                     ",\"peak_rss_bytes\":" + std::to_string(peak_rss());
  for (const auto& [name, value] : parameters.more) text += ",\"" + name + "\":" + number(value);
  for (const auto& [name, value] : outcome.extra) text += ",\"" + name + "\":" + number(value);
  return text + "}";
}

void require(bool condition, const char* sentence) {
  if (condition) return;
  std::fprintf(stderr, "the scenario's result is wrong: %s\n", sentence);
  std::_Exit(2);
}

double Stopwatch::nanoseconds() const {
  return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begin_).count();
}

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

double resident_since(std::size_t before, std::size_t count) {
  const std::size_t now = resident_bytes();
  return static_cast<double>(now > before ? now - before : 0) / static_cast<double>(count);
}

}  // namespace bench
