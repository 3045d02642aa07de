// What a scheduler records of its workers, with and without a policy, and what it refuses.
#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "policies.hpp"

using namespace policies_test;

namespace {

using namespace throng::detail;

std::deque<Item> items(std::size_t count, int times, Count& done) {
  std::deque<Item> all;
  for (std::size_t i = 0; i < count; ++i) all.emplace_back(times, &done);
  return all;
}

std::size_t count_of(const EventRecording& recording, std::uint8_t kind) {
  std::size_t count = 0;
  for (const EventTrack::Copy& track : recording.tracks)
    count += static_cast<std::size_t>(std::ranges::count(track.events, kind, &TrackEvent::kind));
  return count;
}

std::size_t count_stops(const EventRecording& recording, Stop stop) {
  std::size_t count = 0;
  for (const EventTrack::Copy& track : recording.tracks) {
    count += static_cast<std::size_t>(std::ranges::count_if(track.events, [stop](const TrackEvent& event) {
      return event.kind == stop_event && event.detail == static_cast<std::uint8_t>(stop);
    }));
  }
  return count;
}

// Each run is closed by a stop of the same one before the next begins, and time does not go back.
bool are_runs_whole(const EventTrack::Copy& track) {
  std::uint64_t on = 0;
  std::int64_t time = 0;
  for (const TrackEvent& event : track.events) {
    if (event.time < time) return false;
    time = event.time;
    if (event.kind == run_event && std::exchange(on, event.subject) != 0) return false;
    if (event.kind == stop_event && std::exchange(on, 0) != event.subject) return false;
  }
  return true;
}

EventRecording record(unsigned workers, PolicyFactory policy, std::size_t count, int times) {
  Scheduler scheduler(setup(workers, std::move(policy)));
  scheduler.start();
  scheduler.start_recording(4096);
  Count done;
  std::deque<Item> all = items(count, times, done);
  for (Item& item : all) scheduler.wake(item, Wake::created);
  CHECK(done.wait_for(static_cast<int>(count)));
  scheduler.stop();  // so that every run has been noted
  return scheduler.stop_recording();
}

void check_all_runs_are_there(const EventRecording& recording, std::size_t count, std::size_t times) {
  CHECK(count_of(recording, run_event) == count * times);
  CHECK(count_of(recording, stop_event) == count * times);
  CHECK(count_stops(recording, Stop::ended) == count);
  CHECK(count_stops(recording, Stop::yielded) == count * (times - 1));
  for (const EventTrack::Copy& track : recording.tracks) {
    CHECK(track.lost == 0);
    CHECK(are_runs_whole(track));
  }
  // Those from outside are on the last track.
  CHECK(std::ranges::count(recording.tracks.back().events, enqueue_event, &TrackEvent::kind) ==
        static_cast<std::ptrdiff_t>(count));
}

template <class Error>
std::string sentence_of(auto&& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "no exception";
}

}  // namespace

TEST_CASE("a recording has every run of every runnable, with its stop, under the built-in queues") {
  check_all_runs_are_there(record(2, {}, 50, 4), 50, 4);
}

TEST_CASE("a recording has every run of every runnable, with its stop, under a policy") {
  check_all_runs_are_there(record(2, each<Fifo>(), 50, 4), 50, 4);
}

TEST_CASE("a slice that is used up is told from giving way, under both kinds of queues") {
  for (bool with_policy : {false, true}) {
    CAPTURE(with_policy);
    Scheduler scheduler(setup(0, with_policy ? each<Fifo>() : PolicyFactory()));
    scheduler.start();
    scheduler.start_recording(64);
    Item hungry(3), modest(3);
    hungry.with_cost(5000);
    scheduler.wake(hungry);
    scheduler.wake(modest);
    while (scheduler.poll(100)) {
    }
    EventRecording recording = scheduler.stop_recording();
    CHECK(count_stops(recording, Stop::budget) == 2);
    CHECK(count_stops(recording, Stop::yielded) == 2);
    CHECK(count_stops(recording, Stop::ended) == 2);
    std::uint64_t used = 0;
    for (const TrackEvent& event : recording.tracks[0].events) {
      if (event.kind == stop_event) used += event.amount;
    }
    CHECK(used == 3 * 5000 + 3 * 10);
  }
}

TEST_CASE("a recording takes its times from the scheduler's clock") {
  ManualTime time(1'000'000);
  SchedulerSetup with_time = setup(0, {});
  with_time.time = &time;
  Scheduler scheduler(with_time);
  scheduler.start();
  scheduler.start_recording(64);
  Item item(2);
  scheduler.wake(item);
  time.advance(500);
  scheduler.poll(1);
  time.advance(70);
  scheduler.poll(1);
  EventRecording recording = scheduler.stop_recording();
  CHECK(recording.began == 1'000'000);
  CHECK(recording.ended == 1'000'570);
  CHECK(recording.tracks.back().events.at(0).time == 1'000'000);
  CHECK(recording.tracks[0].events.at(0).kind == run_event);
  CHECK(recording.tracks[0].events.at(0).time == 1'000'500);
}

