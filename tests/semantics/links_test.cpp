// LNK-1 to LNK-4: ends that are felt on the other side.
#include "support.hpp"

using namespace semantics;

namespace {

// Lives until it is told to go, or how to end.
void peer() {
  receive([](Go) {}, [](ExitReason reason) { exit(reason); });
}

Pid trapping_peer(Pid observer) {
  return spawn(
      SpawnOptions{.trap_exit = true},
      [](Pid to) {
        for (;;) {
          receive([](Go) { exit(ExitReason::normal); },
                  [to](Exit exit) {
                    send(to, Seen{exit.from, exit.reason});
                  });
        }
      },
      observer);
}

int count_links(Pid of, Pid to) {
  int count = 0;
  std::vector<Pid> links = info_of(of).links;
  for (Pid other : links) {
    if (other == to) ++count;
  }
  return count;
}

}  // namespace

TEST_CASE("LNK-1: a link binds both, whoever made it") {
  on_one_and_two_workers([](Runtime& runtime) {
    struct Result {
      ExitReason of_peer, of_maker;
      bool from_peer = false, from_maker = false;
    };
    Result result = runtime.run([] {
      Result seen;
      trap_exit(true);
      Pid one = spawn(peer);
      link(one);
      send(one, ExitReason::custom(1));
      Exit exit = expect_exit(one);
      seen.of_peer = exit.reason;
      seen.from_peer = exit.from == one;
      Pid other = trapping_peer(self());
      Pid maker = spawn(
          [](Pid to) {
            link(to);
            throng::exit(ExitReason::custom(2));
          },
          other);
      auto told = expect<Seen>();
      seen.of_maker = told.reason;
      seen.from_maker = told.from == maker;
      send(other, Go{});
      return seen;
    });
    CHECK(result.of_peer == ExitReason::custom(1));
    CHECK(result.from_peer);
    CHECK(result.of_maker == ExitReason::custom(2));
    CHECK(result.from_maker);
  });
}

TEST_CASE("LNK-1: there is one link between two processes, however often and from wherever it is made") {
  on_one_and_two_workers([](Runtime& runtime) {
    struct Result {
      int at_caller = 0, at_other = 0, exits = 0, after_unlink = 9;
    };
    Result result = runtime.run([] {
      Result seen;
      trap_exit(true);
      Pid other = spawn_link(
          [](Pid parent) {
            for (int i = 0; i < 3; ++i) link(parent);
            send(parent, Go{});
            peer();
          },
          self());
      for (int i = 0; i < 3; ++i) link(other);
      expect<Go>();
      seen.at_caller = count_links(self(), other);
      seen.at_other = count_links(other, self());
      send(other, ExitReason::custom(1));
      wait_for_end(other);
      expect_exit(other);
      seen.exits = 1 + count_queued<Exit>();

      Pid second = spawn_link(peer);
      link(second);
      unlink(second);
      send(second, ExitReason::custom(1));
      wait_for_end(second);
      seen.after_unlink = count_queued<Exit>();
      return seen;
    });
    CHECK(result.at_caller == 1);
    CHECK(result.at_other == 1);
    CHECK(result.exits == 1);
    CHECK(result.after_unlink == 0);
  });
}

TEST_CASE("LNK-1: linking to oneself changes nothing, and so does unlinking") {
  Runtime runtime(quiet(1));
  auto [links, reason, exits] = runtime.run([] {
    link(self());
    std::size_t count = info_of(self()).links.size();
    unlink(self());
    trap_exit(true);
    link(self());
    ExitReason end = reason_of([] {
      link(self());
      exit(ExitReason::custom(1));
    });
    return std::tuple{count, end, count_queued<Exit>()};
  });
  CHECK(links == 0);
  CHECK(reason == ExitReason::custom(1));
  CHECK(exits == 0);
}

TEST_CASE("LNK-1: a process that ends normally leaves no link behind, and harms nobody") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [links, alive] = runtime.run([] {
      Pid other = spawn_link(peer);
      send(other, Go{});
      wait_for_end(other);
      yield_until([] { return info_of(self()).links.empty(); });
      return std::pair{info_of(self()).links.size(), is_alive(self())};
    });
    CHECK(links == 0);
    CHECK(alive);
  });
}

TEST_CASE("LNK-2: after unlink the end of the other is not felt, trapping or not") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [exits, reason] = runtime.run([] {
      auto body = [](bool trapping) {
        trap_exit(trapping);
        for (int round = 0; round < repetitions(200); ++round) {
          Pid other = spawn_link(peer);
          unlink(other);
          send(other, ExitReason::custom(1));
          wait_for_end(other);
        }
        exit(ExitReason::custom(100 + count_queued<Exit>()));
      };
      return std::pair{reason_of(body, true), reason_of(body, false)};
    });
    CHECK(exits == ExitReason::custom(100));
    CHECK(reason == ExitReason::custom(100));
  });
}

TEST_CASE("LNK-2: after unlink the end of the caller is not felt by the other") {
  on_one_and_two_workers([](Runtime& runtime) {
    bool alive = runtime.run([] {
      Pid other = spawn(peer);
      for (int round = 0; round < repetitions(200); ++round) {
        auto [maker, watch] = spawn_monitor(
            [](Pid to) {
              link(to);
              unlink(to);
              exit(ExitReason::custom(1));
            },
            other);
        expect_down(watch);
      }
      return is_alive(other) && info_of(other).links.empty();
    });
    CHECK(alive);
  });
}

