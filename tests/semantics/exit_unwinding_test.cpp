// EXT-5: what still runs of a process whose end is settled: its destructors, and nothing that others can see.
#include "support.hpp"

using namespace semantics;

namespace {

// Calls a function at the end of its scope. The function must not throw.
template <class F>
struct AtEnd {
  F function;
  ~AtEnd() { function(); }
};
template <class F>
AtEnd(F) -> AtEnd<F>;

// How the body ends that is killed once it has said that it is ready. A body gets the pid to say so to.
template <class F>
Down killed_when_ready(F body, ExitReason reason = ExitReason::kill) {
  auto [victim, watch] = spawn_monitor(std::move(body), self());
  expect<Go>();
  exit(victim, std::move(reason));
  return expect_down(watch);
}

}  // namespace

TEST_CASE("EXT-5: destructors run when a process is killed in a call that may block") {
  using Wait = void (*)(Pid);
  static constexpr Wait waits[] = {
      [](Pid) { receive<Never>(); },
      [](Pid) { receive<Never>(1h); },
      [](Pid) { receive([](Never) {}, after(1h, [] {})); },
      [](Pid) {
        ReceiveMark mark;
        receive_after(mark, [](Never) {});
      },
      [](Pid) { sleep(1h); },
      [](Pid) {
        for (;;) yield();
      },
      [](Pid other) {
        for (;;) is_alive(other);
      },
      [](Pid other) {
        for (;;) process_info(other);
      },
      [](Pid) {
        for (;;) blocking([] {});
      },
  };
  on_one_and_two_workers([](Runtime& runtime) {
    for (std::size_t wait = 0; wait < std::size(waits); ++wait) {
      CAPTURE(wait);
      std::atomic<int> ended{0};
      ExitReason reason = runtime.run(trusted([&ended, wait] {
        return killed_when_ready(trusted([&ended, wait](Pid observer) {
                 Witness outer(ended);
                 auto inner = std::make_unique<Witness>(ended);
                 send(observer, Go{});
                 waits[wait](observer);
               }))
            .reason;
      }));
      CHECK(reason == ExitReason::killed);
      CHECK(ended == 2);
    }
  });
}

TEST_CASE("EXT-5: the exit is no std::exception, and no code after the call runs") {
  on_one_and_two_workers([](Runtime& runtime) {
    std::atomic<int> went_on{0};
    ExitReason reason = runtime.run(trusted([&went_on] {
      return killed_when_ready(trusted([&went_on](Pid observer) {
                                 send(observer, Go{});
                                 try {
                                   receive<Never>();
                                 } catch (const std::exception&) {
                                   ++went_on;
                                 }
                                 ++went_on;
                               }),
                               ExitReason::shutdown)
          .reason;
    }));
    CHECK(reason == ExitReason::shutdown);
    CHECK(went_on == 0);
  });
}

TEST_CASE("EXT-5: a catch (...) that swallows the exit delays it to the next call that may block") {
  for (bool by_itself : {false, true}) {
    CAPTURE(by_itself);
    Runtime runtime(quiet(2));
    std::atomic<int> swallowed{0}, returned{0};
    ExitReason reason = runtime.run(trusted([&swallowed, &returned, by_itself] {
      return killed_when_ready(trusted([&swallowed, &returned, by_itself](Pid observer) {
               send(observer, Go{});
               for (int i = 0; i < 5; ++i) {
                 try {
                   if (by_itself) exit(self(), ExitReason::kill);
                   receive<Never>();
                   ++returned;
                 } catch (...) {
                   ++swallowed;
                 }
               }
               sleep(1h);
               ++returned;
             }))
          .reason;
    }));
    CHECK(reason == ExitReason::killed);
    CHECK(swallowed == 5);
    CHECK(returned == 0);
  }
}

