// The ring of events: what is kept, what is lost and counted, and what a copy holds that is made meanwhile.
#include <throng/scheduler/event_track.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <cstdint>
#include <thread>

namespace {

using throng::detail::EventTrack;
using throng::detail::TrackEvent;

TrackEvent numbered(std::uint64_t number) {
  return {static_cast<std::int64_t>(number), number * 3, static_cast<std::uint32_t>(number * 5),
          static_cast<std::uint8_t>(number % 7), static_cast<std::uint8_t>(number % 11)};
}

bool is(const TrackEvent& event, std::uint64_t number) {
  TrackEvent wanted = numbered(number);
  return event.time == wanted.time && event.subject == wanted.subject && event.amount == wanted.amount &&
         event.kind == wanted.kind && event.detail == wanted.detail;
}

// The numbers first, first + 1 and so on, each whole.
bool are_numbered_from(const std::vector<TrackEvent>& events, std::uint64_t first) {
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (!is(events[i], first + i)) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("a track that has room gives back what was put, in order") {
  EventTrack track(16);
  for (std::uint64_t i = 0; i < 10; ++i) track.put(numbered(i));
  EventTrack::Copy copy = track.copy(0);
  CHECK(copy.lost == 0);
  REQUIRE(copy.events.size() == 10);
  CHECK(are_numbered_from(copy.events, 0));
}

TEST_CASE("a track that is lapped keeps the youngest and counts the others") {
  EventTrack track(16);
  for (std::uint64_t i = 0; i < 100; ++i) track.put(numbered(i));
  EventTrack::Copy copy = track.copy(0);
  CHECK(copy.lost == 84);
  REQUIRE(copy.events.size() == 16);
  CHECK(are_numbered_from(copy.events, 84));
}

TEST_CASE("a copy begins behind what was there before, and counts only what it lost of the rest") {
  EventTrack track(16);
  for (std::uint64_t i = 0; i < 20; ++i) track.put(numbered(i));
  EventTrack::Copy copy = track.copy(18);
  CHECK(copy.lost == 0);
  REQUIRE(copy.events.size() == 2);
  CHECK(are_numbered_from(copy.events, 18));
  CHECK(track.copy(20).events.empty());
  for (std::uint64_t i = 20; i < 40; ++i) track.put(numbered(i));
  copy = track.copy(18);
  CHECK(copy.lost == 6);
  CHECK(are_numbered_from(copy.events, 24));
  CHECK(copy.events.size() == 16);
}

TEST_CASE("copies that are made while a worker writes have whole events without a gap, and none twice") {
  constexpr std::uint64_t many = 200'000;
  EventTrack track(64);
  std::atomic<bool> begun{false};
  std::thread writer([&] {
    for (std::uint64_t i = 0; i < many; ++i) {
      track.put(numbered(i));
      if (i == 0) {
        begun = true;
        begun.notify_one();
      }
    }
  });
  begun.wait(false);
  std::uint64_t copies = 0, wrong = 0, last_end = 0;
  while (last_end < many) {
    EventTrack::Copy copy = track.copy(0);
    ++copies;
    if (!are_numbered_from(copy.events, copy.lost)) ++wrong;
    std::uint64_t end = copy.lost + copy.events.size();
    if (end < last_end) ++wrong;
    last_end = end;
  }
  writer.join();
  CHECK(copies > 0);
  CHECK(wrong == 0);
  CHECK(are_numbered_from(track.copy(0).events, many - 64));
}
