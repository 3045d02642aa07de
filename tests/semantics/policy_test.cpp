// SCH-12, SCH-13: whole runtimes under policies. Every ready-made one runs the same programs.
#include <throng/scheduler/policies.hpp>
#include <throng/scheduler/policies/fifo.hpp>

#include "support.hpp"

using namespace semantics;

namespace {

RuntimeOptions under(std::string_view policy, unsigned workers) {
  RuntimeOptions options = quiet(workers);
  options.policy = policies::named(policy);
  options.name = policy;
  return options;
}

template <class F>
void under_every_policy(F test) {
  for (std::string_view name : policies::names()) {
    for (unsigned workers : {1U, 2U}) {
      CAPTURE(name);
      CAPTURE(workers);
      Runtime runtime(under(name, workers));
      test(runtime);
    }
  }
}

// Sends so many numbers to a process that wants them in order.
void sender(Pid to, int count) {
  for (int i = 0; i < count; ++i) send(to, Number{i});
}

bool comes_in_order(int count) {
  for (int i = 0; i < count; ++i) {
    if (expect<Number>().value != i) return false;
  }
  return true;
}

struct Ran {
  int who;
};

// The order in which processes run that were started together, each with options made of its number.
std::vector<int> order_of(Runtime& runtime, SpawnOptions (*options)(int), int count) {
  return runtime.run(trusted([options, count] {
    priority(Priority::max);  // its children wait until all are there
    set_deadline(Clock::time_point(0ns));
    for (int i = 0; i < count; ++i)
      spawn(
          options(i), [](Pid to, int who) { send(to, Ran{who}); }, self(), i);
    std::vector<int> order;
    for (int i = 0; i < count; ++i) order.push_back(expect<Ran>().who);
    return order;
  }));
}

}  // namespace

TEST_CASE("SCH-12: under every policy messages keep their order, and all of them come") {
  under_every_policy([](Runtime& runtime) {
    CHECK(runtime.run([] {
      spawn(sender, self(), 3000);
      return comes_in_order(3000);
    }));
  });
}

TEST_CASE("SCH-12: under every policy a storm of spawns ends, and so do those that are killed") {
  under_every_policy([](Runtime& runtime) {
    int ended = runtime.run([] {
      std::vector<Monitor> ends;
      for (int i = 0; i < 500; ++i) {
        auto [pid, end] = spawn_monitor({.priority = i % 2 == 0 ? Priority::normal : Priority::high}, [] {
          spawn([] {});
          receive<Never>();
        });
        ends.push_back(end);
        exit(pid, ExitReason::kill);
      }
      int killed = 0;
      for (Monitor end : ends) killed += expect_down(end).reason == ExitReason::killed ? 1 : 0;
      return killed;
    });
    CHECK(ended == 500);
  });
}

