// Slot reuse under the explorer: what is sent to the first process of a block never reaches the second, and
// nothing is lost. The process table, its blocks and the inbox are the shipped ones, built with the
// explorer's atomics and a table of one block. What the runtime does with them (Machine::create,
// Machine::deliver, take_signals, the exit path's close) is repeated here in the shipped order of steps:
// those functions run processes on stacks of their own, which can't be explored. Needs THRONG_MODEL.
#include <doctest/doctest.h>

#include <array>
#include <memory>
#include <string>
#include <throng_model/explore.hpp>

#include "mailbox/src/allocate.cpp"  // the shipped code, built with the explorer's atomics
#include "mailbox/src/assert.cpp"
#include "mailbox/src/inbox.cpp"
#include "mailbox/src/message_queue.cpp"
#include "model/litmus.hpp"
#include "vm/src/exit_reason.cpp"
#include "vm/src/process_table.cpp"

namespace {

using throng::Pid;
using throng::Runnable;
using throng::detail::Delivery;
using throng::detail::Process;
using throng::detail::ProcessTable;
using throng::detail::Settled;
using throng::detail::Signal;
using throng::detail::Worker;
using namespace throng_model_test;

Settled never_run(Runnable&, Worker&) noexcept { return Settled::done; }

// A signal, and what became of it.
struct Node : Signal {
  Plain<int> payload{0, "a signal's payload"};
  int received_in = 0;  // the life, from 1
  int refused = 0;      // dropped, or answered for the dead
};

struct Plan {
  int stale = 1;  // signals to the first life
  bool first_life_waits = false;
  bool second_life_moves = false;  // to another worker, through the table's shared list
  bool compares = true;            // the receiver throws out what was meant for another
};

struct World {
  explicit World(const Plan& with) : plan(with) { first = create(stocks[0])->pid(); }

  // -- the owner's side
  Process* create(ProcessTable::Stock& stock) {
    Process* process = table.take(stock);
    if (process == nullptr) return nullptr;
    owner_state = 0;
    process->inbox.reopen();
    process->pid_bits.store(table.next_pid(*process).bits(), std::memory_order_release);
    return process;
  }
  void receive(Process& process, int life, Signal* chain) {
    while (chain != nullptr) {
      Node& node = *static_cast<Node*>(chain);
      chain = chain->next;
      check(node.payload == 7, "a signal arrives whole");
      if (plan.compares && node.address != process.pid().bits()) {
        answer_for_the_dead(node);
        continue;
      }
      check(node.address == (life == 1 ? first : second).bits(), "a life receives only what is meant for it");
      check(node.received_in == 0 && node.refused == 0, "a signal is received once");
      node.received_in = life;
    }
  }
  // As run_process does once its process waits. The waker owns the process, and runs it here.
  void wait(Process& process, int life) {
    owner_state = owner_state + 1;
    ++waits;
    if (process.inbox.mark_waiting()) {
      beds[static_cast<std::size_t>(life - 1)].park();
      owner_state = owner_state + 1;
    } else {
      --waits;
    }
  }
  void exit(Process& process, ProcessTable::Stock& stock) {
    Signal* late = process.inbox.close();
    while (late != nullptr) answer_for_the_dead(*static_cast<Node*>(std::exchange(late, late->next)));
    process.pid_bits.store(0, std::memory_order_release);
    owner_state = -1;
    process.next_serial++;
    table.give_back(stock, process);
  }
  void answer_for_the_dead(Node& node) {
    check(node.received_in == 0, "what was received is not answered for");
    check(++node.refused == 1, "a signal is answered for once");
    node.payload = -1;  // ours alone
  }

  // -- a sender's side
  void deliver(Pid to, Node& node) {
    node.address = to.bits();
    node.payload = 7;
    Process* process = table.find(to);
    Delivery delivery = process != nullptr ? process->inbox.push(&node) : Delivery::closed;
    if (delivery == Delivery::closed) answer_for_the_dead(node);
    if (delivery != Delivery::receiver_waiting) return;
    check(++wakes == waits, "one pusher per wait is told that the receiver waits");
    owner_state = owner_state + 1;  // a data race, unless it is really ours
    beds[static_cast<std::size_t>(life_waiting - 1)].unpark();
  }

