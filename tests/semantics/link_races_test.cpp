// LNK-1, LNK-2 and LNK-4 under fire: links made and ended from both sides at once, and to processes that are
// ending.
#include <algorithm>
#include <cstdint>

#include "support.hpp"

using namespace semantics;

namespace {

struct Storm {
  std::uint32_t seed = 0;
  int steps = 0;
  bool ends_linked = false;
};
struct Partner {
  Pid pid;
};
struct Round {};

std::uint32_t next(std::uint32_t& state) {
  state = state * 1664525U + 1013904223U;
  return state >> 16;
}

// One side of a pair: knows its partner, storms when told, and says when it is through.
void stormy(Pid observer) {
  Pid partner = expect<Partner>().pid;
  for (;;) {
    receive(
        [&](Storm storm) {
          std::uint32_t random = storm.seed;
          for (int i = 0; i < storm.steps; ++i) {
            std::uint32_t what = next(random) % 8;
            if (what < 3) link(partner);
            if (what >= 3 && what < 6) unlink(partner);
            if (what == 6) send(partner, Round{});
            if (what == 7) yield();
          }
          if (storm.ends_linked) {
            link(partner);
          } else {
            unlink(partner);
          }
          send(observer, Done{});
        },
        [](Round) {}, [](ExitReason reason) { exit(reason); });
  }
}

bool is_linked(Pid from, Pid to) {
  std::vector<Pid> links = info_of(from).links;
  return std::find(links.begin(), links.end(), to) != links.end();
}

// Each side's last signals have reached the other: both have met the runtime after both were through, and
// answers to what they found then have come too.
void let_settle(Pid one, Pid other) {
  for (int i = 0; i < 2; ++i) {
    info_of(one);
    info_of(other);
  }
}

}  // namespace

TEST_CASE("LNK-2: storms of link and unlink from both ends leave a whole link or none") {
  for (unsigned workers : {1U, 2U}) {
    for (std::uint32_t seed = 1; seed <= 3; ++seed) {
      CAPTURE(workers);
      CAPTURE(seed);
      Runtime runtime(quiet(workers));
      auto [halves, wrong] = runtime.run(
          [](std::uint32_t first_seed) {
            int half = 0, unexpected = 0;
            std::uint32_t random = first_seed;
            Pid one = spawn(stormy, self()), other = spawn(stormy, self());
            send(one, Partner{other});
            send(other, Partner{one});
            for (int round = 0; round < repetitions(200); ++round) {
              bool first = next(random) % 2 == 0, second = next(random) % 2 == 0;
              send(one, Storm{next(random), static_cast<int>(next(random) % 30), first});
              send(other, Storm{next(random), static_cast<int>(next(random) % 30), second});
              expect<Done>();
              expect<Done>();
              let_settle(one, other);
              bool here = is_linked(one, other), there = is_linked(other, one);
              if (here != there) ++half;
              if (first && second && !here) ++unexpected;
              if (!first && !second && here) ++unexpected;
            }
            return std::pair{half, unexpected};
          },
          seed);
      CHECK(halves == 0);
      CHECK(wrong == 0);
    }
  }
}

TEST_CASE("LNK-2: after a storm that both sides end with a link, the end of one is the end of the other") {
  on_one_and_two_workers([](Runtime& runtime) {
    int wrong = runtime.run([] {
      int unexpected = 0;
      for (std::uint32_t round = 0; round < 200; ++round) {
        auto [one, first] = spawn_monitor(stormy, self());
        auto [other, second] = spawn_monitor(stormy, self());
        send(one, Partner{other});
        send(other, Partner{one});
        bool linked = round % 2 == 0;
        send(one, Storm{round, 20, linked});
        send(other, Storm{round + 1, 20, linked});
        expect<Done>();
        expect<Done>();
        let_settle(one, other);
        send(one, ExitReason::custom(1));
        if (expect_down(first).reason != ExitReason::custom(1)) ++unexpected;
        if (!linked) send(other, ExitReason::custom(2));
        ExitReason expected = linked ? ExitReason::custom(1) : ExitReason::custom(2);
        if (expect_down(second).reason != expected) ++unexpected;
      }
      return unexpected;
    });
    CHECK(wrong == 0);
  });
}