TEST_CASE("SCH-12: under every policy timers fire and time-outs end waits") {
  under_every_policy([](Runtime& runtime) {
    CHECK(runtime.run([] {
      for (int i = 0; i < 20; ++i) send_after(Duration(i * 100'000), self(), Go{});
      for (int i = 0; i < 20; ++i) expect<Go>();
      return !receive<Never>(2ms).has_value();
    }));
  });
}

TEST_CASE("SCH-12: under every policy those who compute and those who talk go on beside each other") {
  under_every_policy([](Runtime& runtime) {
    if (runtime.info().name == "pct") return;  // which starves on purpose
    CHECK(runtime.run([] {
      auto [computes, watch] = spawn_monitor([] {
        for (;;) charge(100);
      });
      Pid echo = spawn([] {
        for (;;) receive([](Hello hello) { send(hello.from, Go{}); });
      });
      for (int i = 0; i < 100; ++i) {
        send(echo, Hello{self()});
        expect<Go>();
      }
      exit(computes, ExitReason::kill);
      return expect_down(watch).reason == ExitReason::killed;
    }));
  });
}

TEST_CASE("SCH-12: priorities, deadlines and tags are those of the spawn options") {
  Runtime beam(under("beam", 1));
  auto by_priority = [](int i) {
    return SpawnOptions{.priority = i == 0 ? Priority::normal : i == 1 ? Priority::high : Priority::max};
  };
  CHECK(order_of(beam, by_priority, 3) == std::vector<int>{2, 1, 0});
  Runtime edf(under("edf", 1));
  auto by_deadline = [](int i) { return SpawnOptions{.deadline = Clock::time_point(Duration(1000 - i))}; };
  CHECK(order_of(edf, by_deadline, 5) == std::vector<int>{4, 3, 2, 1, 0});
}

TEST_CASE("SCH-12: a process says what it wants to be ordered by, and the policy hears of it") {
  class Hears final : public policies::Fifo {
   public:
    explicit Hears(std::vector<std::string>& log) : log_(log) {}
    void changed(Runnable& runnable, Attribute attribute) override {
      switch (attribute) {
        case Attribute::priority:
          log_.push_back("priority " + std::to_string(static_cast<int>(runnable.priority())));
          break;
        case Attribute::weight:
          log_.push_back("weight " + std::to_string(runnable.weight()));
          break;
        case Attribute::deadline:
          log_.push_back("deadline " + std::to_string(runnable.deadline().time_since_epoch().count()));
          break;
        case Attribute::tag:
          log_.push_back("tag " + std::to_string(runnable.tag()));
      }
    }

   private:
    std::vector<std::string>& log_;
  };
  std::vector<std::string> log;
  RuntimeOptions options = quiet(1);
  options.policy = [&log](WorkerId) { return std::make_unique<Hears>(log); };
  Runtime runtime(options);
  runtime.run([] {
    priority(Priority::high);
    set_weight(300);
    set_deadline(Clock::time_point(5ns));
    set_tag(7);
  });
  runtime.stop(5s);
  CHECK(log == std::vector<std::string>{"priority 2", "weight 300", "deadline 5", "tag 7"});
}

TEST_CASE("SCH-12: weight 0 is refused with a sentence") {
  Runtime runtime(quiet(1));
  std::string said = runtime.run([]() -> std::string {
    try {
      set_weight(0);
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "";
  });
  CHECK(said == "throng: set_weight(0): the smallest share is 1; the usual one is 100");
}

TEST_CASE("SCH-12: a policy sees the whole life of a process: attach, runs and stops in pairs, detach") {
  struct Seen {
    int attached = 0, detached = 0, running = 0, stopped = 0, waits = 0, ended = 0;
    bool data_begins_with_zeros = true;
  };
  class Watches final : public policies::Fifo {
   public:
    explicit Watches(Seen& seen) : seen_(seen) {}
    void attach(Runnable& runnable) override {
      ++seen_.attached;
      seen_.data_begins_with_zeros = seen_.data_begins_with_zeros && runnable.data<std::uint64_t>() == 0;
      runnable.data<std::uint64_t>() = 1;
    }
    void detach(Runnable&) override { ++seen_.detached; }
    void running(Runnable&) override { ++seen_.running; }
    void stopping(Runnable&, Stop stop, std::uint32_t) override {
      ++seen_.stopped;
      seen_.waits += stop == Stop::waits ? 1 : 0;
      seen_.ended += stop == Stop::ended ? 1 : 0;
    }

   private:
    Seen& seen_;
  };
  Seen seen;
  RuntimeOptions options = quiet(1);
  options.policy = [&seen](WorkerId) { return std::make_unique<Watches>(seen); };
  Runtime runtime(options);
  runtime.run([] {
    for (int i = 0; i < 100; ++i) {
      Pid child = spawn([] {
        yield();
        expect<Go>();
      });
      send(child, Go{});
      wait_for_end(child);
    }
  });
  runtime.stop(5s);
  CHECK(seen.attached == 101);
  CHECK(seen.detached == 101);
  CHECK(seen.ended == 101);
  CHECK(seen.running == seen.stopped);
  CHECK(seen.waits >= 100);
  CHECK(seen.data_begins_with_zeros);
}

TEST_CASE("SCH-12: a policy that wants a woken process to run at once ends the run of the one that woke it") {
  Runtime runtime(under("edf", 1));
  // Without it the sender would send all before the receiver, which is due first, has its turn.
  bool at_once = runtime.run([] {
    set_deadline(Clock::time_point(1000ns));
    Pid urgent = spawn(
        {.deadline = Clock::time_point(1ns)},
        [](Pid to) {
          for (;;) {
            expect<Hello>();
            send(to, Go{});
          }
        },
        self());
    bool answered = true;
    for (int i = 0; i < 10; ++i) {
      send(urgent, Hello{self()});
      charge(1);
      answered = answered && receive<Go>(0ms).has_value();
    }
    return answered;
  });
  CHECK(at_once);
}

TEST_CASE(
    "SCH-13: policies are exchanged under load: nothing is lost, nothing doubled, messages keep their "
    "order") {
  Runtime runtime(quiet(2));
  std::vector<std::string_view> names = policies::names();
  std::atomic<bool> over{false};
  std::atomic<int> right{0}, pairs{0};
  std::atomic<std::size_t> exchanges{0};
  runtime.spawn(trusted([&] {
    while (exchanges < names.size()) {
      std::vector<Monitor> ends;
      for (int i = 0; i < 8; ++i, ++pairs) {
        ends.push_back(spawn_monitor(trusted([&right] {
                         Pid from = spawn(sender, self(), 30'000);
                         if (comes_in_order(30'000)) ++right;
                         wait_for_end(from);
                       })).monitor);
      }
      for (Monitor end : ends) expect_down(end);
    }
    over = true;
  }));
  for (auto until = Clock::now() + patience; !over && Clock::now() < until; ++exchanges) {
    runtime.set_policy(policies::named(names[exchanges % names.size()]));
    std::this_thread::sleep_for(1ms);
  }
  CHECK(over);
  CHECK(right == pairs);
}

TEST_CASE("SCH-13: a process exchanges the policy it runs under") {
  Runtime runtime(quiet(2));
  bool came = runtime.run(trusted([&runtime] {
    bool right = true;
    for (std::string_view name : policies::names()) {
      runtime.set_policy(policies::named(name));
      spawn(sender, self(), 100);
      right = right && comes_in_order(100);
    }
    return right;
  }));
  CHECK(came);
}

TEST_CASE("SCH-13: a runtime whose policy goes wrong runs on") {
  static std::atomic<int> forgotten;
  forgotten = 0;
  class Forgets final : public policies::Fifo {
   public:
    void enqueue(Runnable& runnable, Wake wake) override {
      ++calls_ == 200 ? static_cast<void>(++forgotten) : policies::Fifo::enqueue(runnable, wake);
    }

   private:
    int calls_ = 0;
  };
  RuntimeOptions options = quiet(2);
  options.policy = [](WorkerId) { return std::make_unique<Forgets>(); };
  Runtime runtime(options);
  CHECK(runtime.run([] {
    for (int i = 0; i < 300; ++i) wait_for_end(spawn([] { yield(); }));
    spawn(sender, self(), 1000);
    return comes_in_order(1000);
  }));
  CHECK(forgotten > 0);
}

TEST_CASE("SCH-13: a policy that can't be made is told to who chose it, at the start and at an exchange") {
  static constexpr const char* sentence = "throng-test: no room for a policy";
  static std::atomic<int> made;
  made = 0;
  class NoRoom final : public policies::Fifo {
   public:
    NoRoom() {
      if (++made % 2 == 0) throw std::runtime_error(sentence);
    }
  };
  PolicyFactory none = [](WorkerId) { return std::make_unique<NoRoom>(); };
  RuntimeOptions options = quiet(2);
  options.policy = none;
  CHECK_THROWS_WITH_AS(Runtime{options}, sentence, std::runtime_error);

  Runtime runtime(under("fifo", 2));
  CHECK_THROWS_WITH_AS(runtime.set_policy(none), sentence, std::runtime_error);
  CHECK_THROWS_AS(runtime.set_policy([](WorkerId) { return nullptr; }), std::invalid_argument);
  bool told = runtime.run(trusted([&] {
    bool caught = false;
    try {
      runtime.set_policy(none);
    } catch (const std::runtime_error& error) {
      caught = error.what() == std::string_view(sentence);
    }
    auto [victim, end] = spawn_monitor(trusted([&] { runtime.set_policy(none); }));
    spawn(sender, self(), 1000);
    return caught && comes_in_order(1000) && expect_down(end).reason.is_error();
  }));
  CHECK(told);
  CHECK(made == 8);
}

TEST_CASE("SCH-13: spares serve a policy's queue behind a process that does not give way") {
  RuntimeOptions options = under("fifo", 1);
  Runtime runtime(options);
  std::atomic<bool> released{false};
  bool answered = runtime.run(trusted([&released] {
    Pid hog = spawn(trusted([&released] {
      while (!released) {
      }
    }));
    spawn(sender, self(), 500);
    bool right = comes_in_order(500);
    released = true;
    wait_for_end(hog);
    return right;
  }));
  CHECK(answered);
}
