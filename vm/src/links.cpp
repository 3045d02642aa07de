// Links and monitors from the caller's side; what the other side does is in signal_handler.cpp.
#include "machine.hpp"
#include "runtime_call.hpp"

namespace throng {

using detail::make_message;
using detail::Process;

void link(Pid other) {
  detail::RuntimeCall runtime_call("link()");
  detail::Process& process = runtime_call.process();
  detail::enter_call(process, detail::price::tie);
  detail::Unbroken unbroken(process);
  if (detail::is_rejected(process) || other == process.pid() || process.is_linked(other)) return;
  detail::Machine& machine = *process.machine;
  if (machine.table.find(other) == nullptr && !process.is_trapping()) throw NoProcess();
  process.ensure_relations().links[other].unlink_id = 0;
  machine.deliver(other, make_message<detail::LinkSignal>(detail::link_kind, process.pid()).release_signal());
}

void unlink(Pid other) {
  detail::RuntimeCall runtime_call("unlink()");
  detail::Process& process = runtime_call.process();
  {
    detail::Unbroken unbroken(process);
    // Before anything that has arrived is handled: an exit of the other's that lies here already must find
    // the link inactive, or the caller would be doomed by a link whose unlink() returned (LNK-2).
    if (!detail::is_rejected(process) && process.is_linked(other)) {
      std::uint64_t id = process.machine->new_reference();
      process.relations->links[other].unlink_id = id;
      process.machine->deliver(
          other, make_message<detail::UnlinkSignal>(detail::unlink_kind, process.pid(), id).release_signal());
    }
  }
  detail::enter_call(process, detail::price::tie);
}

Monitor monitor(Pid other, const MonitorOptions& options) {
  detail::RuntimeCall runtime_call("monitor()");
  detail::Process& process = runtime_call.process();
  detail::enter_call(process, detail::price::tie);
  detail::Unbroken unbroken(process);
  if (options.alias == AliasKind::once)
    throw std::invalid_argument(
        "throng: monitor(): AliasKind::once is not for monitors; use reply_demonitor");
  Monitor monitor(process.pid(), process.machine->new_reference());
  if (detail::is_rejected(process)) return monitor;
  if (options.alias) process.ensure_relations().aliases.emplace(monitor.reference(), *options.alias);
  if (other == process.pid()) return monitor;  // legal, and never fires (MON-3)
  process.ensure_relations().monitors.emplace(monitor.reference(),
                                              detail::Relations::Watch{other, options.tag});
  process.machine->deliver(
      other,
      make_message<detail::MonitorSignal>(detail::monitor_kind, process.pid(), monitor).release_signal());
  return monitor;
}

Monitor monitor(std::string_view name, const MonitorOptions& options) {
  detail::RuntimeCall runtime_call("monitor()");
  detail::Process& process = runtime_call.process();
  detail::Unbroken unbroken(process);
  return monitor(process.machine->names.find(name).value_or(Pid()), options);
}

bool demonitor(Monitor monitor, bool flush) {
  detail::RuntimeCall runtime_call("demonitor()");
  detail::Process& process = runtime_call.process();
  detail::enter_call(process, detail::price::tie);
  detail::Unbroken unbroken(process);
  if (flush && process.is_matching) detail::refuse_waiting(process);
  if (monitor.owner() && monitor.owner() != process.pid()) {
    throw std::invalid_argument("throng: demonitor(): this monitor was made by " + monitor.owner().text() +
                                ", and only its maker can end it");
  }
  if (process.relations) {
    process.relations->end_alias_of_monitor(monitor.reference());
    auto mine = process.relations->monitors.find(monitor.reference());
    if (mine != process.relations->monitors.end()) {
      Pid watched = mine->second.watched;
      process.relations->monitors.erase(mine);
      process.machine->deliver(
          watched, make_message<detail::MonitorSignal>(detail::demonitor_kind, process.pid(), monitor)
                       .release_signal());
      return true;
    }
  }
  if (flush) {
    auto is_it = [](const void* wanted, const void* down) {
      return static_cast<const Down*>(down)->monitor == *static_cast<const Monitor*>(wanted);
    };
    detail::Clause clause{&detail::message_type_of<Down>, is_it, &monitor};
    std::size_t scanned = 0;
    process.queue.take({&clause, 1}, nullptr, scanned);
    process.queue.reset_scan();
  }
  return false;
}

void register_name(std::string_view name, Pid pid) {
  detail::RuntimeCall runtime_call("register_name()");
  detail::Process& process = runtime_call.process();
  detail::enter_call(process, detail::price::tie);
  detail::Unbroken unbroken(process);
  if (detail::is_rejected(process)) return;
  std::string quoted = "\"" + std::string(name) + "\"";
  detail::Machine& machine = *process.machine;
  Process* target = machine.table.find(pid);
  if (target == nullptr)
    throw BadName("throng: register_name(" + quoted + "): " + pid.text() + " does not live");
  switch (machine.names.add(name, pid)) {
    case detail::Names::Added::added:
      break;
    case detail::Names::Added::name_taken:
      throw BadName("throng: register_name(" + quoted + "): the name is taken");
    case detail::Names::Added::process_named:
      throw BadName("throng: register_name(" + quoted + "): " + pid.text() + " has a name already");
  }
  target->has_name.store(
      true, std::memory_order_seq_cst);  // pairs: exit_process stores status, then reads has_name
  // pairs: exit_process
  bool ending = target->status.load(std::memory_order_seq_cst) == ProcessStatus::exiting;
  if (ending || machine.table.find(pid) == nullptr) {
    machine.names.remove_owner(pid);
    throw BadName("throng: register_name(" + quoted + "): " + pid.text() + " is ending");
  }
}

void unregister_name(std::string_view name) {
  detail::RuntimeCall runtime_call("unregister_name()");
  detail::Process& process = runtime_call.process();
  detail::enter_call(process, detail::price::tie);
  detail::Unbroken unbroken(process);
  if (detail::is_rejected(process)) return;
  if (!process.machine->names.remove(name)) {
    throw BadName("throng: unregister_name(\"" + std::string(name) + "\"): nobody has the name");
  }
}

std::optional<Pid> whereis(std::string_view name) {
  detail::RuntimeCall runtime_call("whereis()");
  detail::Process& process = runtime_call.process();
  detail::enter_call(process, detail::price::look_up);
  detail::Unbroken unbroken(process);
  return process.machine->names.find(name);
}

}  // namespace throng