TEST_CASE("LNK-2: a link can't affect a caller whose unlink has returned, though the other ends just then") {
  on_one_and_two_workers([](Runtime& runtime) {
    std::atomic<int> unlinked{0};
    int wrong = runtime.run(trusted([&unlinked] {
      int unexpected = 0;
      for (int round = 0; round < repetitions(500); ++round) {
        unlinked = 0;
        ExitReason reason = reason_of(trusted([&unlinked, round] {
          Pid other = spawn_link([] { exit(ExitReason::custom(1)); });
          for (int i = 0; i < round % 4; ++i) yield();
          unlink(other);
          unlinked = 1;
          wait_for_end(other);
          for (int i = 0; i < 3; ++i) yield();
        }));
        if (!reason.is_normal() && (unlinked == 1 || reason != ExitReason::custom(1))) ++unexpected;
      }
      return unexpected;
    }));
    CHECK(wrong == 0);
  });
}

TEST_CASE("LNK-2: what a trapping caller finds in its queue after unlink is all that ever comes") {
  on_one_and_two_workers([](Runtime& runtime) {
    int wrong = runtime.run([] {
      int unexpected = 0;
      trap_exit(true);
      for (int round = 0; round < repetitions(500); ++round) {
        Pid other = spawn_link([] { exit(ExitReason::custom(1)); });
        for (int i = 0; i < round % 4; ++i) yield();
        unlink(other);
        int found = count_queued<Exit>();
        wait_for_end(other);
        if (found > 1 || count_queued<Exit>() != 0) ++unexpected;
      }
      return unexpected;
    });
    CHECK(wrong == 0);
  });
}

TEST_CASE("LNK-4: a trapping caller that links to a process that is ending hears of it exactly once") {
  on_one_and_two_workers([](Runtime& runtime) {
    int wrong = runtime.run([] {
      int unexpected = 0;
      trap_exit(true);
      for (int round = 0; round < repetitions(1000); ++round) {
        Pid other = spawn([] { exit(ExitReason::custom(1)); });
        for (int i = 0; i < round % 3; ++i) yield();
        link(other);
        ExitReason reason = expect_exit(other).reason;
        if (reason != ExitReason::custom(1) && reason != ExitReason::noproc) ++unexpected;
        wait_for_end(other);
        if (queue_length() != 0) ++unexpected;
      }
      return unexpected + static_cast<int>(info_of(self()).links.size());
    });
    CHECK(wrong == 0);
  });
}

TEST_CASE("LNK-4: a caller that does not trap learns of a process that is ending by exception or by exit") {
  on_one_and_two_workers([](Runtime& runtime) {
    int wrong = runtime.run([] {
      int unexpected = 0;
      for (int round = 0; round < repetitions(500); ++round) {
        ExitReason reason = reason_of(
            [](int yields) {
              Pid other = spawn([] { exit(ExitReason::custom(1)); });
              for (int i = 0; i < yields; ++i) yield();
              try {
                link(other);
              } catch (const NoProcess&) {
                exit(ExitReason::noproc);
              }
              receive<Never>(patience);
            },
            round % 3);
        if (reason != ExitReason::custom(1) && reason != ExitReason::noproc) ++unexpected;
      }
      return unexpected;
    });
    CHECK(wrong == 0);
  });
}

TEST_CASE("LNK-1: linking at once from both sides gives one link that holds") {
  on_one_and_two_workers([](Runtime& runtime) {
    int wrong = runtime.run([] {
      int unexpected = 0;
      for (int round = 0; round < repetitions(300); ++round) {
        auto [one, first] = spawn_monitor(stormy, self());
        auto [other, second] = spawn_monitor(stormy, self());
        send(one, Partner{other});
        send(other, Partner{one});
        send(one, Storm{0, 0, true});
        send(other, Storm{0, 0, true});
        expect<Done>();
        expect<Done>();
        send(other, ExitReason::custom(round));
        if (expect_down(first).reason != ExitReason::custom(round)) ++unexpected;
        if (expect_down(second).reason != ExitReason::custom(round)) ++unexpected;
      }
      return unexpected;
    });
    CHECK(wrong == 0);
  });
}
