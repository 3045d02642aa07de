#include "command_line.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <stdexcept>
#include <utility>

namespace bench {
namespace {

std::string listing(const std::vector<Entry>& workloads) {
  std::string text = "Workloads:\n";
  for (const Entry& workload : workloads) {
    std::string defaults;
    auto add = [&defaults](std::string_view name, double value) {
      char number[32];
      std::snprintf(number, sizeof(number), "%.15g", value);
      defaults += (defaults.empty() ? "" : ", ") + std::string(name) + " = " + number;
    };
    if (workload.default_count > 0) add("N", static_cast<double>(workload.default_count));
    if (workload.default_processes > 0) add("processes", static_cast<double>(workload.default_processes));
    for (const Parameter& parameter : workload.more) add(parameter.name, parameter.value);
    std::string name(workload.name);
    name.resize(std::max<std::size_t>(name.size(), 22), ' ');
    text += "  " + name + " " + std::string(workload.definition) + " (" + defaults + ")\n";
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

}  // namespace

CommandLine::CommandLine(const std::string& description, std::vector<Entry> workloads)
    : app_(description), workloads_(std::move(workloads)) {
  app_.add_option("workload", name_, "Which one to run");
  app_.add_option("--count", parameters_.count, "How many operations");
  app_.add_option("--processes", parameters_.processes, "How many processes take part");
  app_.add_option("--set", settings_, "A further parameter")
      ->type_name("NAME=VALUE")
      ->expected(1)
      ->take_all();
  app_.add_option("--workers", parameters_.workers, "How many threads run processes")
      ->check(CLI::Range(1, 1024));
  app_.add_option("--runs", runs_, "How many runs");
  app_.footer(listing(workloads_));
}

int CommandLine::run(int argc, char** argv,
                     const std::function<std::string(std::size_t, const Parameters&)>& run_once) {
  CLI11_PARSE(app_, argc, argv);
  auto workload = std::ranges::find(workloads_, name_, &Entry::name);
  if (workload == workloads_.end()) {
    if (!name_.empty()) std::fprintf(stderr, "There is no workload \"%s\".\n", name_.c_str());
    std::fputs(app_.help().c_str(), stderr);
    return 2;
  }
  try {
    for (const std::string& setting : settings_) take(setting, parameters_);
    fill_in(*workload, parameters_);
    for (; runs_ > 0; --runs_) {
      std::puts(run_once(static_cast<std::size_t>(workload - workloads_.begin()), parameters_).c_str());
      std::fflush(stdout);
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}

}  // namespace bench
