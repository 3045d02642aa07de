// Recordings of whole runtimes: what processes note, and what is refused. The file is in
// recording_file_test.cpp.
#include <throng/vm/recording.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <throng/vm/process.hpp>
#include <throng/vm/receive.hpp>
#include <throng/vm/runtime.hpp>

namespace {

using namespace throng;

struct Ping {
  Pid from;
};
struct Pong {};

void answer(int times) {
  for (int i = 0; i < times; ++i) send(receive<Ping>().from, Pong{});
}

Pid talk(int times) {
  SpawnOptions options;
  options.weight = 70;
  options.tag = 7;
  options.deadline = Clock::now() + std::chrono::hours(1);
  Spawned child = spawn_monitor(options, answer, times);
  for (int i = 0; i < times; ++i) {
    send(child.process, Ping{self()});
    receive<Pong>();
  }
  receive<Down>();
  return child.process;
}

RuntimeOptions two_workers() {
  RuntimeOptions options;
  options.workers = 2;
  options.report_crashes = false;
  return options;
}

std::vector<RecordedEvent> events_of(const Recording& recording, EventKind kind) {
  std::vector<RecordedEvent> found;
  for (const RecordedTrack& track : recording.tracks)
    std::ranges::copy_if(track.events, std::back_inserter(found),
                         [kind](const RecordedEvent& event) { return event.kind == kind; });
  return found;
}

std::ptrdiff_t count_about(const Recording& recording, EventKind kind, Pid pid) {
  return std::ranges::count(events_of(recording, kind), pid.bits(), &RecordedEvent::subject);
}

// What follows the spawn of `pid` on its track.
std::map<EventKind, std::uint64_t> asked_for(const Recording& recording, Pid pid) {
  std::map<EventKind, std::uint64_t> found;
  for (const RecordedTrack& track : recording.tracks) {
    auto at = std::ranges::find_if(track.events, [pid](const RecordedEvent& event) {
      return event.kind == EventKind::spawn && event.subject == pid.bits();
    });
    for (; at != track.events.end() && at->kind >= EventKind::spawn && at->kind <= EventKind::deadline; ++at)
      found[at->kind] = at->subject;
  }
  return found;
}

}  // namespace

TEST_CASE("a recording has a process's spawn, messages, runs and end") {
  Runtime runtime(two_workers());
  runtime.start_recording();
  Pid child = runtime.run(talk, 20);
  runtime.stop(std::chrono::seconds(5));  // so that every run has been noted
  Recording recording = runtime.stop_recording();
  CHECK(recording.count_lost() == 0);
  CHECK(count_about(recording, EventKind::spawn, child) == 1);
  CHECK(count_about(recording, EventKind::exit, child) == 1);
  CHECK(count_about(recording, EventKind::send, child) == 20);
  CHECK(count_about(recording, EventKind::receive, child) == 20);
  CHECK(count_about(recording, EventKind::run, child) == count_about(recording, EventKind::stop, child));
  CHECK(count_about(recording, EventKind::run, child) >= 1);
  CHECK(recording.workers == 2);
  CHECK(recording.slice == 4000);
  CHECK(recording.tracks.front().name == "worker 0");
  CHECK(recording.tracks.back().name == "outside");
}

TEST_CASE("a spawn is recorded with what it asked for, and the name of its body") {
  Runtime runtime(two_workers());
  runtime.start_recording();
  Pid child = runtime.run(talk, 1);
  Recording recording = runtime.stop_recording();
  std::map<EventKind, std::uint64_t> asked = asked_for(recording, child);
  REQUIRE(asked.contains(EventKind::body));
  CHECK(recording.names.at(asked[EventKind::body]).find("(int)") != std::string::npos);
  CHECK(asked[EventKind::tag] == 7);
  auto deadline = static_cast<std::int64_t>(asked[EventKind::deadline]);
  CHECK(deadline > std::chrono::nanoseconds(std::chrono::minutes(59)).count());
  CHECK(deadline < std::chrono::nanoseconds(std::chrono::minutes(61)).count());
  auto spawns = events_of(recording, EventKind::spawn);
  auto spawn = std::ranges::find(spawns, child.bits(), &RecordedEvent::subject);
  REQUIRE(spawn != spawns.end());
  CHECK(spawn->amount == 70);
  CHECK(spawn->detail == static_cast<std::uint8_t>(Priority::normal));
}

TEST_CASE("a receive has the mark of the send that it belongs to") {
  Runtime runtime(two_workers());
  runtime.start_recording();
  Pid child = runtime.run(talk, 10);
  Recording recording = runtime.stop_recording();
  auto marks_of = [&](EventKind kind) {
    std::multiset<std::uint32_t> marks;
    for (const RecordedEvent& event : events_of(recording, kind))
      if (event.subject == child.bits()) marks.insert(event.amount);
    return marks;
  };
  CHECK(marks_of(EventKind::send).size() == 10);
  CHECK(marks_of(EventKind::send) == marks_of(EventKind::receive));
}

TEST_CASE("an end by an error is told from an ordinary one") {
  Runtime runtime(two_workers());
  runtime.start_recording();
  Pid failing = runtime.run([] {
    Spawned child = spawn_monitor([] { throw std::runtime_error("on purpose"); });
    receive<Down>();
    return child.process;
  });
  Recording recording = runtime.stop_recording();
  for (const RecordedEvent& event : events_of(recording, EventKind::exit))
    CHECK((event.detail == 1) == (event.subject == failing.bits()));
}

TEST_CASE("what hosts spawn and send is on the track of those who are no workers") {
  Runtime runtime(two_workers());
  runtime.start_recording();
  Pid child = runtime.spawn([] { receive<Pong>(); });
  runtime.send(child, Pong{});
  runtime.stop(std::chrono::seconds(5));
  Recording recording = runtime.stop_recording();
  auto has = [&](EventKind kind) {
    return std::ranges::any_of(recording.tracks.back().events, [&](const RecordedEvent& event) {
      return event.kind == kind && event.subject == child.bits();
    });
  };
  CHECK(has(EventKind::spawn));
  CHECK(has(EventKind::send));
  CHECK(has(EventKind::enqueue));
}

TEST_CASE("a small recording keeps the last events and says how many are lost") {
  RuntimeOptions options = two_workers();
  options.workers = 1;
  Runtime runtime(options);
  runtime.start_recording({.events_per_worker = 16});
  Pid child = runtime.run(talk, 200);
  runtime.stop(std::chrono::seconds(5));
  Recording recording = runtime.stop_recording();
  CHECK(recording.tracks.front().events.size() == 16);
  CHECK(recording.tracks.front().lost > 400);
  CHECK(recording.count_lost() >= recording.tracks.front().lost);
  CHECK(count_about(recording, EventKind::exit, child) == 1);
}

TEST_CASE("a recording is copied while processes talk, and the next copy has more") {
  Runtime runtime(two_workers());
  CHECK_THROWS_AS(runtime.copy_recording(), std::logic_error);
  runtime.start_recording();
  runtime.run(talk, 5);
  std::uint64_t before = runtime.copy_recording().count_events();
  runtime.run(talk, 5);
  CHECK(runtime.copy_recording().count_events() > before);
  CHECK_THROWS_AS(runtime.start_recording(), std::logic_error);
  runtime.stop_recording();
  CHECK_THROWS_AS(runtime.stop_recording(), std::logic_error);
  CHECK_THROWS_AS(runtime.start_recording({.events_per_worker = 1}), std::invalid_argument);
}
