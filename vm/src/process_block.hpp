// The control block of a process: all that the runtime keeps of it while it lives. Blocks sit in the process
// table, in memory that is never given back or used for anything else, so a late sender's push hits an inbox,
// at worst a stranger's, and the receiver's comparison of addresses throws the stray out (SPN-5).
//
// Who may touch what: the shared fields anybody, by their protocol. Everything else is the owner's: the
// worker that runs the process, the process itself, or, while it waits, whoever got
// Delivery::receiver_waiting, who hands it on through a run queue.
#pragma once

#include <algorithm>
#include <memory>
#include <throng/base/config.hpp>
#include <throng/mailbox/inbox.hpp>
#include <throng/mailbox/message_queue.hpp>
#include <throng/scheduler/worker.hpp>
#include <throng/vm/body.hpp>
#include <throng/vm/process.hpp>

#include "relations.hpp"
#include "signals.hpp"

namespace throng::detail {

class Machine;
struct Carrier;

// Why a process can't go on at once; bits, since a wait may end by several.
enum Event : std::uint8_t {
  message_event = 1,  // a message was appended to the queue
  timeout_event = 2,  // the wait's time is up
  answer_event = 4,   // the answer with the wait's reference has come
  exit_event = 8,     // the process has to end
  reply_event = 16,   // an open question was answered, or failed
};

// What the process asks of its worker as it leaves the stack.
enum class Request : std::uint8_t { yield, wait, rest, finish, abandon };

struct HostExit {  // what the host wants to be told when this process has ended
  void (*ended)(void* context, const ExitReason& reason) noexcept = nullptr;
  void* context = nullptr;
};

class alignas(cache_line) Process final : public Runnable {
 public:
  explicit Process(RunFunction run) noexcept : Runnable(run) {}

  void set_up(Priority priority, std::uint64_t tag, std::uint32_t weight, std::int64_t deadline) noexcept {
    set_priority(priority);
    set_tag(tag);
    set_weight(weight);
    set_deadline(deadline);
    forget_policy();
  }
  void ask_for(Priority priority) noexcept { set_priority(priority); }
  void ask_for_tag(std::uint64_t tag) noexcept { set_tag(tag); }
  void ask_for_weight(std::uint32_t weight) noexcept { set_weight(weight); }
  void ask_for_deadline(std::int64_t ns) noexcept { set_deadline(ns); }

  void note_near(const void* frames) noexcept { set_near(frames); }

  Pid pid() const noexcept {
    return Pid(pid_bits.load(std::memory_order_relaxed));  // relaxed: for the owner, who can't see it change
  }
  void wait_for_number(std::uint64_t number) noexcept {
    wait_number.store(number, std::memory_order_relaxed);  // relaxed: see the field
  }
  std::uint64_t waits_for_number() const noexcept {
    return wait_number.load(std::memory_order_relaxed);  // relaxed: see the field
  }
  // What a message to this process costs beyond the price of a send (RCV-8): a receiver that falls behind
  // gets more of the worker than those who feed it, and its queue stops growing. Rejected: a limit; a send
  // never fails and never blocks (SIG-5).
  std::int32_t backlog_charge() const noexcept {
    std::uint32_t waiting = backlog.load(std::memory_order_relaxed);  // relaxed: see the field
    return static_cast<std::int32_t>(waiting / 256);
  }
  void note_backlog() noexcept {
    std::size_t waiting = queue.size();
    set_backlog(static_cast<std::uint32_t>(waiting));
    // relaxed: the owner's own
    if (waiting < 256 && backlog.load(std::memory_order_relaxed) == 0) return;
    waiting = waiting < 256 ? 0 : std::min<std::size_t>(waiting, 1U << 16);
    // relaxed: see the field
    backlog.store(static_cast<std::uint32_t>(waiting), std::memory_order_relaxed);
  }
  Relations& ensure_relations() {
    if (!relations) relations = std::make_unique<Relations>();
    return *relations;
  }
  bool is_trapping() const noexcept {
    return traps_exits.load(std::memory_order_relaxed);  // relaxed: see the field
  }
  Pid parent() const noexcept {
    return Pid(parent_bits.load(std::memory_order_relaxed));  // relaxed: see the field
  }
  bool is_linked(Pid other) const { return relations && relations->is_linked(other); }

