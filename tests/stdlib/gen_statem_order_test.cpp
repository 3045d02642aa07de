// GST-2, GST-4: the order of effects, postponed events, events it gives itself, time-outs.
#include "semantics/support.hpp"

using namespace semantics;

namespace {

// Notes the order in which things reach it.
class Clerk {
 public:
  struct Note {
    std::string text;
  };
  struct Open {};
  struct Close {};
  struct Later {
    using Reply = std::string;
  };
  struct Twice {};
  struct Notes {
    using Reply = std::vector<std::string>;
  };
  struct Wait {
    Duration time;
  };
  struct WaitForEvent {
    Duration time;
  };
  struct Stop {};
  using Protocol = Messages<Note, Open, Close, Later, Twice, Notes, Wait, WaitForEvent, Stop>;
  struct Own {
    std::string text;
  };
  using Internal = Messages<Own>;
  struct Alarm {};
  struct Snooze {};
  using Timeouts = Messages<Alarm, Snooze>;

  struct Closed {};
  struct Opened {};
  using States = gen_statem::States<Closed, Opened>;

  explicit Clerk(Pid observer) : observer_(observer) {}

  gen_statem::Next on(Closed&, const Note&) { return gen_statem::postpone(); }
  gen_statem::Next on(Opened&, Note note) { return noted(note.text); }
  gen_statem::Next on(Closed&, Open) { return gen_statem::go_to(Opened{}); }
  gen_statem::Next on(Opened&, Open) { return gen_statem::keep(); }
  gen_statem::Next on(Opened&, Close) { return gen_statem::go_to(Closed{}); }
  gen_statem::Next on(Closed&, Close) { return gen_statem::keep(); }
  gen_statem::Next on(Closed&, Later) { return gen_statem::postpone(); }
  gen_statem::Next on(Opened&, Later) { return gen_statem::keep().reply("open now"); }
  // Opens, with two events of its own: they come before what was postponed.
  gen_statem::Next on(Closed&, Twice) {
    return gen_statem::go_to(Opened{}).then(Own{"first"}).then(Own{"second"});
  }
  gen_statem::Next on(Opened&, Own own) { return noted(own.text); }
  template <class State>
  gen_statem::Next on(State&, Notes) {
    return gen_statem::keep().reply(notes_);
  }
  template <class State>
  gen_statem::Next on(State&, Wait wait) {
    return gen_statem::keep()
        .with_timeout(wait.time)
        .template with_named_timeout<Alarm>(wait.time)
        .template with_named_timeout<Snooze>(wait.time);
  }
  template <class State>
  gen_statem::Next on(State&, WaitForEvent wait) {
    return gen_statem::keep().with_event_timeout(wait.time);
  }
  template <class State>
  gen_statem::Next on(State&, Stop) {
    return gen_statem::stop(ExitReason::shutdown);
  }
  template <class State>
  gen_statem::Next on(State&, gen_statem::StateTimeout) {
    return noted("state timeout");
  }
  template <class State>
  gen_statem::Next on(State&, gen_statem::EventTimeout) {
    return noted("event timeout");
  }
  template <class State>
  gen_statem::Next on(State&, gen_statem::Timeout<Alarm>) {
    return noted("alarm");
  }
  gen_statem::Next on(Opened&, gen_statem::Timeout<Snooze>) { return noted("snooze"); }
  gen_statem::Next on(Closed&, gen_statem::Timeout<Snooze>) { return noted("snooze"); }

 private:
  gen_statem::Next noted(std::string what) {
    send(observer_, Text{what});
    notes_.push_back(std::move(what));
    return gen_statem::keep();
  }
  Pid observer_;
  std::vector<std::string> notes_;
};

using Steps = std::vector<std::string>;

}  // namespace

TEST_CASE("GST-2: postponed events come again, oldest first, when the state has changed, not before") {
  Runtime runtime(quiet(1));
  Steps notes = runtime.run([] {
    auto clerk = gen_statem::start_link<Clerk>(self());
    clerk.cast(Clerk::Note{"one"});
    clerk.cast(Clerk::Note{"two"});
    clerk.cast(Clerk::Close{});  // keeps the state
    if (!clerk.call(Clerk::Notes{}).empty()) throw std::runtime_error("came before the change");
    clerk.cast(Clerk::Open{});
    clerk.cast(Clerk::Note{"three"});
    return clerk.call(Clerk::Notes{});
  });
  CHECK(notes == Steps{"one", "two", "three"});
}

TEST_CASE("GST-2: a postponed call is answered later, and its caller waits meanwhile") {
  on_one_and_two_workers([](Runtime& runtime) {
    std::string answer = runtime.run([] {
      auto clerk = gen_statem::start_link<Clerk>(self());
      auto pending = clerk.send_request(Clerk::Later{});
      clerk.call(Clerk::Notes{});
      if (pending.wait(0ms)) throw std::runtime_error("answered too early");
      clerk.cast(Clerk::Open{});
      return pending.receive(patience).value();
    });
    CHECK(answer == "open now");
  });
}