TEST_CASE("times are those of the system's clock, by whatever counter they were taken") {
  Scheduler scheduler(setup(0, {}));
  scheduler.start();
  scheduler.start_recording(64);
  std::vector<std::int64_t> around;
  Item item(3);
  scheduler.wake(item);
  around.push_back(scheduler.now());
  while (scheduler.poll(1)) around.push_back(scheduler.now());
  EventRecording recording = scheduler.stop_recording();
  std::vector<std::int64_t> begun;
  for (const TrackEvent& event : recording.tracks[0].events) {
    if (event.kind == run_event) begun.push_back(event.time);
  }
  REQUIRE(begun.size() == 3);
  REQUIRE(around.size() >= 3);
  constexpr std::int64_t slack = 100'000;  // ns; far less if nobody comes between
  for (std::size_t i = 0; i < begun.size(); ++i) {
    CHECK(begun[i] >= around[i] - slack);
    if (i + 1 < around.size()) CHECK(begun[i] <= around[i + 1] + slack);
  }
}

TEST_CASE("nobody runs before it was queued, whichever worker queued it") {
  EventRecording recording = record(2, {}, 200, 5);
  std::map<std::uint64_t, std::vector<std::int64_t>> queued, begun;
  for (const EventTrack::Copy& track : recording.tracks) {
    for (const TrackEvent& event : track.events) {
      if (event.kind == enqueue_event) queued[event.subject].push_back(event.time);
      if (event.kind == run_event) begun[event.subject].push_back(event.time);
    }
  }
  CHECK(begun.size() == 200);
  for (auto& [subject, runs] : begun) {
    std::ranges::sort(runs);
    std::ranges::sort(queued[subject]);
    REQUIRE(queued[subject].size() == runs.size());
    for (std::size_t i = 0; i < runs.size(); ++i) REQUIRE(queued[subject][i] <= runs[i]);
  }
}

TEST_CASE("a second recording has nothing of the first, though it uses the same tracks") {
  Scheduler scheduler(setup(0, {}));
  scheduler.start();
  for (int round = 0; round < 3; ++round) {
    scheduler.start_recording(64);
    Item item(2);
    scheduler.wake(item);
    while (scheduler.poll(100)) {
    }
    EventRecording recording = scheduler.stop_recording();
    CHECK(count_of(recording, run_event) == 2);
    CHECK(count_of(recording, enqueue_event) == 2);
    Item unseen(2);
    scheduler.wake(unseen);
    while (scheduler.poll(100)) {
    }
  }
}

TEST_CASE("recordings begin, are copied and end while workers run, and each is whole") {
  Scheduler scheduler(setup(2, {}));
  scheduler.start();
  Count done;
  std::deque<Item> all = items(8, 20'000, done);
  for (Item& item : all) scheduler.wake(item);
  int wrong = 0, rounds = 0;
  while (done.now() < 8) {
    scheduler.start_recording(rounds % 2 == 0 ? 64 : 256);
    EventRecording copy = scheduler.copy_recording();
    EventRecording end = scheduler.stop_recording();
    for (const EventRecording& recording : {copy, end}) {
      for (const EventTrack::Copy& track : recording.tracks) {
        std::int64_t time = recording.began;
        for (const TrackEvent& event : track.events) {
          if (event.time < time || event.kind > unpark_event) ++wrong;
          time = event.time;
        }
      }
    }
    ++rounds;
  }
  scheduler.stop();
  CHECK(rounds > 0);
  CHECK(wrong == 0);
}

TEST_CASE("a recording that cannot be is refused in a sentence") {
  Scheduler scheduler(setup(0, {}));
  scheduler.start();
  CHECK(sentence_of<std::logic_error>([&] { scheduler.stop_recording(); }) ==
        "throng: stop_recording(): no recording is on; begin one with start_recording()");
  CHECK(sentence_of<std::logic_error>([&] { scheduler.copy_recording(); }) ==
        "throng: copy_recording(): no recording is on; begin one with start_recording()");
  CHECK(sentence_of<std::invalid_argument>([&] { scheduler.start_recording(15); }) ==
        "throng: a recording of 15 events per worker; from 16 to 16,777,216 are possible");
  CHECK(sentence_of<std::invalid_argument>([&] { scheduler.start_recording(16'777'217); }) != "no exception");
  scheduler.start_recording(16);
  CHECK(sentence_of<std::logic_error>([&] { scheduler.start_recording(16); }) ==
        "throng: a recording is on already; stop that one first");
  scheduler.stop_recording();
}
