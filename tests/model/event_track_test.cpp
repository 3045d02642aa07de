// The shipped ring of events under the explorer, with room for two: a copy made in the middle has whole
// events, in order and without a gap. Needs THRONG_MODEL.
#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <throng_model/explore.hpp>

#include "scheduler/src/event_track.cpp"  // the shipped code, built with the explorer's atomics

namespace {

using throng::detail::EventTrack;
using throng::detail::TrackEvent;
using throng_model::check;
using throng_model::describe;
using throng_model::Execution;
using throng_model::explore;
using throng_model::Options;
using throng_model::Result;
using throng_model::Setup;

struct State {
  EventTrack track{2};
  EventTrack::Copy copy;
  std::uint64_t begun_with = 0;

  void put(int number) {
    track.put({number, static_cast<std::uint64_t>(number), static_cast<std::uint32_t>(number), 0, 0});
  }
  void check_copy() const {
    for (std::size_t i = 0; i < copy.events.size(); ++i) {
      const TrackEvent& event = copy.events[i];
      check(event.subject == copy.lost + i, "an event is in its place");
      check(event.time == static_cast<std::int64_t>(event.subject) && event.amount == event.subject,
            "an event is whole");
    }
    check(copy.lost + copy.events.size() >= begun_with, "what was written before the copy is there");
  }
};

void passes(const std::string& name, const Options& options, const Setup& setup) {
  Result result = explore(options, setup);
  CHECK_MESSAGE(!result.failed, describe(result));
  CHECK(result.exhausted);
  MESSAGE(name << ": " << result.executions << " executions");
}

// A worker writes so many events while somebody copies, once.
Setup track(int events) {
  return [=](Execution& e) {
    auto s = std::make_shared<State>();
    e.thread([=] {
      for (int i = 0; i < events; ++i) s->put(i);
    });
    e.thread([=] {
      s->begun_with = s->track.written();
      s->copy = s->track.copy(0);
    });
    e.at_end([=] {
      s->check_copy();
      s->copy = s->track.copy(0);
      s->begun_with = static_cast<std::uint64_t>(events);
      s->check_copy();
      check(s->copy.events.size() == static_cast<std::size_t>(std::min(events, 2)),
            "at the end the youngest are there");
    });
  };
}

constexpr Options thorough{.preemption_bound = 3, .stale_loads = true};

}  // namespace

TEST_CASE("event track: a copy while the ring fills") { passes("two events", thorough, track(2)); }

TEST_CASE("event track: a copy while the ring is lapped") {
  passes("three events", thorough, track(3));
  passes("five events", thorough, track(5));
}