  // -- the two lives
  void live_first(Process& process) {
    receive(process, 1, process.inbox.drain());
    if (plan.first_life_waits && nodes[0].received_in == 0) {
      life_waiting = 1;
      wait(process, 1);
      receive(process, 1, process.inbox.drain());
    }
    exit(process, stocks[0]);
  }
  void live_second(Process& process, ProcessTable::Stock& stock) {
    second = process.pid();
    check(second != first, "a pid is not given again");
    known.store(second.bits(), std::memory_order_release);
    life_waiting = 2;
    while (fresh.received_in == 0) {
      Signal* chain = process.inbox.drain();
      if (chain == nullptr) {
        wait(process, 2);  // a stale signal may end it: harmless, it waits again
      } else {
        receive(process, 2, chain);
      }
    }
    exit(process, stock);
  }

  Plan plan;
  ProcessTable table{{1, 0}, never_run};        // one block
  std::array<ProcessTable::Stock, 2> stocks{};  // of two workers
  std::array<Node, 2> nodes;                    // to the first life
  Node fresh;                                   // to the second
  std::array<Parker, 2> beds;                   // where the two lives wait
  Plain<int> owner_state{0, "the process's own state"};
  Atomic<std::uint64_t> known{0};  // the second pid, once its parent tells
  Pid first;
  Pid second;
  int life_waiting = 1;
  int waits = 0;
  int wakes = 0;
};

Setup two_lives(const Plan& plan) {
  return [=](Execution& e) {
    auto world = std::make_shared<World>(plan);
    e.thread([=] {
      for (int i = 0; i < plan.stale; ++i)
        world->deliver(world->first, world->nodes[static_cast<std::size_t>(i)]);
    });
    e.thread([=] {
      block_until([=] { return world->known.load(std::memory_order_acquire) != 0; });
      world->deliver(Pid(world->known.load(std::memory_order_acquire)), world->fresh);
      check(world->fresh.refused == 0, "who was told of the second life is not refused");
    });
    e.thread([=] {
      world->live_first(*world->table.block_at(0));
      if (plan.second_life_moves) {
        world->table.flush(world->stocks[0]);
      } else {
        world->live_second(*world->create(world->stocks[0]), world->stocks[0]);
      }
    });
    if (plan.second_life_moves) {
      e.thread([=] {
        Process* process = nullptr;
        while ((process = world->create(world->stocks[1])) == nullptr) throng_model::yield();
        world->live_second(*process, world->stocks[1]);
      });
    }
    e.at_end([=] {
      for (int i = 0; i < plan.stale; ++i) {
        Node& node = world->nodes[static_cast<std::size_t>(i)];
        check(node.received_in == 1 || node.refused == 1, "no signal to the first life is lost");
        check(node.received_in != 2, "none of them reaches the second");
      }
      check(world->fresh.received_in == 2, "what is meant for the second life reaches it");
      check(world->wakes == world->waits, "each wait was ended by one pusher");
    });
  };
}

constexpr Options thorough{.preemption_bound = 2, .stale_loads = true};
constexpr Options quick{.preemption_bound = 1, .stale_loads = true};

}  // namespace

TEST_CASE("SPN-5: a signal for the first process of a block is received by it or answered for, never else") {
  passes_exhaustively("one signal", thorough, two_lives({}));
  passes_exhaustively("two signals", quick, two_lives({.stale = 2}));
}

TEST_CASE("SPN-5: the same where the first process waits, and is woken, before it ends") {
  passes_exhaustively("one signal", thorough, two_lives({.first_life_waits = true}));
  passes_exhaustively("two signals", thorough, two_lives({.stale = 2, .first_life_waits = true}));
}

TEST_CASE("SPN-5: the same where another worker takes the block from the table") {
  passes_exhaustively("one signal", quick, two_lives({.second_life_moves = true}));
  passes_exhaustively("one signal, newest values", {.preemption_bound = 2},
                      two_lives({.second_life_moves = true}));
  Result result = explore({.stale_loads = true, .random_executions = 30'000},
                          two_lives({.stale = 2, .first_life_waits = true, .second_life_moves = true}));
  CHECK_MESSAGE(!result.failed, describe(result));
}

TEST_CASE("SPN-5: these tests find a receiver that does not compare whom a signal was sent to") {
  fails(quick, two_lives({.compares = false}), "a life receives only what is meant for it");
}
