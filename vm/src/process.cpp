// What a process does to itself: identity, flags, exit, yield, aliases. Links, monitors and names are in
// files of their own.
#include <throng/vm/process.hpp>

#include <algorithm>
#include <stdexcept>

#include "machine.hpp"
#include "runtime_call.hpp"

namespace throng {

using detail::Process;

namespace detail {
namespace {

void tell_policy(Process& process, Attribute attribute) noexcept {
  if (process.worker->under_policy) process.worker->changed(process, attribute);
}

}  // namespace
}  // namespace detail

Pid self() { return detail::RuntimeCall("self()").process().pid(); }

void set_label(std::string label) {
  detail::RuntimeCall runtime_call("set_label()");
  detail::Process& process = runtime_call.process();
  detail::enter_call(process, detail::price::flag);
  detail::Unbroken unbroken(process);
  process.ensure_relations().label = std::move(label);
}

bool trap_exit(bool on) {
  detail::RuntimeCall runtime_call("trap_exit()");
  detail::Process& process = runtime_call.process();
  detail::enter_call(process, detail::price::flag);
  bool old = process.is_trapping();
  process.traps_exits.store(on, std::memory_order_relaxed);  // relaxed: see the field
  return old;
}

Priority priority(Priority level) {
  detail::RuntimeCall runtime_call("priority()");
  detail::Process& process = runtime_call.process();
  Priority old = process.priority();
  detail::touch(*process.machine, detail::touched_world);  // who may go before whom
  process.ask_for(level);
  detail::tell_policy(process, detail::Attribute::priority);
  return old;
}

void set_tag(std::uint64_t tag) {
  detail::RuntimeCall runtime_call("set_tag()");
  detail::Process& process = runtime_call.process();
  process.ask_for_tag(tag);
  detail::tell_policy(process, detail::Attribute::tag);
}

void set_weight(std::uint32_t weight) {
  detail::RuntimeCall runtime_call("set_weight()");
  detail::Process& process = runtime_call.process();
  if (weight == 0)
    throw std::invalid_argument("throng: set_weight(0): the smallest share is 1; the usual one is 100");
  process.ask_for_weight(weight);
  detail::tell_policy(process, detail::Attribute::weight);
}

void set_deadline(Clock::time_point deadline) {
  detail::RuntimeCall runtime_call("set_deadline()");
  detail::Process& process = runtime_call.process();
  process.ask_for_deadline(deadline.time_since_epoch().count());
  detail::tell_policy(process, detail::Attribute::deadline);
}

void exit(ExitReason reason) {
  detail::RuntimeCall runtime_call("exit()");
  detail::Process& process = runtime_call.process();
  detail::surface_exit(process);
  if ((std::uncaught_exceptions() > 0 || process.is_exiting) && process.on_stack) {
    // In a destructor while the stack unwinds: a second exception would end the host.
    detail::must_exit_with(process, std::move(reason));
    detail::abandon(process);
  }
  throw detail::ExitCall{std::move(reason)};
}

void exit(Pid other, ExitReason reason) {
  detail::RuntimeCall runtime_call("exit()");
  detail::Process& process = runtime_call.process();
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
  detail::RuntimeCall runtime_call("yield()");
  detail::Process& process = runtime_call.process();
  detail::handle_signals(process);
  if (!process.on_stack || process.is_exiting || process.takes_signals) return;
  detail::surface_exit(process);
  process.waits_for = 0;
  detail::switch_away(process, detail::Request::yield);
  detail::handle_signals(process);
  detail::surface_exit(process);
}

void charge(std::int32_t reductions) {
  detail::RuntimeCall runtime_call("charge()");
  detail::Process& process = runtime_call.process();
  if (reductions < 0) throw std::invalid_argument("throng: charge() takes what was used, not a refund");
  // Far beyond a slice it makes no difference any more, but would overflow where it must not be switched
  // away.
  constexpr std::int32_t deep = -(1 << 29);
  detail::enter_call(process, process.worker->budget > deep ? std::min(reductions, -deep) : 0);
  // Said by who is at work on something that others share, for all the runtime knows.
  detail::touch(*process.machine, detail::touched_world);
}

Alias alias(AliasKind kind) {
  detail::RuntimeCall runtime_call("alias()");
  detail::Process& process = runtime_call.process();
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
  detail::RuntimeCall runtime_call("unalias()");
  detail::Process& process = runtime_call.process();
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
