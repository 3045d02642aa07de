#include "system.hpp"

namespace rival {
namespace {

// What every workload has in CAF, and what some have beside it.
constexpr Parameter stealing[] = {{"sharing", 0}};
constexpr Parameter fib_parameters[] = {{"sharing", 0}, {"n", 38}, {"cutoff", 22}};
constexpr Parameter idle_parameters[] = {{"sharing", 0}, {"seconds", 10}};
constexpr Parameter hog_parameters[] = {{"sharing", 0}, {"detached", 0}};

}  // namespace

Settings::Settings(const Parameters& parameters) {
  set("scheduler.max-threads", static_cast<std::size_t>(parameters.workers));
  set("scheduler.policy", parameters["sharing"] != 0 ? caf::atom("sharing") : caf::atom("stealing"));
}

std::string_view runtime_name() { return "CAF 0.17"; }

void adapt(Workload& workload) {
  workload.more = stealing;
  if (workload.name == "fib") workload.more = fib_parameters;
  if (workload.name == "idle") workload.more = idle_parameters;
  if (workload.name == "hog_latency") workload.more = hog_parameters;
}

}  // namespace rival
