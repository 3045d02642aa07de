// The end of a process, in the order of SIG-6: first everything of its own that others can see is given up,
// then those who watch are told; so who sees a Down may take the name, and never reaches the dead.
#include <cxxabi.h>

#include <cstdlib>
#include <typeinfo>

#include "machine.hpp"
#include "possession.hpp"
#include "record.hpp"
#include "timers.hpp"

namespace throng::detail {
namespace {

void give_up_possessions(Process& process, Pid pid) noexcept {
  Machine& machine = *process.machine;
  give_up_names(process, pid);
  if (process.has_timers.load(std::memory_order_relaxed)) {  // relaxed: see the field
    machine.scheduler.cancel_timers_for(pid.bits(), drop_timer);
  }
  if (process.body != nullptr) destroy_body(std::exchange(process.body, nullptr));
  if (process.relations) {
    give_up_all(machine, *process.relations, pid, process.exit_reason);
    while (!process.relations->locals.empty()) {
      Message last = std::move(process.relations->locals.back());
      process.relations->locals.pop_back();
    }
  }
  process.answer = Message();
  process.question = 0;
  process.reply = Message();
  destroy_signals(process.queue.take_all());
}

void tell_the_others(Machine& machine, const Relations& relations, Pid pid,
                     const ExitReason& reason) noexcept {
  // Its own monitors first: they are possessions, and who sees a Down must find them gone (SIG-6).
  for (const auto& [reference, watch] : relations.monitors) {
    Monitor mine(pid, reference);
    machine.deliver(watch.watched, make_message<MonitorSignal>(demonitor_kind, pid, mine).release_signal());
  }
  for (const auto& [other, link] : relations.links) {
    if (link.unlink_id == 0) {
      machine.deliver(other, make_message<Exit>(linked_exit_kind, pid, reason).release_signal());
    }
  }
  for (const auto& [reference, watcher] : relations.monitored_by) {
    machine.deliver(watcher,
                    make_message<Down>(down_kind, Monitor(watcher, reference), pid, reason).release_signal());
  }
}

// Before anybody is told: who sees a Down may spawn in its place, though the block itself is still in use.
void count_end(Process& process) noexcept {
  Atomic<std::uint64_t>& ended = state_of(*process.worker).ended;
  // relaxed: this worker's own; seen by others with the signals that follow
  ended.store(ended.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

// What is left of one that has ended long ago for all others.
void give_up_the_rest(Process& process) noexcept {
  process.answer = Message();
  process.reply = Message();
  destroy_signals(process.queue.take_all());
  if (has_orphans(process)) fail_orphans(process, ExitReason::killed);  // what those messages owed
  process.relations.reset();
  process.exit_reason = ExitReason::normal;
}

}  // namespace

void give_up_names(Process& process, Pid pid) noexcept {
  // pairs: register_name stores has_name, then reads status
  if (!process.has_name.load(std::memory_order_seq_cst)) return;
  touch(*process.machine, touched_names);
  process.machine->names.remove_owner(pid);
}

Signal* close(Process& process) noexcept {
  Signal* late = process.inbox.close();
  Signal* earlier = process.relations ? std::exchange(process.relations->late, nullptr) : nullptr;
  process.pid_bits.store(0, std::memory_order_release);  // pairs: ProcessTable::find's acquire load
  Signal** end = &earlier;
  while (*end != nullptr) end = &(*end)->next;
  *end = late;
  return earlier;
}

void tell_of_end(Process& process, Pid pid) noexcept {
  Machine& machine = *process.machine;
  std::unique_ptr<Relations> relations = std::move(process.relations);
  ExitReason reason = std::exchange(process.exit_reason, ExitReason::normal);
  HostExit host_exit = std::exchange(process.host_exit, {});
  count_end(process);
  if (relations && !relations->orphans.empty()) {
    process.relations = std::move(relations);
    fail_orphans(process, reason);
    relations = std::move(process.relations);
  }
  if (relations) {
    give_up_all(machine, *relations, pid, reason);  // what came while the others were given up
    resume_all(machine, pid, *relations);
    tell_the_others(machine, *relations, pid, reason);
  }
  if (host_exit.ended != nullptr) host_exit.ended(host_exit.context, reason);
}

void exit_process(Process& process) noexcept {
  if (process.overstays) return give_up_the_rest(process);
  Pid pid = process.pid();
  const bool again = std::exchange(process.is_exiting, true);  // a destructor on the way was abandoned
  process.status.store(ProcessStatus::exiting, std::memory_order_seq_cst);  // pairs: register_name
  if (!again && process.exit_reason.is_error() && !process.dies_of_another) report_crash(process);
  note(*process.worker, EventKind::exit, pid.bits(), 0, process.exit_reason.is_error());
  give_up_possessions(process, pid);
  for (Signal* signal = close(process); signal != nullptr;)
    process.machine->answer_for_the_dead(std::exchange(signal, signal->next), process.exit_reason);
  tell_of_end(process, pid);
}

ExitReason reason_of_current_exception() noexcept {
  const std::type_info* type = abi::__cxa_current_exception_type();
  int status = 0;
  char* readable = type != nullptr ? abi::__cxa_demangle(type->name(), nullptr, nullptr, &status) : nullptr;
  std::string text = readable != nullptr ? readable : "unknown exception";
  std::free(readable);
  try {
    throw;
  } catch (const ExitsWith& carrier) {
    return carrier.exit_reason();
  } catch (const std::exception& exception) {
    text += std::string(": ") + exception.what();
  } catch (const std::string& thrown) {
    text += ": " + thrown;
  } catch (const char* thrown) {
    text += std::string(": ") + (thrown != nullptr ? thrown : "(null)");
  } catch (...) {
  }
  return ExitReason::error(std::move(text));
}

}  // namespace throng::detail
