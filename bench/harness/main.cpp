// A program of scenarios: the command line of all, and [--policy NAME] [--record]
// [--all-workers].
#include <stdexcept>
#include <throng/scheduler/policies.hpp>

#include "command_line.hpp"
#include "scenario.hpp"

namespace {

using namespace throng_bench;

// What a run is under, whatever the scenario.
struct Setting {
  std::string policy = "built_in";
  bool recorded = false;     // with the recorder on, so that its price shows
  bool all_workers = false;  // none rests
};

// One run: a fresh runtime, the scenario, its line. Throws std::invalid_argument for a policy that there is
// not.
std::string run_scenario(const Scenario& scenario, const Parameters& parameters, const Setting& setting) {
  throng::Runtime runtime({.workers = parameters.workers,
                           .name = std::string(scenario.name),
                           .workers_may_rest = !setting.all_workers,
                           .policy = throng::policies::named(setting.policy)});
  if (setting.recorded) runtime.start_recording();
  const double cpu_before = cpu_seconds();
  const Outcome outcome = scenario.run(runtime, parameters);
  if (outcome.operations == 0)
    throw std::invalid_argument("there was nothing to do: --count is smaller than --processes");
  return json_of_run(entry_of(scenario), parameters, outcome, cpu_seconds() - cpu_before,
                     ",\"policy\":\"" + setting.policy + "\"" + (setting.recorded ? ",\"recorded\":1" : "") +
                         (setting.all_workers ? ",\"all_workers\":1" : ""));
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<bench::Entry> list;
  for (const Scenario& scenario : scenarios()) list.push_back(entry_of(scenario));
  Setting setting;
  bench::CommandLine line("Scenarios: whole workloads, timed, their results checked", std::move(list));
  line.app().add_option("--policy", setting.policy, "The scheduling policy");
  line.app().add_flag("--all-workers", setting.all_workers, "None of them rests");
  line.app().add_flag("--record", setting.recorded, "With the recorder on");
  return line.run(argc, argv, [&setting](std::size_t place, const Parameters& parameters) {
    return run_scenario(scenarios()[place], parameters, setting);
  });
}
