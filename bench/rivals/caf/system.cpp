#include "system.hpp"

namespace rival {
namespace {

// What every workload has in CAF, and what some have beside it. Sharing: 0 no, 1 yes, -1 as suits the
// workload.
constexpr Parameter stealing[] = {{"sharing", -1}};
constexpr Parameter fib_parameters[] = {{"sharing", -1}, {"n", 38}, {"cutoff", 22}};
constexpr Parameter idle_parameters[] = {{"sharing", -1}, {"seconds", 10}};
constexpr Parameter hog_parameters[] = {{"sharing", -1}, {"detached", 0}};

}  // namespace

Settings::Settings(Policy policy, const Parameters& parameters) {
  if (parameters["sharing"] >= 0) policy = parameters["sharing"] != 0 ? Policy::sharing : Policy::stealing;
  set("scheduler.max-threads", static_cast<std::size_t>(parameters.workers));
  set("scheduler.policy", policy == Policy::sharing ? caf::atom("sharing") : caf::atom("stealing"));
}

std::string_view runtime_name() { return "CAF 0.17"; }

void adapt(Workload& workload) {
  workload.more = stealing;
  if (workload.name == "fib") workload.more = fib_parameters;
  if (workload.name == "idle") workload.more = idle_parameters;
  if (workload.name == "hog_latency") workload.more = hog_parameters;
}

}  // namespace rival
