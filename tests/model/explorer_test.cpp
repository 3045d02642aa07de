// The explorer proves itself: it finds the known faults of known litmus tests, and explores their correct
// versions to the end without finding any.
#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "litmus.hpp"

using namespace throng_model_test;

namespace {

// Store buffering: each thread announces itself, then looks for the other.
Setup dekker(Order store_order, Order load_order) {
  return [=](Execution& e) {
    struct State {
      Atomic<int> x{0}, y{0};
      int seen_x = -1, seen_y = -1;
    };
    auto s = std::make_shared<State>();
    e.thread([=] {
      s->x.store(1, store_order);
      s->seen_y = s->y.load(load_order);
    });
    e.thread([=] {
      s->y.store(1, store_order);
      s->seen_x = s->x.load(load_order);
    });
    e.at_end([=] { check(s->seen_x == 1 || s->seen_y == 1, "one of them sees the other"); });
  };
}

Setup message_passing(Order store_order, Order load_order) {
  return [=](Execution& e) {
    struct State {
      Atomic<int> data{0};
      Atomic<bool> flag{false};
    };
    auto s = std::make_shared<State>();
    e.thread([=] {
      s->data.store(42, relaxed);
      s->flag.store(true, store_order);
    });
    e.thread([=] {
      if (s->flag.load(load_order)) check(s->data.load(relaxed) == 42, "the data is there when the flag is");
    });
  };
}

Setup plain_message_passing(Order store_order, Order load_order) {
  return [=](Execution& e) {
    struct State {
      Plain<int> data{0, "the payload"};
      Atomic<bool> flag{false};
    };
    auto s = std::make_shared<State>();
    e.thread([=] {
      s->data = 42;
      s->flag.store(true, store_order);
    });
    e.thread([=] {
      while (!s->flag.load(load_order)) throng_model::yield();
      check(s->data == 42, "the payload is there");
    });
  };
}

}  // namespace

TEST_CASE("the explorer finds the lost update of a load and a store") {
  auto add = [](Atomic<int>& count) { count.store(count.load() + 1); };
  Result result = fails({}, counter(add), "no increment is lost");
  CHECK_FALSE(result.exhausted);
}

TEST_CASE("fetch_add and a CAS loop lose no update") {
  passes_exhaustively("fetch_add", interleavings,
                      counter([](Atomic<int>& count) { count.fetch_add(1, relaxed); }));
  auto by_cas = [](Atomic<int>& count) {
    int seen = count.load(relaxed);
    while (!count.compare_exchange_weak(seen, seen + 1, relaxed, relaxed)) {
    }
  };
  passes_exhaustively("CAS loop", interleavings, counter(by_cas));
  passes_exhaustively("CAS loop, stale loads", {.stale_loads = true}, counter(by_cas));
}

TEST_CASE("store buffering: only seq_cst forbids that both miss each other") {
  const char* sentence = "one of them sees the other";
  fails(stale, dekker(relaxed, relaxed), sentence);
  fails(stale, dekker(release, acquire), sentence);
  fails(stale, dekker(seq_cst, acquire), sentence);
  fails(stale, dekker(release, seq_cst), sentence);
  passes_exhaustively("store buffering", stale, dekker(seq_cst, seq_cst));
  passes_exhaustively("store buffering, no stale loads", interleavings, dekker(relaxed, relaxed));
}

TEST_CASE("message passing needs release and acquire") {
  const char* sentence = "the data is there when the flag is";
  fails(stale, message_passing(relaxed, relaxed), sentence);
  fails(stale, message_passing(release, relaxed), sentence);
  fails(stale, message_passing(relaxed, acquire), sentence);
  passes_exhaustively("message passing", stale, message_passing(release, acquire));
  passes_exhaustively("message passing, seq_cst", stale, message_passing(seq_cst, seq_cst));
}

TEST_CASE("plain data published without order is a data race, with and without stale loads") {
  const char* sentence = "data race on the payload";
  fails(interleavings, plain_message_passing(relaxed, relaxed), sentence);
  fails(stale, plain_message_passing(release, relaxed), sentence);
  fails(stale, plain_message_passing(relaxed, acquire), sentence);
  passes_exhaustively("plain message passing", stale, plain_message_passing(release, acquire));
}

TEST_CASE("a read-modify-write continues a release sequence, a plain store ends it") {
  auto relayed_by = [](auto relay) {
    return [relay](Execution& e) {
      struct State {
        Plain<int> data{0, "the payload"};
        Atomic<int> flag{0};
      };
      auto s = std::make_shared<State>();
      e.thread([=] {
        s->data = 1;
        s->flag.store(1, release);
      });
      e.thread([=] {
        if (s->flag.load(relaxed) == 1) relay(s->flag);
      });
      e.thread([=] {
        if (s->flag.load(acquire) == 2) check(s->data == 1, "the payload is there");
      });
    };
  };
  passes_exhaustively("release sequence", stale,
                      relayed_by([](Atomic<int>& flag) { flag.fetch_add(1, relaxed); }));
  fails(stale, relayed_by([](Atomic<int>& flag) { flag.store(2, relaxed); }), "data race on the payload");
}

TEST_CASE("seq_cst operations on one location do not order data behind another") {
  fails(
      interleavings,
      [](Execution& e) {
        struct State {
          Plain<int> data{0, "the payload"};
          Atomic<int> x{0}, y{0};
        };
        auto s = std::make_shared<State>();
        e.thread([=] {
          s->data = 1;
          s->x.store(1, seq_cst);
        });
        e.thread([=] {
          (void)s->y.load(seq_cst);
          (void)s->data.get();
        });
      },
      "data race on the payload");
}

TEST_CASE("one location is coherent: nobody sees its values backwards, not even relaxed") {
  passes_exhaustively("coherence", stale, [](Execution& e) {
    struct State {
      Atomic<int> x{0}, turn{0};
      int first = 0;
    };
    auto s = std::make_shared<State>();
    e.thread([=] {
      s->x.store(1, relaxed);
      s->x.store(2, relaxed);
    });
    e.thread([=] {
      s->first = s->x.load(relaxed);
      check(s->x.load(relaxed) >= s->first, "a thread does not read backwards");
      s->turn.store(1, release);
    });
    e.thread([=] {
      if (s->turn.load(acquire) == 1) check(s->x.load(relaxed) >= s->first, "nor one that comes after it");
    });
  });
}

TEST_CASE("independent readers agree on the order of independent writes only with seq_cst") {
  auto readers = [](Order order, Order store_order) {
    return [=](Execution& e) {
      struct State {
        Atomic<int> x{0}, y{0};
        int first[2] = {0, 0}, second[2] = {1, 1};
      };
      auto s = std::make_shared<State>();
      e.thread([=] { s->x.store(1, store_order); });
      e.thread([=] { s->y.store(1, store_order); });
      for (int i = 0; i < 2; ++i) {
        e.thread([=] {
          s->first[i] = (i == 0 ? s->x : s->y).load(order);
          s->second[i] = (i == 0 ? s->y : s->x).load(order);
        });
      }
      e.at_end([=] {
        bool disagree = s->first[0] == 1 && s->second[0] == 0 && s->first[1] == 1 && s->second[1] == 0;
        check(!disagree, "the readers agree");
      });
    };
  };
  passes_exhaustively("independent reads, seq_cst", stale, readers(seq_cst, seq_cst));
  fails(stale, readers(acquire, release), "the readers agree");
}
