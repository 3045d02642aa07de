// What each signal means to the process it reaches: the one place where rules EXT-2..4, LNK-2, MON-4 and
// ALI-1 are acted on. Runs for the process's owner, on its stack or on the worker's, and never throws.
#include <algorithm>

#include <throng/vm/call.hpp>

#include "possession.hpp"
#include "timers.hpp"

namespace throng::detail {
namespace {

void append(Process& process, Signal* signal) noexcept {
  process.queue.append(signal);
  process.events |= message_event;
}

// The first message through its alias has come: the process it watched need not tell any more (ALI-2).
void end_monitor(Process& process, std::uint64_t reference) noexcept {
  auto watch = process.relations->monitors.find(reference);
  if (watch == process.relations->monitors.end()) return;
  Pid watched = watch->second.watched;
  process.relations->monitors.erase(watch);
  Monitor mine(process.pid(), reference);
  process.machine->deliver(watched,
                           make_message<MonitorSignal>(demonitor_kind, process.pid(), mine).release_signal());
}

void take_aliased(Process& process, Signal* signal) noexcept {
  if (process.relations) {
    auto alias = process.relations->aliases.find(signal->address);
    if (alias != process.relations->aliases.end()) {
      if (alias->second == AliasKind::reply_demonitor) end_monitor(process, signal->address);
      if (alias->second == AliasKind::reply_demonitor || alias->second == AliasKind::once)
        process.relations->aliases.erase(alias);
      append(process, signal);
      return;
    }
  }
  drop_signal(process, signal);
}

// The end that somebody else asked for, or brought along: the error, if it is one, is not the process's own.
void end_by_signal(Process& process, const ExitReason& reason) noexcept {
  if (!process.must_exit) process.dies_of_another = true;
  must_exit_with(process, reason);
}

// exit(pid, reason), EXT-2.
void take_exit(Process& process, Signal* signal) noexcept {
  auto& exit = payload_as<Exit>(signal);
  if (exit.reason == ExitReason::kill) {
    end_by_signal(process, ExitReason::killed);
  } else if (process.is_trapping()) {
    append(process, signal);
    return;
  } else if (!exit.reason.is_normal() || exit.from == process.pid()) {
    end_by_signal(process, exit.reason);
  }
  destroy_signal(signal);
}

// A linked process ended, EXT-3: the reason counts as it is, `kill` too.
void take_linked_exit(Process& process, Signal* signal) noexcept {
  auto& exit = payload_as<Exit>(signal);
  bool active = process.is_linked(exit.from);
  if (active) process.relations->links.erase(exit.from);
  if (active && process.is_trapping()) {
    append(process, signal);
    return;
  }
  if (active && !exit.reason.is_normal()) end_by_signal(process, exit.reason);
  destroy_signal(signal);
}

void take_link(Process& process, Signal* signal) noexcept {
  // An entry that is there stays as it is: active already, or inactive until our unlink is acknowledged
  // (LNK-2).
  process.ensure_relations().links.try_emplace(payload_as<LinkSignal>(signal).from);
  destroy_signal(signal);
}

void take_unlink(Process& process, Signal* signal) noexcept {
  auto& unlink = payload_as<UnlinkSignal>(signal);
  if (process.is_linked(unlink.from)) process.relations->links.erase(unlink.from);
  Pid other = std::exchange(unlink.from, process.pid());
  signal->kind = unlink_ack_kind;  // the same node goes back
  process.machine->deliver(other, signal);
}

void take_unlink_ack(Process& process, Signal* signal) noexcept {
  auto& ack = payload_as<UnlinkSignal>(signal);
  if (process.relations) {
    auto link = process.relations->links.find(ack.from);
    if (link != process.relations->links.end() && link->second.unlink_id == ack.id)
      process.relations->links.erase(link);
  }
  destroy_signal(signal);
}

void take_down(Process& process, Signal* signal) noexcept {
  auto& down = payload_as<Down>(signal);
  std::uint64_t reference = down.monitor.reference();
  Relations* relations = process.relations.get();
  auto watch =
      relations != nullptr ? relations->monitors.find(reference) : decltype(relations->monitors.end()){};
  if (relations == nullptr || watch == relations->monitors.end()) {
    destroy_signal(signal);
    return;
  }
  down.tag = watch->second.tag;
  relations->monitors.erase(watch);
  relations->end_alias_of_monitor(reference);
  append(process, signal);
}

// The reply to a spawn request, unless it was abandoned (SPN-4).
void take_spawn_reply(Process& process, Signal* signal) noexcept {
  std::uint64_t number = payload_as<SpawnReply>(signal).request.reference();
  if (process.relations && process.relations->spawn_requests.erase(number) > 0) {
    append(process, signal);
  } else {
    destroy_signal(signal);
  }
}

void take_question(Process& process, Signal* signal) noexcept {
  auto& question = payload_as<Inquiry>(signal);
  if (question.wish == Wish::suspension) {
    note_suspension(process, question);
    destroy_signal(signal);
    return;
  }
  Answer answer{question.number, true, nullptr};
  if (question.wish == Wish::info) answer.info = std::make_unique<ProcessInfo>(info_of(process));
  process.machine->deliver(question.from,
                           make_message<Answer>(answer_kind, std::move(answer)).release_signal());
  destroy_signal(signal);
}

void take_reply(Process& process, Signal* signal) noexcept {
  std::uint64_t number = payload_as<AnswerHeader>(signal).question;
  Message* place = number == process.question ? &process.reply : nullptr;
  if (place == nullptr && process.relations) {
    auto open = process.relations->questions.find(number);
    if (open != process.relations->questions.end()) {
      place = &open->second.answer;
      if (!*place) tell_watcher(open->second, number);
    }
  }
  // Late: nobody waits for it any more (ALI-4). Or the second one: of a server that was ended after it had
  // answered (EXT-6).
  if (place == nullptr || *place) {
    drop_signal(process, signal);
    return;
  }
  *place = Message(signal);
  process.events |= reply_event;
}

void take_answer(Process& process, Signal* signal, std::uint64_t number, Event event) noexcept {
  if (number != process.waits_for_number()) {
    destroy_signal(signal);
    return;
  }
  process.events |= event;
  process.answer = Message(signal);
}

// What others made and the process owns from now on: a timer, a possession.
void take_handed_over(Process& process, Signal* signal) noexcept {
  if (signal->kind == adopt_kind) {
    adopt(process, signal);
    return;
  }
  if (signal->kind == timer_started_kind) take_started_timer(process, payload_as<StartedTimer>(signal));
  destroy_signal(signal);
}

void take(Process& process, Signal* signal) noexcept {
  switch (signal->kind) {
    case aliased_message_kind:
      take_aliased(process, signal);
      break;
    case exit_kind:
      take_exit(process, signal);
      break;
    case linked_exit_kind:
      take_linked_exit(process, signal);
      break;
    case link_kind:
      take_link(process, signal);
      break;
    case unlink_kind:
      take_unlink(process, signal);
      break;
    case unlink_ack_kind:
      take_unlink_ack(process, signal);
      break;
    case monitor_kind: {
      auto& request = payload_as<MonitorSignal>(signal);
      process.ensure_relations().monitored_by.emplace(request.monitor.reference(), request.watcher);
      destroy_signal(signal);
      break;
    }
    case demonitor_kind:
      if (process.relations)
        process.relations->monitored_by.erase(payload_as<MonitorSignal>(signal).monitor.reference());
      destroy_signal(signal);
      break;
    case down_kind:
      take_down(process, signal);
      break;
    case timeout_kind:
      take_answer(process, signal, payload_as<Reference>(signal).number, timeout_event);
      break;
    case question_kind:
      take_question(process, signal);
      break;
    case answer_kind:
      take_answer(process, signal, payload_as<Answer>(signal).number, answer_event);
      break;
    case spawn_reply_kind:
      take_spawn_reply(process, signal);
      break;
    case resume_kind:
      take_resume(process, payload_as<ResumeSignal>(signal));
      destroy_signal(signal);
      break;
    case resumed_kind:
      take_answer(process, signal, payload_as<Reference>(signal).number, answer_event);
      break;
    default:  // messages, questions and replies are taken in take_signals
      take_handed_over(process, signal);
  }
}

// What comes to a process whose end is settled. Messages and exits are not seen any more (SIG-2); those who
// tie themselves to it are told with the others, and those who ask wait until it has given up what it had
// (SIG-6).
void take_while_ending(Process& process, Signal* signal) noexcept {
  switch (signal->kind) {
    case link_kind:
    case unlink_kind:
    case unlink_ack_kind:
    case monitor_kind:
    case demonitor_kind:
    case adopt_kind:
      take(process, signal);
      break;
    case question_kind:
    case request_kind:
      signal->next = std::exchange(process.ensure_relations().late, signal);
      break;
    default:
      drop_signal(process, signal);
  }
}

// Meant for one who lived in this block before (SPN-5). A payload of the user's is destroyed when all is
// taken.
void take_stray(Process& process, Signal* signal) noexcept {
  if (signal->kind == request_kind) payload_as<ReplyTo>(signal).fail(ExitReason::noproc);
  if (carries_users_value(*signal)) {
    drop_signal(process, signal);
  } else {
    process.machine->answer_for_the_dead(signal);
  }
}

// Everything but a message of the ordinary kind to a process that goes on.
void take_rare(Process& process, Signal* signal) noexcept {
  bool mine = signal->kind == aliased_message_kind || signal->address == process.pid().bits();
  if (!mine) {
    take_stray(process, signal);
  } else if (process.must_exit) {
    take_while_ending(process, signal);
  } else {
    take(process, signal);
  }
}

// A message or a question to this very process, which only has to be put where it will be received.
bool is_plain(const Process& process, const Signal& signal) noexcept {
  return signal.address == process.pid().bits() &&
         (signal.kind == message_kind || signal.kind == request_kind);
}

THRONG_INLINE void take_one(Process& process, Signal* signal) noexcept {
  bool goes_on = !process.must_exit;
  if (goes_on && is_plain(process, *signal)) [[likely]] {
    append(process, signal);
  } else if (goes_on && signal->kind == reply_kind && signal->address == process.pid().bits()) {
    take_reply(process, signal);
  } else {
    take_rare(process, signal);
  }
}

// Messages only, as is usual where there are many, are appended in one piece. They are charged for: nothing
// can come between, so who has got very many is the sooner at the end of its slice (SCH-1). But half of what
// is left stays: who is flooded must get on with what it takes in.
THRONG_NOINLINE void take_many(Process& process, Signal* newest) noexcept {
  TurnedChain chain = turned_round(newest, [&](const Signal& signal) { return is_plain(process, signal); });
  if (chain.all && !process.must_exit) {
    process.queue.append(chain.oldest, chain.newest, chain.size);
    process.events |= message_event;
  } else {
    for (Signal* signal = chain.oldest; signal != nullptr;) {
      Signal* next = signal->next;
      take_one(process, signal);
      signal = next;
    }
  }
  std::int32_t& budget = process.worker->budget;
  budget -= std::min(price::of_many_taken(chain.size), std::max(budget / 2, 0));
}

}  // namespace

void must_exit_with(Process& process, ExitReason reason) noexcept {
  if (process.must_exit) return;  // the first one counts
  process.must_exit = true;
  process.events |= exit_event;
  process.exit_reason = std::move(reason);
}

bool take_signals_undisturbed(Process& process) noexcept {
  if (process.takes_signals) return false;  // what comes now is behind what is being taken (SIG-2)
  process.takes_signals = true;
  Signal* newest = process.inbox.take_chain();
  if (newest == nullptr) {
    // a hint was wrong: nothing has come
  } else if (newest->next == nullptr) {
    take_one(process, newest);
  } else {
    take_many(process, newest);
  }
  process.takes_signals = false;
  process.note_backlog();
  return true;
}

void take_signals(Process& process) noexcept {
  if (!take_signals_undisturbed(process)) return;
  destroy_signals(std::exchange(state_of(*process.worker).dropped, nullptr));
}

}  // namespace throng::detail