TEST_CASE("EXT-5: a process that swallows its exit and returns has ended with it all the same") {
  Runtime runtime(quiet(1));
  ExitReason reason = runtime.run([] {
    return killed_when_ready(
               [](Pid observer) {
                 send(observer, Go{});
                 try {
                   receive<Never>();
                 } catch (...) {
                 }
               },
               ExitReason::shutdown)
        .reason;
  });
  CHECK(reason == ExitReason::shutdown);
}

TEST_CASE("EXT-5: a process that swallows its exit for ever ends, whatever it calls") {
  using Loop = void (*)();
  static constexpr Loop loops[] = {[] { yield(); },           [] { charge(100); },
                                   [] { send(Pid(), Go{}); }, [] { receive<Never>(0ms); },
                                   [] { receive<Never>(); },  [] { sleep(1h); },
                                   [] { blocking([] {}); },   [] { exit(self(), ExitReason::kill); }};
  on_one_and_two_workers([](Runtime& runtime) {
    for (std::size_t loop = 0; loop < std::size(loops); ++loop) {
      CAPTURE(loop);
      ExitReason reason = runtime.run(trusted([loop] {
        return killed_when_ready(trusted([loop](Pid observer) {
                 send(observer, Go{});
                 for (;;) {
                   try {
                     loops[loop]();
                   } catch (...) {
                   }
                 }
               }))
            .reason;
      }));
      CHECK(reason == ExitReason::killed);
    }
  });
}

TEST_CASE("EXT-5: sends and spawns of a process that was killed have no effect") {
  on_one_and_two_workers([](Runtime& runtime) {
    std::atomic<bool> reached{false}, child_ran{false};
    auto [numbers, exits] = runtime.run(trusted([&reached, &child_ran] {
      trap_exit(true);
      register_name("observer", self());
      killed_when_ready(trusted([&reached, &child_ran](Pid observer) {
        Alias none;
        AtEnd farewell{[&reached, &child_ran, observer, none] {
          send(observer, Number{1});
          send("observer", Number{2});
          send(none, Number{3});
          send_after(0ms, observer, Number{4});
          exit(observer, ExitReason::shutdown);
          spawn(trusted([&child_ran] { child_ran = true; }));
          spawn_link(trusted([&child_ran] { child_ran = true; }));
          spawn_monitor(trusted([&child_ran] { child_ran = true; }));
          spawn_request({}, trusted([&child_ran] { child_ran = true; }));
          reached = true;
        }};
        send(observer, Go{});
        try {
          receive<Never>();
        } catch (...) {
          send(observer, Number{5});
          throw;
        }
      }));
      // A timer and a child started in vain would be noticed before these.
      send_after(1ms, self(), Go{});
      expect<Go>();
      dead_process();
      // Of a time-out that became a timer as its wait was over: it is cancelled in one of the next calls.
      while (runtime_info().timers > 0) yield();
      return std::tuple{count_queued<Number>(), count_queued<Exit>()};
    }));
    CHECK(reached);
    CHECK(numbers == 0);
    CHECK(exits == 0);
    CHECK_FALSE(child_ran);
  });
}

TEST_CASE("EXT-5: in a destructor of an exit a receive with a time-out finds nothing, at once") {
  on_one_and_two_workers([](Runtime& runtime) {
    std::atomic<int> empty{0}, below{0};
    ExitReason reason = runtime.run(trusted([&empty, &below] {
      return killed_when_ready(trusted([&empty, &below](Pid observer) {
               AtEnd outer{[&below] { ++below; }};
               AtEnd waits{[&empty] {
                 if (!receive<Go>(1h)) ++empty;
                 receive([](Go) {}, after(1h, [&empty] { ++empty; }));
                 sleep(1h);
                 yield();
               }};
               send(self(), Go{});  // not even this
               send(observer, Go{});
               receive<Never>();
             }))
          .reason;
    }));
    CHECK(reason == ExitReason::killed);
    CHECK(empty == 2);
    CHECK(below == 1);
  });
}

