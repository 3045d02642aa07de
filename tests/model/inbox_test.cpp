// The shipped inbox under the explorer: nothing is lost, nobody is woken twice, a closed inbox takes nothing.
// Needs THRONG_MODEL.
#include <doctest/doctest.h>

#include <array>
#include <memory>
#include <string>
#include <throng/mailbox/inbox.hpp>
#include <throng_model/explore.hpp>
#include <vector>
#include "mailbox/src/inbox.cpp"  // the shipped code, built with the explorer's atomics

namespace {

using throng::detail::Delivery;
using throng::detail::Inbox;
using throng::detail::Signal;
using throng_model::check;
using throng_model::describe;
using throng_model::Execution;
using throng_model::explore;
using throng_model::Options;
using throng_model::Parker;
using throng_model::Plain;
using throng_model::Result;
using throng_model::Setup;

struct Node : Signal {
  Plain<int> payload{-1, "a signal's payload"};
  int sender = -1;
  int number = -1;
  int received = 0;
};

constexpr int most_senders = 3;
constexpr int most_signals = 3;  // of each sender

struct State {
  Inbox inbox;
  std::array<std::array<Node, most_signals>, most_senders> nodes;
  std::array<int, most_senders> last{-1, -1, -1};         // received of each sender
  Plain<int> owner_state{0, "the receiver's own state"};  // belongs to the owner, and to who must wake it
  Parker parker;                                          // where the receiver waits for its waker
  int refused = 0;
  int wakes = 0;
  int waits = 0;

  // Fills in and pushes; who is told to wake does so.
  Delivery send(int sender, int number) {
    Node& node = nodes[static_cast<std::size_t>(sender)][static_cast<std::size_t>(number)];
    node.sender = sender;
    node.number = number;
    node.payload = 10 * sender + number;
    Delivery delivery = inbox.push(&node);
    if (delivery == Delivery::receiver_waiting) {
      ++wakes;
      check(wakes == waits, "one pusher per wait is told that the receiver waits");
      owner_state = owner_state + 1;  // a data race, unless it is really ours
      parker.unpark();
    } else if (delivery == Delivery::closed) {
      ++refused;
      node.payload = -2;  // still the pusher's
    }
    return delivery;
  }

  int receive(Signal* chain) {
    int count = 0;
    for (; chain != nullptr; ++count) {
      Node& node = *static_cast<Node*>(chain);
      chain = chain->next;
      check(++node.received == 1, "a signal is received once");
      check(node.payload == 10 * node.sender + node.number, "a signal arrives whole");
      int& before = last[static_cast<std::size_t>(node.sender)];
      check(before < node.number, "one sender's signals keep their order");
      before = node.number;
    }
    return count;
  }

