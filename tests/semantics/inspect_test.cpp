// INF-1, INF-2, ALV-1: looking at processes.
#include <algorithm>
#include <set>

#include "support.hpp"

using namespace semantics;

namespace {

void named_function(Pid observer) {
  send(observer, Hello{self()});
  receive<Go>();
}

struct Counter {
  int value = 0;
};

bool has(const std::vector<Pid>& all, Pid one) { return std::find(all.begin(), all.end(), one) != all.end(); }

bool contains(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("INF-1: pid, parent, name, priority and trap_exit of a process") {
  Runtime runtime(quiet(1));
  auto [info, child, me] = runtime.run([] {
    Pid process = spawn(SpawnOptions{.priority = Priority::high, .trap_exit = true}, named_function, self());
    register_name("inspected", process);
    ProcessInfo seen = info_of(process);
    exit(process, ExitReason::kill);
    return std::tuple{seen, process, self()};
  });
  CHECK(info.pid == child);
  CHECK(info.parent == me);
  CHECK(info.registered_name == "inspected");
  CHECK(info.priority == Priority::high);
  CHECK(info.trap_exit);
}

TEST_CASE("INF-1: the defaults of a process that nobody has touched") {
  Runtime runtime(quiet(1));
  auto [child, own] = runtime.run([] { return std::pair{info_of(waiting_process()), info_of(self())}; });
  CHECK(child.registered_name.empty());
  CHECK(child.priority == Priority::normal);
  CHECK_FALSE(child.trap_exit);
  CHECK(child.message_queue_len == 0);
  CHECK(child.messages.empty());
  CHECK(child.links.empty());
  CHECK(child.monitors.empty());
  CHECK(child.monitored_by.empty());
  CHECK(own.parent == Pid());  // spawned by the host
}

TEST_CASE("INF-1: the body is the type of the function, of a process at rest that of its state") {
  Runtime runtime(quiet(1));
  auto [resting, function] = runtime.run([] {
    Pid at_rest = spawn([] { return rest(Counter{}, [](Counter& counter, Number) { ++counter.value; }); });
    yield_until([at_rest] { return process_brief(at_rest)->status == ProcessStatus::waiting; });
    return std::pair{info_of(at_rest).body, info_of(spawn(named_function, self())).body};
  });
  CHECK(contains(resting, "Counter"));
  CHECK(contains(function, "Pid"));
}

TEST_CASE("INF-1: the status is waiting, runnable, running or exiting") {
  struct Result {
    ProcessStatus own = ProcessStatus::exiting, brief_own = ProcessStatus::exiting,
                  waiting = ProcessStatus::exiting, fresh = ProcessStatus::exiting,
                  yielded = ProcessStatus::exiting;
  };
  Runtime runtime(quiet(0));
  Result result = runtime.run([] {
    Result seen;
    seen.own = info_of(self()).status;
    seen.brief_own = process_brief(self())->status;
    Pid child = waiting_process();
    seen.fresh = process_brief(child)->status;
    yield();
    seen.waiting = process_brief(child)->status;
    Pid loops = spawn([] {
      while (!receive<Go>(0ms)) yield();
    });
    yield();
    seen.yielded = process_brief(loops)->status;
    send(loops, Go{});
    return seen;
  });
  CHECK(result.own == ProcessStatus::running);
  CHECK(result.brief_own == ProcessStatus::running);
  CHECK(result.fresh == ProcessStatus::runnable);
  CHECK(result.waiting == ProcessStatus::waiting);
  CHECK(result.yielded == ProcessStatus::runnable);
}

TEST_CASE("INF-1: a process that waits says so when it is asked") {
  on_one_and_two_workers([](Runtime& runtime) {
    ProcessStatus status = runtime.run([] {
      Pid child = waiting_process();
      yield_until([child] { return process_brief(child)->status == ProcessStatus::waiting; });
      return info_of(child).status;
    });
    CHECK(status == ProcessStatus::waiting);
  });
}

TEST_CASE("INF-1: reductions grow with the work of a process") {
  Runtime runtime(quiet(1));
  auto [first, second, brief] = runtime.run([] {
    Pid worker = spawn(
        [](Pid observer) {
          for (;;) {
            charge(receive<Number>().value);
            yield();  // they are counted at the end of a turn
            send(observer, Done{});
          }
        },
        self());
    auto after_work = [worker](int reductions) {
      send(worker, Number{reductions});
      expect<Done>();
      return info_of(worker).reductions;
    };
    std::uint64_t before = after_work(0);
    std::uint64_t later = after_work(1000);
    return std::tuple{before, later, process_brief(worker)->reductions};
  });
  CHECK(second >= first + 1000);
  CHECK(second <= first + 1200);
  CHECK(brief >= second);
}

TEST_CASE("INF-1: the queue is counted, with the types of its first hundred messages in order") {
  Runtime runtime(quiet(1));
  auto [length, types, many, shown] = runtime.run([] {
    Pid other = waiting_process();
    send(other, Number{1});
    send(other, Text{"two"});
    send(other, Number{3});
    ProcessInfo few = info_of(other);
    for (int i = 0; i < 500; ++i) send(other, Number{i});
    ProcessInfo more = info_of(other);
    return std::tuple{few.message_queue_len, few.messages, more.message_queue_len, more.messages.size()};
  });
  CHECK(length == 3);
  REQUIRE(types.size() == 3);
  CHECK(contains(types[0], "Number"));
  CHECK(contains(types[1], "Text"));
  CHECK(contains(types[2], "Number"));
  CHECK(many == 503);
  CHECK(shown == 100);
}

TEST_CASE("INF-1: links and monitors are listed on both sides, until they are gone") {
  struct Result {
    ProcessInfo mine, theirs;
    Pid linked, watched, me;
    std::size_t left = 9, left_there = 9;
  };
  on_one_and_two_workers([](Runtime& runtime) {
    Result result = runtime.run([] {
      Result seen;
      seen.me = self();
      seen.linked = spawn_link([] { receive<Go>(); });
      seen.watched = waiting_process();
      Monitor first = monitor(seen.watched), second = monitor(seen.watched);
      link(seen.watched);
      seen.mine = info_of(self());
      seen.theirs = info_of(seen.watched);
      unlink(seen.watched);
      unlink(seen.linked);
      demonitor(first);
      demonitor(second);
      ProcessInfo mine = info_of(self()), theirs = info_of(seen.watched);
      seen.left = mine.links.size() + mine.monitors.size();
      seen.left_there = theirs.links.size() + theirs.monitored_by.size();
      return seen;
    });
    CHECK(result.mine.links.size() == 2);
    CHECK(has(result.mine.links, result.linked));
    CHECK(has(result.mine.links, result.watched));
    CHECK(result.mine.monitors == std::vector<Pid>(2, result.watched));
    CHECK(result.theirs.links == std::vector<Pid>{result.me});
    CHECK(result.theirs.monitored_by == std::vector<Pid>(2, result.me));
    CHECK(result.left == 0);
    CHECK(result.left_there == 0);
  });
}

TEST_CASE("INF-1: the stack that a process holds is counted, and at rest there is none") {
  struct Result {
    std::size_t own = 0, waiting = 0, fresh = 9, resting = 9, memory_waiting = 0, memory_resting = 0;
  };
  Runtime runtime(quiet(0));
  Result result = runtime.run([] {
    Result seen;
    seen.own = info_of(self()).stack_size;
    Pid waits = waiting_process();
    Pid rests = spawn([] { return rest(Counter{}, [](Counter& counter, Number) { ++counter.value; }); });
    // How far they come before they are asked is nobody's promise.
    for (Pid process : {waits, rests})
      yield_until([process] { return info_of(process).status == ProcessStatus::waiting; });
    ProcessInfo waiting = info_of(waits), resting = info_of(rests);
    seen.waiting = waiting.stack_size;
    seen.memory_waiting = waiting.memory;
    seen.resting = resting.stack_size;
    seen.memory_resting = resting.memory;
    return seen;
  });
  CHECK(result.own > 0);
  CHECK(result.waiting >= 4096);
  CHECK(result.resting == 0);
  CHECK(result.memory_resting > 0);
  CHECK(result.memory_waiting > result.memory_resting);
}

TEST_CASE("INF-1: the runtime tells of itself") {
  RuntimeOptions options = quiet(2);
  options.name = "inspected";
  options.max_processes = 1000;
  Runtime runtime(options);
  auto [before, during] = runtime.run([] {
    RuntimeInfo first = runtime_info();
    for (int i = 0; i < 10; ++i) waiting_process();
    send_after(1h, self(), Never{});
    return std::pair{first, runtime_info()};
  });
  CHECK(before.name == "inspected");
  CHECK(before.process_limit == 1000);
  CHECK(before.workers == 2);
  CHECK(before.processes == 1);
  CHECK(during.processes == 11);
  CHECK(during.spawned == before.spawned + 10);
  CHECK(during.timers == before.timers + 1);
  CHECK(during.dispatches >= before.dispatches);
  CHECK(during.memory.processes > 0);
  CHECK_FALSE(during.allocator.empty());
  CHECK_FALSE(during.stack_guards.empty());
  CHECK(runtime.info().processes == 10);
}

TEST_CASE("INF-1: processes() has everyone who lives during the call, and nobody twice") {
  on_one_and_two_workers([](Runtime& runtime) {
    int missing = runtime.run([] {
      std::vector<Pid> living;
      for (int i = 0; i < 200; ++i) living.push_back(waiting_process());
      living.push_back(self());
      // Others come and go meanwhile.
      Pid spawner = spawn([] {
        while (!receive<Go>(0ms)) spawn([] {});
      });
      int wrong = 0;
      for (int round = 0; round < repetitions(50); ++round) {
        std::vector<Pid> found = processes();
        std::set<Pid> distinct(found.begin(), found.end());
        if (distinct.size() != found.size()) ++wrong;
        for (Pid process : living) wrong += distinct.count(process) == 1 ? 0 : 1;
        yield();
      }
      send(spawner, Go{});
      return wrong;
    });
    CHECK(missing == 0);
  });
}

TEST_CASE("INF-1: looking needs a process, except for the host's own view") {
  Runtime runtime(quiet(1));
  CHECK_THROWS_AS(process_info(Pid()), NotInProcess);
  CHECK_THROWS_AS(process_brief(Pid()), NotInProcess);
  CHECK_THROWS_AS(processes(), NotInProcess);
  CHECK_THROWS_AS(runtime_info(), NotInProcess);
  CHECK_THROWS_AS(is_alive(Pid()), NotInProcess);
  CHECK(runtime.info().processes == 0);
}