TEST_CASE("LNK-2: an Exit that is in the queue already stays after unlink") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [before, after_unlink] = runtime.run([] {
      trap_exit(true);
      Pid other = spawn_link(peer);
      send(other, ExitReason::custom(1));
      yield_until([] { return queue_length() == 1; });
      unlink(other);
      std::size_t length = queue_length();
      return std::pair{length, expect_exit(other).reason};
    });
    CHECK(before == 1);
    CHECK(after_unlink == ExitReason::custom(1));
  });
}

TEST_CASE("LNK-2: a link that is made again after unlink is a new one and works") {
  on_one_and_two_workers([](Runtime& runtime) {
    int wrong = runtime.run([] {
      int unexpected = 0;
      trap_exit(true);
      for (int round = 0; round < repetitions(300); ++round) {
        Pid other = spawn_link(peer);
        for (int i = 0; i < round % 5; ++i) {
          unlink(other);
          link(other);
        }
        if (count_links(self(), other) != 1 || count_links(other, self()) != 1) ++unexpected;
        send(other, ExitReason::custom(round));
        if (expect_exit(other).reason != ExitReason::custom(round)) ++unexpected;
        wait_for_end(other);
        if (count_queued<Exit>() != 0) ++unexpected;
      }
      return unexpected;
    });
    CHECK(wrong == 0);
  });
}

TEST_CASE("LNK-2: unlinking who is not linked does nothing") {
  Runtime runtime(quiet(1));
  auto [alive, queued] = runtime.run([] {
    Pid other = spawn(peer);
    unlink(other);
    unlink(dead_process());
    unlink(Pid());
    return std::pair{is_alive(other), queue_length()};
  });
  CHECK(alive);
  CHECK(queued == 0);
}

TEST_CASE("LNK-3: each linked process gets an exit signal with the reason of the end") {
  on_one_and_two_workers([](Runtime& runtime) {
    int right = runtime.run([] {
      static constexpr int others = 100;
      Pid centre = spawn(peer);
      for (int i = 0; i < others; ++i) {
        spawn(
            SpawnOptions{.trap_exit = true},
            [](Pid to, Pid observer) {
              link(to);
              send(observer, Go{});
              auto exit = expect<Exit>();
              send(observer, Seen{exit.from, exit.reason});
            },
            centre, self());
      }
      for (int i = 0; i < others; ++i) expect<Go>();
      if (info_of(centre).links.size() != others) return -1;
      send(centre, ExitReason::custom(std::string("the reason")));
      int count = 0;
      for (int i = 0; i < others; ++i) {
        auto seen = expect<Seen>();
        if (seen.from == centre && seen.reason == ExitReason::custom(std::string("the reason"))) ++count;
      }
      return count;
    });
    CHECK(right == 100);
  });
}

TEST_CASE("LNK-3: an end passes along all links of those who do not trap, and stops at those who do") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [ended, told, spared] = runtime.run([] {
      // A ring of thirty that do not trap, and one that does, linked to one of them.
      std::vector<Pid> ring;
      for (int i = 0; i < 30; ++i) {
        ring.push_back(spawn([] {
          for (;;) receive([](Hello hello) { link(hello.from); }, [](ExitReason reason) { exit(reason); });
        }));
        if (i > 0) send(ring[static_cast<std::size_t>(i)], Hello{ring[static_cast<std::size_t>(i - 1)]});
      }
      send(ring.front(), Hello{ring.back()});
      Pid bystander = trapping_peer(self());
      send(ring[15], Hello{bystander});
      std::vector<Monitor> watches;
      for (Pid member : ring) {
        info_of(member);  // it has linked
        watches.push_back(monitor(member));
      }
      send(ring[7], ExitReason::custom(7));
      int count = 0;
      for (Monitor watch : watches) {
        if (expect_down(watch).reason == ExitReason::custom(7)) ++count;
      }
      bool heard = expect<Seen>().reason == ExitReason::custom(7);
      bool alive = is_alive(bystander);
      send(bystander, Go{});
      return std::tuple{count, heard, alive};
    });
    CHECK(ended == 30);
    CHECK(told);
    CHECK(spared);
  });
}

TEST_CASE("LNK-4: linking to a dead process tells a caller that traps exits by a message") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [reason, again, links] = runtime.run([] {
      trap_exit(true);
      Pid gone = dead_process();
      link(gone);
      ExitReason first = expect_exit(gone).reason;
      link(gone);
      ExitReason second = expect_exit(gone).reason;
      return std::tuple{first, second, info_of(self()).links.size()};
    });
    CHECK(reason == ExitReason::noproc);
    CHECK(again == ExitReason::noproc);
    CHECK(links == 0);
  });
}

TEST_CASE("LNK-4: linking to a dead process throws NoProcess in a caller that does not trap exits") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [caught, null, links, uncaught] = runtime.run([] {
      auto refuses = [](Pid pid) {
        try {
          link(pid);
        } catch (const NoProcess&) {
          return true;
        }
        return false;
      };
      Pid gone = dead_process();
      bool dead = refuses(gone), nobody = refuses(Pid());
      ExitReason end = reason_of([](Pid pid) { link(pid); }, gone);
      return std::tuple{dead, nobody, info_of(self()).links.size(), end};
    });
    CHECK(caught);
    CHECK(null);
    CHECK(links == 0);
    CHECK(uncaught == ExitReason::noproc);
  });
}
