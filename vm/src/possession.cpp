#include "possession.hpp"

#include "machine.hpp"
#include "runtime_call.hpp"

namespace throng {

struct FarewellMaker {
  static Farewell make(detail::Machine& machine, Pid process, const ExitReason& reason) noexcept {
    return {machine, process, reason};
  }
};

void Farewell::deliver(Pid to, detail::Message message) const {
  machine_.deliver(to, message.release_signal());
}

void Farewell::entrust(Pid heir, std::shared_ptr<Possession> possession) const {
  deliver(heir, detail::make_message<detail::AdoptSignal>(detail::adopt_kind, std::move(possession)));
}

bool own(std::shared_ptr<Possession> possession) {
  detail::RuntimeCall runtime_call("own()");
  detail::Process& process = runtime_call.process();
  detail::enter_call(process, detail::price::own);
  detail::Unbroken unbroken(process);
  if (detail::is_rejected(process)) return false;  // its end is settled (EXT-5)
  const Possession* key = possession.get();
  process.ensure_relations().possessions.try_emplace(key, std::move(possession));
  return true;
}

bool disown(const Possession& possession) {
  detail::RuntimeCall runtime_call("disown()");
  detail::Process& process = runtime_call.process();
  detail::enter_call(process, detail::price::own);
  detail::Unbroken unbroken(process);
  return process.relations && process.relations->possessions.erase(&possession) > 0;
}

bool entrust(Pid heir, std::shared_ptr<Possession> possession) {
  detail::RuntimeCall runtime_call("entrust()");
  detail::Process& process = runtime_call.process();
  detail::enter_call(process, detail::price::own);
  detail::Unbroken unbroken(process);
  if (detail::is_rejected(process)) return false;
  if (process.relations) process.relations->possessions.erase(possession.get());
  detail::Message adopt =
      detail::make_message<detail::AdoptSignal>(detail::adopt_kind, std::move(possession));
  process.machine->deliver(heir, adopt.release_signal(), *process.worker);
  return true;
}

namespace detail {

void adopt(Process& process, Signal* signal) noexcept {
  auto& possession = payload_as<AdoptSignal>(signal).possession;
  const Possession* key = possession.get();
  process.ensure_relations().possessions.try_emplace(key, std::move(possession));
  destroy_signal(signal);
}

Farewell farewell_of(Machine& machine, Pid process, const ExitReason& reason) noexcept {
  return FarewellMaker::make(machine, process, reason);
}

void give_up_entrusted(Machine& machine, Pid dead, Signal* signal) noexcept {
  payload_as<AdoptSignal>(signal).possession->give_up(farewell_of(machine, dead, ExitReason::noproc));
}

// One by one, each out of the table before it is given up: a destructor in there may not come back.
void give_up_all(Machine& machine, Relations& relations, Pid pid, const ExitReason& reason) noexcept {
  Farewell farewell = farewell_of(machine, pid, reason);
  while (!relations.possessions.empty()) {
    auto first = relations.possessions.extract(relations.possessions.begin());
    first.mapped()->give_up(farewell);
  }
}

}  // namespace detail
}  // namespace throng
