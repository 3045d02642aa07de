#include <throng/vm/spawn.hpp>

#include "machine.hpp"

namespace throng::detail {

Spawned spawn_body(const SpawnOptions& options, Body* body, Attach attach) {
  std::unique_ptr<Body, decltype(&destroy_body)> owned(body, destroy_body);
  Process& parent = require_process("spawn()");
  enter_call(parent, 8);
  if (is_rejected(parent)) return {};  // a destructor of an exit: EXT-5
  Machine& machine = *parent.machine;
  Process* child = machine.create(&state_of(*current_worker()), options, body);
  if (child == nullptr) {
    throw LimitReached("throng: all " + std::to_string(machine.options.max_processes) +
                       " processes are in use; raise RuntimeOptions::max_processes");
  }
  owned.release();
  child->parent = parent.pid();
  Spawned spawned{child->pid(), Monitor()};
  if (attach == Attach::link) {
    child->ensure_relations().links.try_emplace(parent.pid());
    parent.ensure_relations().links.try_emplace(spawned.process);
  } else if (attach == Attach::monitor) {
    spawned.monitor = Monitor(machine.new_reference());
    child->ensure_relations().monitored_by.emplace(spawned.monitor.reference(), parent.pid());
    parent.ensure_relations().monitors.emplace(spawned.monitor.reference(), spawned.process);
  }
  current_worker()->enqueue(*child);
  return spawned;
}

}  // namespace throng::detail
