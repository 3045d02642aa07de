// EXT-6: the end of a process whose code can't be stopped: no checks (this folder has none), no calls.
#include <atomic>
#include <fstream>
#include <string>
#include <thread>

#include <throng/stdlib/gen_server.hpp>
#include <throng/stdlib/supervisor.hpp>
#include <throng/throng.hpp>

#include "support.hpp"

using namespace semantics;

namespace {

// How the code comes back in the end.
enum class Way { call, answer, end, exception, check_out };

struct Stuck {
  std::atomic<bool> runs{false};
  std::atomic<bool> released{false};
  std::atomic<bool> past_it{false};

  void loop() {
    runs = true;
    while (!released) sum.fetch_add(1, std::memory_order_relaxed);  // relaxed: nobody reads it
  }
  void wait_until_it_runs() {
    while (!runs) yield();
  }
  std::atomic<std::uint64_t> sum{0};
};

void come_back_by(Stuck* stuck, Way way) {
  stuck->loop();
  if (way == Way::exception) throw std::runtime_error("too late");
  if (way == Way::end) return;
  if (way == Way::check_out) NoPreempt section;
  self();
  stuck->past_it = true;
}

// What a recording has of the end of a process, in the order of the tracks: "TRACK: detail".
std::vector<std::string> ends_of(Pid process, const Recording& recording) {
  std::vector<std::string> ends;
  for (const RecordedTrack& track : recording.tracks) {
    for (const RecordedEvent& event : track.events)
      if (event.kind == EventKind::exit && event.subject == process.bits())
        ends.push_back(track.name + ": " + std::to_string(event.detail));
  }
  return ends;
}

// Its runs, and how each of them ended; "on" for one that has not.
std::vector<std::string> runs_of(Pid process, const Recording& recording) {
  std::vector<std::string> runs;
  for (const RecordedTrack& track : recording.tracks) {
    for (const RecordedEvent& event : track.events) {
      if (event.subject != process.bits()) continue;
      if (event.kind == EventKind::run) runs.emplace_back("on");
      if (event.kind == EventKind::stop) runs.back() = text_of(stop_of(event));
    }
  }
  return runs;
}

void wait_until_none_overstays() {
  while (runtime_info().overstayed > 0) sleep(1ms);
}

class Slow {
 public:
  struct Think {
    using Reply = int;
    Stuck* stuck;
    static constexpr bool sendable = true;
  };
  struct Ask {
    using Reply = int;
  };
  using Protocol = Messages<Think, Ask>;
  int handle_call(Think think) {
    think.stuck->loop();
    return 1;
  }
  int handle_call(Ask) { return 2; }
};

std::size_t threads_of_this_program() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.rfind("Threads:", 0) == 0) return std::stoul(line.substr(8));
  return 0;
}

}  // namespace

TEST_CASE("EXT-6: who is killed in a loop is dead to everybody while the loop goes on") {
  for (Way way : {Way::call, Way::end, Way::exception, Way::check_out}) {
    Runtime runtime(quiet(1));
    static Stuck stuck;
    stuck.runs = stuck.released = stuck.past_it = false;
    bool told = runtime.run(trusted([way] {
      trap_exit(true);
      Pid hog = spawn_link(trusted([way] { come_back_by(&stuck, way); }));
      Monitor end = monitor(hog);
      stuck.wait_until_it_runs();
      register_name("hog", hog);
      exit(hog, ExitReason::kill);
      bool seen = expect_down(end).reason == ExitReason::killed;
      seen = seen && expect<Exit>().reason == ExitReason::killed;
      seen = seen && !whereis("hog") && !is_alive(hog) && !process_info(hog);
      register_name("hog", self());
      seen = seen && runtime_info().overstayed == 1;
      seen = seen && expect_down(monitor(hog)).reason == ExitReason::noproc;
      send(hog, 1);  // as to any dead one
      stuck.released = true;
      wait_until_none_overstays();
      return seen && !stuck.past_it;
    }));
    CHECK(told);
    CHECK(runtime.stop(1s).overstayed.empty());
  }
}

TEST_CASE("EXT-6: those who wait for an answer of one that is ended like this are told") {
  Runtime runtime(quiet(1));
  static Stuck stuck;
  stuck.runs = stuck.released = false;
  bool told = runtime.run([] {
    auto server = gen_server::start<Slow>();
    auto handled = server.send_request(Slow::Think{&stuck});
    stuck.wait_until_it_runs();
    auto queued = server.send_request(Slow::Ask{});
    exit(server.pid(), ExitReason::kill);
    auto first = handled.receive(detail::forever), second = queued.receive(detail::forever);
    bool failed = !first && first.error().reason == ExitReason::killed;
    failed = failed && !second && second.error().reason == ExitReason::killed;
    stuck.released = true;  // its answer comes too late, to nobody
    wait_until_none_overstays();
    return failed;
  });
  CHECK(told);
}