TEST_CASE("GST-2: events it gives itself come in order, before the postponed and before all that waits") {
  Runtime runtime(quiet(1));
  Steps notes = runtime.run([] {
    auto clerk = gen_statem::start_link<Clerk>(self());
    clerk.cast(Clerk::Note{"postponed"});
    clerk.cast(Clerk::Twice{});
    clerk.cast(Clerk::Note{"queued"});
    return clerk.call(Clerk::Notes{});
  });
  CHECK(notes == Steps{"first", "second", "postponed", "queued"});
}

TEST_CASE("GST-4: a time-out of zero comes behind what has been received, before what has not") {
  Runtime runtime(quiet(1));
  Steps notes = runtime.run([] {
    auto clerk = gen_statem::start_link<Clerk>(self());
    clerk.cast(Clerk::Open{});
    clerk.cast(Clerk::Wait{Duration::zero()});
    clerk.cast(Clerk::Note{"after"});
    return clerk.call(Clerk::Notes{});
  });
  CHECK(notes == Steps{"state timeout", "alarm", "snooze", "after"});
}

TEST_CASE("GST-4: a change of state cancels the state's time-out, named ones survive it") {
  Runtime runtime(quiet(1));
  struct Result {
    std::string first, second;
    Steps notes;
  };
  Result result = runtime.run([] {
    auto clerk = gen_statem::start_link<Clerk>(self());
    clerk.cast(Clerk::Wait{5ms});
    clerk.cast(Clerk::Open{});
    Result seen{expect<Text>().value, expect<Text>().value, {}};
    seen.notes = clerk.call(Clerk::Notes{});
    return seen;
  });
  CHECK(result.first == "alarm");
  CHECK(result.second == "snooze");
  CHECK(result.notes == Steps{"alarm", "snooze"});
}

TEST_CASE("GST-4: setting a time-out again restarts it, so it comes once; an infinite one cancels it") {
  Runtime runtime(quiet(1));
  Steps notes = runtime.run([] {
    auto clerk = gen_statem::start_link<Clerk>(self());
    clerk.cast(Clerk::Wait{1h});
    clerk.cast(Clerk::Wait{1ms});
    for (int i = 0; i < 3; ++i) expect<Text>();
    clerk.cast(Clerk::Wait{0ms});
    clerk.cast(Clerk::Wait{Duration::max()});  // they have come already: nothing to cancel
    for (int i = 0; i < 3; ++i) expect<Text>();
    clerk.cast(Clerk::Wait{1h});
    clerk.cast(Clerk::Wait{Duration::max()});
    return clerk.call(Clerk::Notes{});
  });
  CHECK(notes.size() == 6);
}

TEST_CASE("GST-4: any event cancels the event time-out; without one it comes") {
  Runtime runtime(quiet(1));
  Steps notes = runtime.run([] {
    auto clerk = gen_statem::start_link<Clerk>(self());
    clerk.cast(Clerk::WaitForEvent{0ms});
    expect<Text>();
    clerk.cast(Clerk::WaitForEvent{50ms});
    clerk.cast(Clerk::Close{});
    clerk.cast(Clerk::Wait{100ms});  // the other ones come later than that one would have
    for (int i = 0; i < 3; ++i) expect<Text>();
    return clerk.call(Clerk::Notes{});
  });
  CHECK(notes == Steps{"event timeout", "state timeout", "alarm", "snooze"});
}

TEST_CASE("GST-6: who waits in a postponed call when the machine ends is told its reason") {
  Runtime runtime(quiet(1));
  std::string reason = runtime.run([] {
    auto clerk = gen_statem::start<Clerk>(self());
    auto pending = clerk.send_request(Clerk::Later{});
    clerk.cast(Clerk::Stop{});
    auto answer = pending.receive(patience);
    return answer ? std::string("answered") : answer.error().reason.text();
  });
  CHECK(reason == "shutdown");
}

namespace {

// Uses what an enter handler, or a postpone, must not do.
class Wrong {
 public:
  struct Enter {};
  struct Move {
    std::unique_ptr<int> what;
  };
  using Protocol = Messages<Enter, Move>;
  struct A {};
  struct B {};
  using States = gen_statem::States<A, B>;

  gen_statem::Next on(A&, Enter) { return gen_statem::go_to(B{}); }
  gen_statem::Next on(B&, gen_statem::Enter) { return gen_statem::go_to(A{}); }
  gen_statem::Next on(A&, Move) { return gen_statem::postpone(); }
};

// Watched before: it may have ended when the cast returns.
template <class M>
std::string end_after(M message) {
  auto wrong = gen_statem::start<Wrong>();
  Monitor watch = monitor(wrong.pid());
  wrong.cast(std::move(message));
  return expect_down(watch).reason.text();
}

}  // namespace

TEST_CASE("GST-2: an enter handler that changes the state ends the machine with a sentence") {
  Runtime runtime(quiet(1));
  std::string text = runtime.run([] { return end_after(Wrong::Enter{}); });
  CHECK(text.find("Enter handler") != std::string::npos);
}

TEST_CASE(
    "GST-2: a message that only moves and was taken by value can't be postponed, and the error says so") {
  Runtime runtime(quiet(1));
  std::string text = runtime.run([] { return end_after(Wrong::Move{std::make_unique<int>(1)}); });
  CHECK(text.find("can't be postponed") != std::string::npos);
}
