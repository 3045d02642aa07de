// Looking at processes: questions are signals, so an answer shows the effect of all that the asker sent
// before (ALV-1, INF-2). A process asking about itself answers itself (SIG-8).
#include <throng/vm/inspect.hpp>

#include <algorithm>

#include "machine.hpp"
#include "runtime_call.hpp"

namespace throng {
namespace detail {

namespace {

// The worker answers for a process that is not on its stack: the status it had before it was asked.
ProcessStatus status_of(const Process& process) noexcept {
  if (process.is_exiting) return ProcessStatus::exiting;
  if (process.on_stack) return ProcessStatus::running;
  if (process.is_suspended) return ProcessStatus::suspended;
  bool waits = process.waits_for != 0 && (process.events & process.waits_for) == 0;
  return waits ? ProcessStatus::waiting : ProcessStatus::runnable;
}

// As far as they live: who has ended is not known any more, nor who came before it.
std::vector<Pid> ancestors_of(const Process& process) {
  constexpr std::size_t at_most = 32;
  std::vector<Pid> ancestors;
  Pid next = process.parent();
  while (next && ancestors.size() < at_most) {
    ancestors.push_back(next);
    const Process* ancestor = process.machine->table.find(next);
    if (ancestor == nullptr) break;
    Pid above = ancestor->parent();
    if (process.machine->table.find(next) != ancestor)
      break;  // what was read may be of the next who lives there
    next = above;
  }
  return ancestors;
}

}  // namespace

ProcessInfo info_of(Process& process) {
  ProcessInfo info;
  info.pid = process.pid();
  info.parent = process.parent();
  info.ancestors = ancestors_of(process);
  info.registered_name = process.machine->names.name_of(process.pid());
  info.status = status_of(process);
  info.priority = process.priority();
  info.trap_exit = process.is_trapping();
  info.reductions = process.reductions.load(std::memory_order_relaxed);  // relaxed: a statistic
  if (process.on_stack) {  // asks about itself: with what this turn has used
    std::int32_t used = state_of(*process.worker).granted - process.worker->budget;
    info.reductions += static_cast<std::uint64_t>(std::max(used, 0));
  }
  if (process.body != nullptr) info.body = process.body->type->name;
  info.message_queue_len = process.queue.size();
  std::size_t shown = 0;
  for (const Signal* signal = process.queue.first(); signal != nullptr && shown < 100;
       signal = signal->next, ++shown) {
    info.messages.emplace_back(signal->type->name);
  }
  info.memory = sizeof(Process);
  if (process.carrier != nullptr) {
    info.stack_size = process.carrier->stack.size;
    info.memory += StackPool::page_size();
  }
  if (process.relations) {
    const Relations& relations = *process.relations;
    for (const auto& [other, link] : relations.links) {
      if (link.unlink_id == 0) info.links.push_back(other);
    }
    for (const auto& [reference, watch] : relations.monitors) info.monitors.push_back(watch.watched);
    for (const auto& [reference, watcher] : relations.monitored_by) info.monitored_by.push_back(watcher);
    for (const auto& [other, count] : relations.suspended) info.suspending.push_back(other);
    info.label = relations.label;
    for (const Message& local : relations.locals) {
      if (local) info.locals.emplace_back(local.get()->type->name);
    }
    info.memory += sizeof(Relations);
  }
  return info;
}

namespace {

// The one asked answers at the priority of who asks, or a high process would wait for all that is more urgent
// than what it asks about (SCH-4).
void inquire(Process& process, Pid other, Signal* inquiry) noexcept {
  Machine& machine = *process.machine;
  inquiry->address = other.bits();
  Process* asked = machine.table.find(other);
  Delivery delivery = asked != nullptr ? asked->inbox.push(inquiry) : Delivery::closed;
  if (delivery == Delivery::closed) machine.answer_for_the_dead(inquiry);
  if (delivery == Delivery::receiver_waiting)
    process.worker->enqueue_at(*asked, std::max(process.priority(), asked->priority()));
}

}  // namespace

Message ask(Process& process, Pid other, Wish wish) {
  std::uint64_t number = process.machine->new_reference();
  process.wait_for_number(number);
  process.answer = Message();
  process.events &= static_cast<std::uint8_t>(~answer_event);
  Message inquiry = make_message<Inquiry>(question_kind, process.pid(), number, wish);
  inquire(process, other, inquiry.release_signal());
  wait_for(process, answer_event);
  process.wait_for_number(0);
  if ((process.events & answer_event) == 0) return {};
  return std::move(process.answer);
}

std::optional<ProcessBrief> brief_of(Machine& machine, Pid pid) {
  const Process* process = machine.table.find(pid);
  if (process == nullptr) return std::nullopt;
  ProcessBrief brief;
  brief.status = process->status.load(std::memory_order_relaxed);          // relaxed: a statistic
  brief.reductions = process->reductions.load(std::memory_order_relaxed);  // relaxed: a statistic
  // relaxed: one that is just getting its name may still be without
  if (process->has_name.load(std::memory_order_relaxed)) brief.registered_name = machine.names.name_of(pid);
  // Read again: what was read may be of the next one who lives there.
  if (machine.table.find(pid) != process) return std::nullopt;
  return brief;
}

}  // namespace detail

std::string_view text_of(ProcessStatus status) noexcept {
  static constexpr std::string_view texts[] = {"running", "runnable", "waiting", "exiting", "suspended"};
  return texts[static_cast<std::size_t>(status)];
}

bool is_alive(Pid other) {
  detail::RuntimeCall runtime_call("is_alive()");
  detail::Process& process = runtime_call.process();
  detail::enter_call(process, detail::price::glance);
  detail::surface_exit(process);
  if (other == process.pid()) return true;
  if (process.machine->table.find(other) == nullptr || detail::is_rejected(process)) return false;
  detail::Message answer = detail::ask(process, other, detail::Wish::life);
  return answer && detail::payload_as<detail::Answer>(answer.get()).alive;
}

std::optional<ProcessInfo> process_info(Pid other) {
  detail::RuntimeCall runtime_call("process_info()");
  detail::Process& process = runtime_call.process();
  detail::enter_call(process, detail::price::inspect);
  detail::surface_exit(process);
  if (other == process.pid()) {
    detail::Unbroken unbroken(process);
    return detail::info_of(process);
  }
  if (process.machine->table.find(other) == nullptr || detail::is_rejected(process)) return std::nullopt;
  detail::Message answer = detail::ask(process, other, detail::Wish::info);
  if (!answer) return std::nullopt;
  auto& info = detail::payload_as<detail::Answer>(answer.get()).info;
  if (!info) return std::nullopt;
  return std::move(*info);
}

std::optional<ProcessBrief> process_brief(Pid other) {
  detail::RuntimeCall runtime_call("process_brief()");
  detail::Process& process = runtime_call.process();
  detail::enter_call(process, detail::price::glance);
  detail::Unbroken unbroken(process);
  return detail::brief_of(*process.machine, other);
}

std::string text_of(Pid process, const ProcessBrief& brief) {
  std::string text = process.text();
  if (!brief.registered_name.empty()) text += " " + brief.registered_name;
  return text + " " + std::string(text_of(brief.status));
}

std::vector<Pid> processes() {
  detail::RuntimeCall runtime_call("processes()");
  detail::Process& process = runtime_call.process();
  detail::enter_call(process, detail::price::inspect);
  detail::Unbroken unbroken(process);
  return process.machine->live_pids();
}

RuntimeInfo runtime_info() {
  detail::RuntimeCall runtime_call("runtime_info()");
  detail::Process& process = runtime_call.process();
  detail::enter_call(process, detail::price::inspect);
  detail::Unbroken unbroken(process);
  return process.machine->info();
}

}  // namespace throng