  // -- shared
  // Protocol: the pid of who lives here, 0: nobody. Stored release by the owner as the process is born and
  // dies; loaded acquire by senders, who compare. A stale answer is harmless: see above.
  Atomic<std::uint64_t> pid_bits{0};
  Inbox inbox;
  // Protocol: written by the owner, read by anybody as a statistic.
  Atomic<ProcessStatus> status{ProcessStatus::runnable};

  // Protocol: how many messages waited when it last looked, if they are many; else 0. Written by the owner,
  // read by senders, who pay more for each (RCV-8): a hint, relaxed both ways.
  Atomic<std::uint32_t> backlog{0};

  // Protocol: written by the owner, relaxed; read by it, and by others as a statistic of a crash report.
  Atomic<bool> traps_exits{false};

  // -- owner only
  bool on_stack = false;         // runs on its own stack now, so it can be switched away
  bool must_exit = false;        // exit_reason holds; the next call that may block throws
  bool is_suspended = false;     // must not run its code, unless it has to end
  bool is_exiting = false;       // past its body: nothing of the user's runs but destructors
  bool dies_of_another = false;  // exit_reason came from outside: whoever it began with reports it (LOG-1)
  bool takes_signals = false;    // a destructor in there may call the runtime, but not take signals again
  bool is_matching = false;      // guards are being asked: they may look, but not wait
  std::uint16_t slices_overdue = 0;  // slices used up since must_exit
  std::uint16_t first_ticks = 0;     // granted at first in each run; see preempt.cpp
  std::uint16_t calls = 1;           // calls of the runtime it is in, one in the other; see runtime_call.hpp
  bool overstays = false;            // ended for all others while its code runs on; see overstay.cpp
  std::uint16_t unbroken = 0;        // so many sections are open in which it must not be switched away
  Request request = Request::yield;
  std::uint8_t waits_for = 0;  // events that end the present wait
  std::uint8_t events = 0;     // events since the wait began
  Worker* worker = nullptr;    // who runs it, while it runs; another one after each switch
  Carrier* carrier = nullptr;  // stack, or null: has not run or rests
  Body* body = nullptr;
  Machine* machine = nullptr;
  // Protocol: written by the owner, read by anybody as a statistic.
  Atomic<std::uint64_t> reductions{0};
  MessageQueue queue;
  ExitReason exit_reason;
  std::unique_ptr<Relations> relations;
  Message answer;  // to the inquiry whose number is wait_number
  // Protocol: the number that ends the present wait, 0: none does. Written by the owner, relaxed; read by a
  // worker that keeps a note of its time-out (timers.hpp): a stale answer makes a timer that the owner
  // cancels, or that fires into nothing.
  Atomic<std::uint64_t> wait_number{0};
  TimerKey wait_timer{};       // of the present wait's time-out, if it has become a timer
  std::uint64_t question = 0;  // the call that is open; further ones are in the relations
  Message reply;               // its answer
  // Protocol: who spawned it, as bits; stored before pid_bits, and constant while the process lives. Read by
  // others, relaxed, between two looks at pid_bits: a list of ancestors may be short, never wrong.
  Atomic<std::uint64_t> parent_bits{0};
  std::uint32_t stack_class = 0;  // which pool its stack comes from
  std::uint32_t next_free = 0;    // link of the free lists while nobody lives here
  std::uint64_t next_serial = 1;  // of the next process that lives here
  HostExit host_exit;
  // Protocol: set by anybody who starts a timer for this process, cleared by the owner at its end: relaxed,
  // since starting a timer for a process that is just ending may come too late either way.
  Atomic<bool> has_timers{false};
  // Protocol: a registrar sets it, seq_cst, then looks at status; the exit sets status, seq_cst, then looks
  // at it. One of the two sees the other, so a name is never left to the dead.
  Atomic<bool> has_name{false};
};

// A line more than without policies: what they keep of a process must not grow beyond that.
static_assert(sizeof(Process) == 384);

}  // namespace throng::detail
