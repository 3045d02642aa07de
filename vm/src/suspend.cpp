// Holding other processes (SCH-11). A process is held by itself: it takes the wish as a signal, in order with
// all the others, and does not go on with its code at its next switch.
#include <algorithm>
#include <stdexcept>

#include "machine.hpp"
#include "runtime_call.hpp"

namespace throng {

bool suspend_process(Pid other) {
  detail::RuntimeCall runtime_call("suspend_process()");
  detail::Process& process = runtime_call.process();
  detail::enter_call(process, detail::price::tie);
  detail::surface_exit(process);
  if (other == process.pid())
    throw std::invalid_argument("throng: suspend_process(): a process can't suspend itself; it can wait");
  if (detail::is_rejected(process)) return false;
  {
    detail::Unbroken unbroken(process);
    ++process.ensure_relations().suspended[other];  // before it is: the caller's end must not leave it behind
  }
  detail::Message answer = detail::ask(process, other, detail::Wish::suspension);
  if (answer && detail::payload_as<detail::Answer>(answer.get()).alive) return true;
  detail::Unbroken unbroken(process);
  process.relations->suspended.erase(other);
  return false;
}

void resume_process(Pid other) {
  detail::RuntimeCall runtime_call("resume_process()");
  detail::Process& process = runtime_call.process();
  detail::enter_call(process, detail::price::tie);
  detail::Unbroken unbroken(process);
  if (detail::is_rejected(process)) return;
  auto* relations = process.relations.get();
  auto found =
      relations != nullptr ? relations->suspended.find(other) : decltype(relations->suspended.end()){};
  if (relations == nullptr || found == relations->suspended.end())
    throw std::logic_error("throng: resume_process(): the caller has not suspended " + other.text());
  if (--found->second == 0) relations->suspended.erase(found);
  process.machine->deliver(
      other,
      detail::make_message<detail::ResumeSignal>(detail::resume_kind, process.pid(), false).release_signal());
}

namespace detail {

void note_suspension(Process& process, const Inquiry& wish) noexcept {
  Relations& relations = process.ensure_relations();
  ++relations.suspenders[wish.from];
  relations.to_tell_of_suspension.push_back(wish);
  process.is_suspended = true;
  if (process.on_stack)
    process.worker->budget = std::min(process.worker->budget, 0);  // no further than needed
}

void take_resume(Process& process, const ResumeSignal& signal) noexcept {
  if (!process.relations) return;
  auto& suspenders = process.relations->suspenders;
  auto found = suspenders.find(signal.from);
  if (found == suspenders.end()) return;
  if (signal.altogether || --found->second == 0) suspenders.erase(found);
  process.is_suspended = !suspenders.empty();
}

void tell_of_suspension(Process& process) noexcept {
  std::vector<Inquiry> wishes = std::exchange(process.relations->to_tell_of_suspension, {});
  for (const Inquiry& wish : wishes) {
    process.machine->deliver(wish.from,
                             make_message<Answer>(answer_kind, wish.number, true, nullptr).release_signal());
  }
}

void resume_all(Machine& machine, Pid process, const Relations& relations) noexcept {
  for (const auto& [other, count] : relations.suspended)
    machine.deliver(other, make_message<ResumeSignal>(resume_kind, process, true).release_signal());
  for (const Inquiry& wish : relations.to_tell_of_suspension)  // it ends before it could be held
    machine.deliver(wish.from,
                    make_message<Answer>(answer_kind, wish.number, false, nullptr).release_signal());
}

}  // namespace detail
}  // namespace throng
