// What all workloads in CAF begin with: an actor system with as many threads as there are workers, and a
// driver, the actor that starts the workload and writes down what came of it.
#pragma once

#include <caf/all.hpp>
#include <utility>
#include <vector>

#include "workloads.hpp"

namespace rival {

// Messages without contents. CAF tells them by their values.
using Answer = caf::atom_constant<caf::atom("answer")>;
using Ask = caf::atom_constant<caf::atom("ask")>;
using Done = caf::atom_constant<caf::atom("done")>;
using Go = caf::atom_constant<caf::atom("go")>;
using Ready = caf::atom_constant<caf::atom("ready")>;
using Report = caf::atom_constant<caf::atom("report")>;

// How workers come by actors that can run. Stealing: each worker has a queue of its own, and a worker without
// work takes from another's. To take the last of a queue it walks all of it, under its locks, and so it is
// slower by orders of magnitude where tens of thousands wait. Sharing: all have one queue. The parameter
// "sharing" says otherwise than a workload.
enum class Policy { stealing, sharing };

class Settings : public caf::actor_system_config {
 public:
  Settings(Policy policy, const Parameters& parameters);
};

// What a driver is given, and what it fills in.
struct Run {
  const Parameters& parameters;
  Outcome outcome{};
};

// Base of drivers. The system has ended when it and all that it started have.
class Driver : public caf::event_based_actor {
 public:
  Driver(caf::actor_config& config, Run* run)
      : event_based_actor(config), parameters(run->parameters), outcome(run->outcome) {}

 protected:
  caf::actor me() { return caf::actor_cast<caf::actor>(this); }

  template <class Handle>
  void kill(const Handle& actor) {
    send_exit(actor, caf::exit_reason::kill);
  }
  void kill_all(std::vector<caf::actor>& actors) {
    for (const caf::actor& actor : actors) kill(actor);
    actors.clear();  // they may know this one: no cycle shall be left
  }

  const Parameters& parameters;
  Outcome& outcome;
};

// Runs a workload in a system of its own. Further arguments go to the driver.
template <class WorkloadDriver, class... Arguments>
Outcome run_in_system(Policy policy, const Parameters& parameters, Arguments... arguments) {
  Run run{parameters};
  Settings settings(policy, parameters);
  caf::actor_system system(settings);
  system.spawn<WorkloadDriver>(&run, arguments...);
  system.await_all_actors_done();
  return run.outcome;
}

}  // namespace rival
