// SCH-11: processes that are held, and go on.
#include <atomic>

#include "support.hpp"

using namespace semantics;

namespace {

struct Count {
  int number;
};

// Counts in turns of its own.
Pid counter(std::atomic<int>& count) {
  return spawn(trusted([&count] {
    for (;; yield()) count.fetch_add(1);
  }));
}

Pid echo() {
  return spawn([] {
    for (;;) receive([](std::pair<Pid, int> asked) { send(asked.first, Count{asked.second}); });
  });
}

ProcessStatus status_of(Pid process) { return process_brief(process)->status; }

}  // namespace

TEST_CASE("SCH-11: a suspended process does nothing until it is resumed") {
  on_one_and_two_workers([](Runtime& runtime) {
    bool held = runtime.run([] {
      static std::atomic<int> count;
      count = 0;
      Pid counting = counter(count);
      yield_until([&] { return count > 10; });
      if (!suspend_process(counting)) return false;
      int at = count;
      for (int i = 0; i < 100; ++i) yield();
      sleep(2ms);
      if (count != at || status_of(counting) != ProcessStatus::suspended) return false;
      resume_process(counting);
      yield_until([&] { return count > at; });
      return true;
    });
    CHECK(held);
  });
}

TEST_CASE("SCH-11: suspending nests, for each who suspends by itself") {
  on_one_and_two_workers([](Runtime& runtime) {
    bool nests = runtime.run([] {
      static std::atomic<int> count;
      count = 0;
      Pid counting = counter(count);
      suspend_process(counting);
      suspend_process(counting);
      auto [other, end] = spawn_monitor(
          [](Pid held, Pid judge) {
            suspend_process(held);
            send(judge, Go{});
            expect<Go>();
            resume_process(held);
          },
          counting, self());
      expect<Go>();
      if (info_of(self()).suspending != std::vector<Pid>{counting}) return false;
      resume_process(counting);
      resume_process(counting);
      if (!info_of(self()).suspending.empty()) return false;
      int at = count;
      for (int i = 0; i < 50; ++i) yield();
      if (count != at) return false;  // the other one holds it still
      send(other, Go{});
      expect_down(end);
      yield_until([&] { return count > at; });
      return true;
    });
    CHECK(nests);
  });
}

TEST_CASE("SCH-11: messages wait, in their order; a time-out that passes is held back") {
  on_one_and_two_workers([](Runtime& runtime) {
    std::string wrong = runtime.run([]() -> std::string {
      Pid answering = echo();
      suspend_process(answering);
      for (int i = 0; i < 20; ++i) send(answering, std::pair(self(), i));
      if (info_of(answering).message_queue_len != 20) return "they wait in its queue";
      if (receive<Count>(0ms)) return "and are not answered";
      resume_process(answering);
      for (int i = 0; i < 20; ++i) {
        if (expect<Count>().number != i) return "then in their order";
      }
      Pid timed = spawn(
          [](Pid judge) {
            auto got = receive<Go>(1ms);
            send(judge, Count{got ? 1 : 0});
          },
          self());
      suspend_process(timed);
      sleep(3ms);
      if (receive<Count>(0ms)) return "the time-out is held back";
      send(timed, Go{});
      resume_process(timed);
      if (expect<Count>().number != 1) return "and who came meanwhile is seen first";
      return "";
    });
    CHECK(wrong == "");
  });
}

TEST_CASE("SCH-11: one at rest, one that has not run yet, and one that computes are held too") {
  on_one_and_two_workers([](Runtime& runtime) {
    bool held = runtime.run([] {
      Pid fresh = spawn([](Pid judge) { send(judge, Go{}); }, self());
      if (suspend_process(fresh)) {
        if (status_of(fresh) != ProcessStatus::suspended) return false;
        resume_process(fresh);
      }
      expect<Go>();
      static std::atomic<int> count;
      count = 0;
      Pid busy = spawn([] {
        for (;;) {
          charge(1);
          count.fetch_add(1);
        }
      });
      yield_until([&] { return count > 0; });
      suspend_process(busy);
      int at = count;
      for (int i = 0; i < 20; ++i) yield();
      if (count != at) return false;
      resume_process(busy);
      yield_until([&] { return count > at; });
      return true;
    });
    CHECK(held);
  });
}

TEST_CASE("SCH-11: a suspended process is killed, linked and watched as any other") {
  on_one_and_two_workers([](Runtime& runtime) {
    bool dies = runtime.run([] {
      Pid held = waiting_process();
      suspend_process(held);
      Monitor watch = monitor(held);
      if (!is_alive(held)) return false;
      throng::exit(held, ExitReason::kill);
      return expect_down(watch).reason == ExitReason::killed;
    });
    CHECK(dies);
  });
}

TEST_CASE("SCH-11: the end of who suspended lets it go on") {
  on_one_and_two_workers([](Runtime& runtime) {
    bool goes_on = runtime.run([] {
      Pid answering = echo();
      wait_for_end(spawn(
          [](Pid held) {
            suspend_process(held);
            suspend_process(held);
          },
          answering));
      send(answering, std::pair(self(), 5));
      return expect<Count>().number == 5;
    });
    CHECK(goes_on);
  });
}

TEST_CASE("SCH-11: the dead can't be suspended, nor oneself; nor resumed who was not suspended") {
  on_one_and_two_workers([](Runtime& runtime) {
    std::string wrong = runtime.run([]() -> std::string {
      if (suspend_process(dead_process())) return "the dead";
      if (!info_of(self()).suspending.empty()) return "and nothing of it is kept";
      try {
        suspend_process(self());
        return "oneself";
      } catch (const std::invalid_argument&) {
      }
      Pid other = waiting_process();
      try {
        resume_process(other);
        return "not suspended";
      } catch (const std::logic_error&) {
      }
      return "";
    });
    CHECK(wrong == "");
  });
}

TEST_CASE("SCH-11: who is asked between its look at the queue and its wait is held, and says so") {
  Runtime runtime(quiet(2));
  bool told = runtime.run([] {
    static std::atomic<bool> looks, asked;
    looks = asked = false;
    Pid held = spawn([] {
      send(self(), Go{});
      receive(when(
          [](const Go&) {
            looks = true;
            while (!asked) {
            }
            return false;
          },
          [](Go) {}));
    });
    yield_until([] { return looks.load(); });
    Pid asking = spawn(
        [](Pid other, Pid judge) {
          suspend_process(other);
          send(judge, Go{});
        },
        held, self());
    yield_until([&] { return process_brief(asking)->status == ProcessStatus::waiting; });
    asked = true;
    expect<Go>();
    return true;
  });
  CHECK(told);
}

TEST_CASE("SCH-11: many suspend and resume many at random, and all of it ends") {
  on_one_and_two_workers([](Runtime& runtime) {
    bool over = runtime.run([] {
      std::vector<Pid> victims;
      for (int i = 0; i < 8; ++i) victims.push_back(echo());
      std::vector<Monitor> ends;
      for (int who = 0; who < 6; ++who) {
        ends.push_back(spawn_monitor(
                           [](std::vector<Pid> all, unsigned seed) {
                             for (int i = 0; i < 200; ++i) {
                               Pid victim = all[(seed = seed * 1664525u + 1013904223u) >> 29];
                               if (!suspend_process(victim)) continue;
                               send(victim, std::pair(self(), i));
                               resume_process(victim);
                               expect<Count>();
                             }
                           },
                           victims, static_cast<unsigned>(who))
                           .monitor);
      }
      for (Monitor end : ends) {
        if (!expect_down(end).reason.is_normal()) return false;
      }
      return true;
    });
    CHECK(over);
  });
}