TEST_CASE("EXT-6: who waits for a task that is ended like this is told") {
  Runtime runtime(quiet(1));
  static Stuck stuck;
  stuck.runs = stuck.released = false;
  bool told = runtime.run([] {
    trap_exit(true);
    auto task = task::async([] {
      stuck.loop();
      return 1;
    });
    stuck.wait_until_it_runs();
    auto outcome = task.shutdown(task::brutal_kill);
    stuck.released = true;
    wait_until_none_overstays();
    return !outcome || !*outcome;
  });
  CHECK(told);
}

TEST_CASE("EXT-6: a host that waits for a value is told, and a value that comes later goes nowhere") {
  Runtime runtime(quiet(1));
  static Stuck stuck;
  static Pid hog;
  stuck.runs = stuck.released = false;
  std::string reason;
  std::thread host([&] {
    try {
      runtime.run([] {
        hog = self();
        stuck.loop();
        return std::string("too late, and too long for the place where it began");
      });
    } catch (const ProcessExited& exited) {
      reason = exited.reason().text();
    }
  });
  while (!stuck.runs) std::this_thread::yield();
  runtime.run([] { exit(hog, ExitReason::kill); });
  host.join();
  CHECK(reason == "killed");
  stuck.released = true;
  while (runtime.info().overstayed > 0) std::this_thread::yield();
}

TEST_CASE("EXT-6: a supervisor goes on without the child that does not come back") {
  Runtime runtime(quiet(1));
  static Stuck stuck;
  stuck.runs = stuck.released = false;
  bool replaced = runtime.run([] {
    static constexpr ServerName<Slow> slow{"slow"};
    auto parent = supervisor::start_link({.children = {supervisor::child<Slow>("slow").named(slow)}});
    Pid before = *slow.whereis();
    auto request = slow.send_request(Slow::Think{&stuck});
    stuck.wait_until_it_runs();
    exit(before, ExitReason::kill);
    while (!slow.whereis() || *slow.whereis() == before) sleep(1ms);
    bool answers = slow.call(Slow::Ask{}) == 2;
    answers = answers && runtime_info().overstayed == 1;
    stuck.released = true;
    wait_until_none_overstays();
    return answers && parent.count_children().active == 1;
  });
  CHECK(replaced);
}

TEST_CASE("EXT-6: stop() names who overstays and waits neither for its code nor for its thread") {
  for (unsigned spares : {8U, 0U}) {
    static Stuck stuck;
    stuck.runs = stuck.released = stuck.past_it = false;
    std::size_t threads = threads_of_this_program();
    {
      RuntimeOptions options = quiet(2);
      options.spare_threads = spares;
      Runtime runtime(options);
      Pid hog = runtime.spawn(trusted([] { come_back_by(&stuck, Way::call); }));
      while (!stuck.runs) std::this_thread::yield();
      ShutdownReport report = runtime.stop(200ms);
      REQUIRE(report.overstayed.size() == 1);
      CHECK(report.overstayed.front() == hog);
    }
    stuck.released = true;  // the thread finds the runtime as it was, and ends
    while (threads_of_this_program() > threads) std::this_thread::yield();
    CHECK_FALSE(stuck.past_it);
  }
}

TEST_CASE(
    "EXT-6: a recording has the end of one that overstays at once, on the track of those outside, and once") {
  Runtime runtime(quiet(1));
  static Stuck stuck;
  static Pid hog;
  stuck.runs = stuck.released = false;
  runtime.start_recording();
  runtime.run([] {
    hog = spawn([] { come_back_by(&stuck, Way::call); });
    Monitor end = monitor(hog);
    stuck.wait_until_it_runs();
    exit(hog, ExitReason::kill);
    expect_down(end);
  });
  Recording before = runtime.copy_recording();
  CHECK(ends_of(hog, before) == std::vector<std::string>{"outside: 0"});
  CHECK(runs_of(hog, before) == std::vector<std::string>{"on"});
  stuck.released = true;
  while (runtime.info().overstayed > 0) std::this_thread::yield();
  runtime.stop(5s);  // so that the end of its run has been noted
  Recording after = runtime.stop_recording();
  CHECK(ends_of(hog, after) == std::vector<std::string>{"outside: 0"});
  CHECK(runs_of(hog, after) == std::vector<std::string>{"ended"});
}
