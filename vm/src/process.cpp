// What a process does to itself: identity, flags, exit, yield, aliases. Links, monitors and names are in
// files of their own.
#include <throng/vm/process.hpp>

#include <algorithm>

#include "machine.hpp"

namespace throng {

using detail::Process;

Pid self() { return detail::require_process("self()").pid(); }

void set_label(std::string label) {
  Process& process = detail::require_process("set_label()");
  detail::enter_call(process, detail::price::flag);
  detail::Unbroken unbroken(process);
  process.ensure_relations().label = std::move(label);
}

bool trap_exit(bool on) {
  Process& process = detail::require_process("trap_exit()");
  detail::enter_call(process, detail::price::flag);
  bool old = process.is_trapping();
  process.traps_exits.store(on, std::memory_order_relaxed);  // relaxed: see the field
  return old;
}

Priority priority(Priority level) {
  Process& process = detail::require_process("priority()");
  Priority old = process.priority();
  process.set_up(level, process.tag());
  return old;
}

void exit(ExitReason reason) {
  Process& process = detail::require_process("exit()");
  detail::surface_exit(process);
  if ((std::uncaught_exceptions() > 0 || process.is_exiting) && process.on_stack) {
    // In a destructor while the stack unwinds: a second exception would end the host.
    detail::must_exit_with(process, std::move(reason));
    detail::abandon(process);
  }
  throw detail::ExitCall{std::move(reason)};
}

void exit(Pid other, ExitReason reason) {
  Process& process = detail::require_process("exit()");
  detail::enter_call(process, detail::price::exit_signal);
  if (detail::is_rejected(process)) return;
  process.machine->deliver(
      other,
      detail::make_message<Exit>(detail::exit_kind, process.pid(), std::move(reason)).release_signal());
  if (other == process.pid()) {
    detail::handle_signals(process);
    detail::surface_exit(process);
  }
}

std::optional<ExitReason> reason_in_flight() {
  try {
    throw;
  } catch (const detail::ForcedUnwind&) {
    return std::nullopt;
  } catch (const detail::ExitCall& call) {
    return call.reason;
  } catch (...) {
    return detail::reason_of_current_exception();
  }
}

void yield() {
  Process& process = detail::require_process("yield()");
  detail::handle_signals(process);
  if (!process.on_stack || process.is_exiting || process.takes_signals) return;
  detail::surface_exit(process);
  process.waits_for = 0;
  detail::switch_away(process, detail::Request::yield);
  detail::handle_signals(process);
  detail::surface_exit(process);
}

void charge(std::int32_t reductions) {
  Process& process = detail::require_process("charge()");
  if (reductions < 0) throw std::invalid_argument("throng: charge() takes what was used, not a refund");
  // Far beyond a slice it makes no difference any more, but would overflow where it must not be switched
  // away.
  constexpr std::int32_t deep = -(1 << 29);
  detail::enter_call(process, process.worker->budget > deep ? std::min(reductions, -deep) : 0);
  // Said by who is at work on something that others share, for all the runtime knows.
  detail::touch(*process.machine, detail::touched_world);
}

Alias alias(AliasKind kind) {
  Process& process = detail::require_process("alias()");
  detail::Unbroken unbroken(process);
  if (kind == AliasKind::demonitor || kind == AliasKind::reply_demonitor) {
    throw std::invalid_argument(
        "throng: alias(): this kind is made together with a monitor, by monitor(pid, {.alias = kind})");
  }
  std::uint64_t reference = process.machine->new_reference();
  process.ensure_relations().aliases.emplace(reference, kind);
  return {process.pid(), reference};
}

bool unalias(const Alias& alias) {
  Process& process = detail::require_process("unalias()");
  detail::handle_signals(process);
  detail::Unbroken unbroken(process);
  if (alias.owner() && alias.owner() != process.pid()) {
    throw std::invalid_argument("throng: unalias(): this alias is " + alias.owner().text() +
                                "'s, and only its owner can end it");
  }
  return process.relations && process.relations->aliases.erase(alias.reference()) > 0;
}

Alias alias_of(Monitor monitor) { return {monitor.owner(), monitor.reference()}; }

}  // namespace throng