TEST_CASE("EXT-5: in a destructor of an exit a receive without a time-out ends the process on the spot") {
  on_one_and_two_workers([](Runtime& runtime) {
    std::atomic<int> returned{0};
    ExitReason reason = runtime.run(trusted([&returned] {
      return killed_when_ready(trusted([&returned](Pid observer) {
               AtEnd waits{[&returned] {
                 receive<Go>();
                 ++returned;
               }};
               send(observer, Go{});
               receive<Never>();
             }))
          .reason;
    }));
    CHECK(reason == ExitReason::killed);
    CHECK(returned == 0);
  });
}

TEST_CASE("EXT-5: in a destructor of an exit blocking runs its function in place") {
  on_one_and_two_workers([](Runtime& runtime) {
    std::atomic<int> result{0};
    ExitReason reason = runtime.run(trusted([&result] {
      return killed_when_ready(trusted([&result](Pid observer) {
               AtEnd cleans{[&result] { result = blocking([](int value) { return value + 1; }, 41); }};
               send(observer, Go{});
               receive<Never>();
             }))
          .reason;
    }));
    CHECK(reason == ExitReason::killed);
    CHECK(result == 42);
  });
}

TEST_CASE("EXT-5: no runtime call in a destructor of an exit ends the host, and the rest unwinds") {
  on_one_and_two_workers([](Runtime& runtime) {
    std::atomic<int> steps{0};
    ExitReason reason = runtime.run(trusted([&steps] {
      return killed_when_ready(trusted([&steps](Pid observer) {
               AtEnd last{[&steps] { ++steps; }};
               AtEnd calls{[&steps, observer] {
                 self();
                 link(observer);
                 unlink(observer);
                 demonitor(monitor(observer), true);
                 unalias(alias());
                 cancel(send_after(1h, observer, Go{}));
                 trap_exit(true);
                 priority(Priority::low);
                 is_alive(observer);
                 process_info(observer);
                 process_info(self());
                 process_brief(observer);
                 processes();
                 runtime_info();
                 whereis("nobody");
                 charge(10'000);
                 exit(observer, ExitReason::kill);
                 ++steps;
               }};
               send(observer, Go{});
               receive<Never>();
             }))
          .reason;
    }));
    CHECK(reason == ExitReason::killed);
    CHECK(steps == 2);
  });
}

TEST_CASE("EXT-5: exit(reason) in a destructor of an exit does not end the host") {
  on_one_and_two_workers([](Runtime& runtime) {
    ExitReason reason = runtime.run([] {
      return killed_when_ready([](Pid observer) {
               AtEnd ends{[] { exit(ExitReason::custom(1)); }};
               send(observer, Go{});
               receive<Never>();
             })
          .reason;
    });
    bool one_of_both = reason == ExitReason::killed || reason == ExitReason::custom(1);
    CHECK(one_of_both);
  });
}

TEST_CASE("EXT-5: a kill that comes while a destructor of another exception waits does not end the host") {
  on_one_and_two_workers([](Runtime& runtime) {
    ExitReason reason = runtime.run([] {
      return killed_when_ready([](Pid observer) {
               AtEnd waits{[observer] {
                 send(observer, Go{});
                 receive<Never>(1h);
               }};
               throw std::runtime_error("first");
             })
          .reason;
    });
    CHECK(reason == ExitReason::killed);
  });
}

TEST_CASE("EXT-5: a process may be killed while it handles an exception") {
  on_one_and_two_workers([](Runtime& runtime) {
    std::atomic<int> ended{0};
    ExitReason reason = runtime.run(trusted([&ended] {
      return killed_when_ready(trusted([&ended](Pid observer) {
               Witness mine(ended);
               try {
                 throw std::runtime_error("handled");
               } catch (const std::runtime_error&) {
                 send(observer, Go{});
                 receive<Never>();
               }
             }))
          .reason;
    }));
    CHECK(reason == ExitReason::killed);
    CHECK(ended == 1);
  });
}
