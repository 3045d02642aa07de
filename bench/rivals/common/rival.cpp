#include "rival.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <vector>

namespace rival {
namespace {

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.6g", value);
  return text;
}

std::string listing(std::span<const Workload> workloads) {
  std::string text = "Workloads:\n";
  for (const Workload& workload : workloads) {
    std::string name(workload.name);
    name.resize(std::max<std::size_t>(name.size(), 14), ' ');
    text += "  " + name + " " + std::string(workload.definition) +
            " (N = " + std::to_string(workload.default_count);
    if (workload.default_processes > 0) text += ", processes = " + std::to_string(workload.default_processes);
    for (const Parameter& parameter : workload.more)
      text += ", " + std::string(parameter.name) + " = " + number(parameter.value);
    text += ")\n";
  }
  return text;
}

// NAME=VALUE, as --set takes it.
void take(const std::string& setting, Parameters& parameters) {
  const std::size_t equals = setting.find('=');
  const std::string value = equals == std::string::npos ? "" : setting.substr(equals + 1);
  char* end = nullptr;
  const double number = std::strtod(value.c_str(), &end);
  if (equals == 0 || value.empty() || *end != '\0')
    throw std::invalid_argument("\"" + setting + "\" is not NAME=NUMBER");
  parameters.more[setting.substr(0, equals)] = number;
}

// The workload's own values where nobody said otherwise.
void fill_in(const Workload& workload, Parameters& parameters) {
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

std::size_t peak_rss() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::size_t>(usage.ru_maxrss) * 1024;
}

std::string json_of_a_run(const Workload& workload, const Parameters& parameters) {
  const double cpu_before = cpu_seconds();
  const Outcome outcome = workload.run(parameters);
  const double each =
      outcome.operations == 0 ? 0 : outcome.nanoseconds / static_cast<double>(outcome.operations);
  std::string text = "{\"workload\":\"" + std::string(workload.name) +
                     "\",\"operations\":" + std::to_string(outcome.operations) +
                     ",\"processes\":" + std::to_string(parameters.processes) +
                     ",\"workers\":" + std::to_string(parameters.workers) +
                     ",\"ns_per_operation\":" + number(each) +
                     ",\"cpu_seconds\":" + number(cpu_seconds() - cpu_before) +
                     ",\"peak_rss_bytes\":" + std::to_string(peak_rss());
  for (const auto& [name, value] : parameters.more) text += ",\"" + name + "\":" + number(value);
  for (const auto& [name, value] : outcome.extra) text += ",\"" + name + "\":" + number(value);
  return text + "}";
}

}  // namespace

double Parameters::operator[](std::string_view name) const {
  auto found = more.find(name);
  if (found == more.end()) throw std::out_of_range("there is no parameter " + std::string(name));
  return found->second;
}

int run_program(int argc, char** argv, std::string_view what, std::span<const Workload> workloads) {
  CLI::App app{"Workloads of throng's benchmarks, done with " + std::string(what)};
  std::string name;
  std::vector<std::string> settings;
  Parameters parameters;
  std::size_t runs = 1;
  app.add_option("workload", name, "Which one to run");
  app.add_option("--count", parameters.count, "How many operations");
  app.add_option("--processes", parameters.processes, "How many processes take part");
  app.add_option("--set", settings, "A further parameter")->type_name("NAME=VALUE")->expected(1)->take_all();
  app.add_option("--workers", parameters.workers, "How many threads run processes")
      ->check(CLI::Range(1, 1024));
  app.add_option("--runs", runs, "How many runs");
  app.footer(listing(workloads));
  CLI11_PARSE(app, argc, argv);
  auto workload = std::ranges::find(workloads, name, &Workload::name);
  if (workload == workloads.end()) {
    if (!name.empty()) std::fprintf(stderr, "There is no workload \"%s\".\n", name.c_str());
    std::fputs(app.help().c_str(), stderr);
    return 2;
  }
  try {
    for (const std::string& setting : settings) take(setting, parameters);
    fill_in(*workload, parameters);
    for (; runs > 0; --runs) {
      std::puts(json_of_a_run(*workload, parameters).c_str());
      std::fflush(stdout);
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}

void require(bool condition, const char* sentence) {
  if (condition) return;
  std::fprintf(stderr, "the workload's result is wrong: %s\n", sentence);
  std::_Exit(2);
}

double Stopwatch::nanoseconds() const {
  return static_cast<double>(std::chrono::nanoseconds(Clock::now() - begin_).count());
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

}  // namespace rival
