// PROGRAM NAME [--count N] [--processes N] [--set NAME=VALUE]... [--workers N] [--runs N] [--policy NAME]
// [--record]: one JSON line a run, on stdout. Without a name: the list of this program's scenarios.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "scenario.hpp"

namespace {

using namespace throng_bench;

std::string listing() {
  std::string text = "Scenarios:\n";
  for (const Scenario& scenario : scenarios()) {
    std::string defaults;
    auto add = [&defaults](auto name, auto value) {
      defaults += fmt::format("{}{} = {}", defaults.empty() ? "" : ", ", name, value);
    };
    if (scenario.default_count > 0) add("N", scenario.default_count);
    if (scenario.default_processes > 0) add("processes", scenario.default_processes);
    for (const Parameter& parameter : scenario.more) add(parameter.name, parameter.value);
    text += fmt::format("  {:17} {} ({})\n", scenario.name, scenario.definition, defaults);
  }
  return text;
}

std::string no_number(const std::string& what) { return "\"" + what + "\" is not NAME=NUMBER"; }

// NAME=VALUE, as --set takes it.
void take(const std::string& setting, Parameters& parameters) {
  const std::size_t equals = setting.find('=');
  if (equals == std::string::npos || equals == 0) throw std::invalid_argument(no_number(setting));
  const std::string value = setting.substr(equals + 1);
  char* end = nullptr;
  parameters.more[setting.substr(0, equals)] = std::strtod(value.c_str(), &end);
  if (value.empty() || *end != '\0') throw std::invalid_argument(no_number(setting));
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Scenarios: whole workloads, timed, their results checked"};
  std::string name;
  std::vector<std::string> settings;
  Parameters parameters;
  Setting setting;
  std::size_t runs = 1;
  app.add_option("scenario", name, "Which one to run");
  app.add_option("--count", parameters.count, "How many operations");
  app.add_option("--processes", parameters.processes, "How many processes take part");
  app.add_option("--set", settings, "A further parameter")->type_name("NAME=VALUE")->expected(1)->take_all();
  app.add_option("--workers", setting.workers, "How many threads run processes")->check(CLI::Range(1, 1024));
  app.add_option("--runs", runs, "How many runs, each in a runtime of its own");
  app.add_option("--policy", setting.policy, "The scheduling policy");
  app.add_flag("--record", setting.recorded, "With the recorder on");
  app.footer(listing());
  CLI11_PARSE(app, argc, argv);
  const Scenario* scenario = find_scenario(name);
  if (scenario == nullptr) {
    std::fputs(app.help().c_str(), stderr);
    return 2;
  }
  try {
    for (const std::string& text : settings) take(text, parameters);
    for (; runs > 0; --runs) {
      std::puts(run_scenario(*scenario, parameters, setting).json().c_str());
      std::fflush(stdout);
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