  // The receiver's loop until `wanted` have come.
  void receive_all(int wanted) {
    for (int received = 0; received < wanted;) {
      int more = receive(inbox.drain());
      received += more;
      if (more == 0) wait();
    }
  }
  void wait() {
    owner_state = owner_state + 1;
    ++waits;
    if (inbox.mark_waiting()) {
      parker.park();
      owner_state = owner_state + 1;
    } else {
      --waits;
      check(inbox.has_signals(), "who may not wait has something to drain");
    }
  }
};

void passes(const std::string& name, const Options& options, const Setup& setup) {
  Result result = explore(options, setup);
  CHECK_MESSAGE(!result.failed, describe(result));
  CHECK(result.exhausted);
  const std::string end = result.exhausted ? ", exhausted" : ", not exhausted";
  MESSAGE(name << ": " << result.executions << " executions" << end);
}

// `senders` push `signals` each; the receiver drains and waits until it has them all.
Setup pushers(int senders, int signals) {
  return [=](Execution& e) {
    auto s = std::make_shared<State>();
    for (int sender = 0; sender < senders; ++sender) {
      e.thread([=] {
        for (int i = 0; i < signals; ++i)
          check(s->send(sender, i) != Delivery::closed, "an open inbox takes all");
      });
    }
    e.thread([=] { s->receive_all(senders * signals); });
    e.at_end([=] {
      check(s->wakes == s->waits, "each wait was ended by one pusher");
      check(s->inbox.drain() == nullptr, "nothing is left over");
    });
  };
}

// As above, but the receiver closes after its first drain (and, if it says so, its first wait).
Setup pushers_and_close(int signals, bool waits) {
  return [=](Execution& e) {
    auto s = std::make_shared<State>();
    auto received = std::make_shared<int>(0);
    auto closed = std::make_shared<bool>(false);
    for (int sender = 0; sender < 2; ++sender) {
      e.thread([=] {
        bool refused = false;
        for (int i = 0; i < signals; ++i) {
          bool closed_before = *closed;
          Delivery delivery = s->send(sender, i);
          check(delivery == Delivery::closed || !closed_before, "no push succeeds after close");
          check(delivery == Delivery::closed || !refused, "nor after one that was refused");
          refused = delivery == Delivery::closed;
        }
      });
    }
    e.thread([=] {
      *received += s->receive(s->inbox.drain());
      if (waits && *received == 0) s->wait();
      *received += s->receive(s->inbox.close());
      *closed = true;
    });
    e.at_end([=] {
      check(*received + s->refused == 2 * signals, "each signal was received or handed back");
      check(s->wakes == s->waits, "each wait was ended by one pusher");
      for (auto& of_sender : s->nodes) {
        for (Node& node : of_sender) check(node.received == 0 || node.payload != -2, "and not both");
      }
      check(s->inbox.close() == nullptr, "nothing is left in a closed inbox");
    });
  };
}

}  // namespace

TEST_CASE(
    "inbox: two pushers and a receiver that waits: all arrives once, whole, in order, one waker per wait") {
  passes("one each, unbounded", {.preemption_bound = -1, .stale_loads = true}, pushers(2, 1));
  passes("two each", {.preemption_bound = 3, .stale_loads = true}, pushers(2, 2));
  passes("two each, spurious", {.preemption_bound = 1, .stale_loads = true, .spurious_failures = 2},
         pushers(2, 2));
}

TEST_CASE("inbox: one pusher, three signals") {
  passes("three of one", {.preemption_bound = 4, .stale_loads = true}, pushers(1, 3));
}

TEST_CASE("inbox: three pushers") {
  passes("three", {.preemption_bound = 2, .stale_loads = true}, pushers(3, 1));
}

TEST_CASE("inbox: close takes what is left and refuses the rest") {
  passes("one each, unbounded", {.preemption_bound = -1, .stale_loads = true}, pushers_and_close(1, false));
  passes("two each", {.preemption_bound = 3, .stale_loads = true}, pushers_and_close(2, false));
  passes("one each, after a wait", {.preemption_bound = -1, .stale_loads = true}, pushers_and_close(1, true));
  passes("two each, after a wait", {.preemption_bound = 3, .stale_loads = true}, pushers_and_close(2, true));
}

TEST_CASE("inbox: a reopened inbox takes the signals of those who know of its new owner") {
  passes("reopen", {.preemption_bound = 3, .stale_loads = true}, [](Execution& e) {
    auto s = std::make_shared<State>();
    auto known = std::make_shared<throng::detail::Atomic<bool>>(false);
    // A stranger to the new owner: it may be refused or taken, but its signal is never lost.
    e.thread([=] { s->send(0, 0); });
    e.thread([=] {
      throng_model::block_until(
          [&] { return known->load(std::memory_order_acquire); });  // pairs: the store below
      check(s->send(1, 0) != Delivery::closed, "who was told of the new owner is not refused");
    });
    e.thread([=] {
      s->receive(s->inbox.close());
      s->owner_state = 7;
      s->inbox.reopen();
      known->store(true, std::memory_order_release);  // pairs: the load above
      while (s->last[1] < 0) {
        if (s->receive(s->inbox.drain()) == 0) s->wait();
      }
      s->receive(s->inbox.drain());
    });
    e.at_end([=] {
      s->receive(s->inbox.close());
      check(s->nodes[0][0].received + s->refused == 1, "the stranger's signal is taken or handed back");
    });
  });
}
