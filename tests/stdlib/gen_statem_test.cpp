// GST-1, GST-3, GST-5, GST-6: states, changes, events, ends.
#include "semantics/support.hpp"

using namespace semantics;

namespace {

// What a machine did, told to whom it may concern.
struct Trace {
  std::string step;
};

// Says what it does to an observer.
class Light {
 public:
  struct Press {};
  struct Fade {
    int to;
  };
  struct Which {
    using Reply = std::string;
  };
  struct Level {
    using Reply = long;
  };
  struct Fail {
    using Reply = int;
  };
  struct Nonsense {
    using Reply = int;
  };
  struct Unhandled {};
  struct Finish {
    using Reply = bool;
  };
  using Protocol = Messages<Press, Fade, Which, Level, Fail, Nonsense, Unhandled, Finish>;
  using Info = Messages<Text, Number>;

  struct Off {};
  struct On {
    int level = 1;
    bool operator==(const On&) const = default;
  };
  using States = gen_statem::States<Off, On>;

  explicit Light(Pid observer) : observer_(observer) {}

  gen_statem::Next on(Off&, gen_statem::Enter) { return entered("off"); }
  gen_statem::Next on(On& on, gen_statem::Enter) { return entered("on " + std::to_string(on.level)); }
  gen_statem::Next on(Off&, Press) { return gen_statem::go_to(On{}); }
  gen_statem::Next on(On&, Press) { return gen_statem::go_to(Off{}); }
  gen_statem::Next on(On&, Fade fade) { return gen_statem::go_to(On{fade.to}); }
  gen_statem::Next on(Off&, Fade) { return gen_statem::repeat(); }
  gen_statem::Next on(Off&, Which) { return gen_statem::keep().reply("off"); }
  gen_statem::Next on(On&, Which) { return gen_statem::keep().reply(std::string("on")); }
  gen_statem::Next on(On& on, Level) { return gen_statem::keep().reply(on.level); }  // int for a long
  template <class State>
  gen_statem::Next on(State&, Fail) {
    throw std::runtime_error("told to fail");
  }
  template <class State>
  gen_statem::Next on(State&, Nonsense) {
    return gen_statem::keep().reply("no number");
  }
  gen_statem::Next on(On&, Unhandled) { return gen_statem::keep(); }
  template <class State>
  gen_statem::Next on(State&, Finish) {
    return gen_statem::stop(ExitReason::shutdown).reply(true);
  }
  gen_statem::Next on(On&, Text text) {
    send(observer_, Trace{"heard " + text.value});
    return gen_statem::keep();
  }
  gen_statem::Next on(On&, Number) { return gen_statem::keep(); }
  void terminate(const ExitReason& reason) { send(observer_, Trace{"terminate " + reason.text()}); }

 private:
  gen_statem::Next entered(std::string what) {
    send(observer_, Trace{"enter " + std::move(what)});
    return gen_statem::keep();
  }
  Pid observer_;
};

std::vector<std::string> steps_so_far() {
  std::vector<std::string> steps;
  while (auto trace = receive<Trace>(0ms)) steps.push_back(trace->step);
  return steps;
}

using Steps = std::vector<std::string>;

}  // namespace

TEST_CASE("GST-1: the machine starts in its first state, whose enter handler runs before anything else") {
  Runtime runtime(quiet(1));
  Steps steps = runtime.run([] {
    auto light = gen_statem::start_link<Light>(self());
    Steps seen = steps_so_far();
    seen.push_back(light.call(Light::Which{}));
    return seen;
  });
  CHECK(steps == Steps{"enter off", "off"});
}

TEST_CASE(
    "GST-3: a change of state is one of type, or of value where states compare; else nothing is entered") {
  Runtime runtime(quiet(1));
  Steps steps = runtime.run([] {
    auto light = gen_statem::start_link<Light>(self());
    light.cast(Light::Press{});
    light.cast(Light::Fade{1});  // the same value
    light.cast(Light::Fade{7});
    light.call(Light::Which{});
    return steps_so_far();
  });
  CHECK(steps == Steps{"enter off", "enter on 1", "enter on 7"});
}

TEST_CASE("GST-3: repeat enters the same state again") {
  Runtime runtime(quiet(1));
  Steps steps = runtime.run([] {
    auto light = gen_statem::start_link<Light>(self());
    light.cast(Light::Fade{1});
    light.call(Light::Which{});
    return steps_so_far();
  });
  CHECK(steps == Steps{"enter off", "enter off"});
}

TEST_CASE("GST-1: a reply converts numbers, and a text given as a literal is a string") {
  Runtime runtime(quiet(1));
  bool good = runtime.run([] {
    auto light = gen_statem::start_link<Light>(self());
    light.cast(Light::Press{});
    light.cast(Light::Fade{40});
    return light.call(Light::Level{}) == 40 && light.call(Light::Which{}) == "on";
  });
  CHECK(good);
}

TEST_CASE("GST-1: a reply of a wrong type ends the machine and the call with an error that names both") {
  Runtime runtime(quiet(1));
  std::string text = runtime.run([] {
    auto light = gen_statem::start<Light>(self());
    auto answer = light.try_call(Light::Nonsense{});
    return answer ? std::string() : answer.error().reason.text();
  });
  CHECK(text.find("std::string") != std::string::npos);
  CHECK(text.find("int") != std::string::npos);
}

TEST_CASE("GST-5: a cast without a handler in this state ends the machine with an error that names both") {
  Runtime runtime(quiet(1));
  std::string text = runtime.run([] {
    auto light = gen_statem::start<Light>(self());
    Monitor watch = monitor(light.pid());
    light.cast(Light::Unhandled{});
    return expect_down(watch).reason.text();
  });
  CHECK(text.find("Off") != std::string::npos);
  CHECK(text.find("Unhandled") != std::string::npos);
}

TEST_CASE("GST-5: a call without a handler in this state fails the caller with the same error") {
  Runtime runtime(quiet(1));
  std::string text = runtime.run([] {
    auto light = gen_statem::start<Light>(self());
    auto answer = light.try_call(Light::Level{});
    return answer ? std::string() : answer.error().reason.text();
  });
  CHECK(text.find("Off") != std::string::npos);
  CHECK(text.find("Level") != std::string::npos);
}

TEST_CASE("GST-5: an info without a handler in this state is dropped, and so is a message of no list") {
  Runtime runtime(quiet(1));
  Steps steps = runtime.run([] {
    auto light = gen_statem::start_link<Light>(self());
    send(light.pid(), Text{"too early"});
    send(light.pid(), Hello{self()});
    light.cast(Light::Press{});
    send(light.pid(), Text{"now"});
    light.call(Light::Which{});
    return steps_so_far();
  });
  CHECK(steps == Steps{"enter off", "enter on 1", "heard now"});
}

TEST_CASE("GST-6: a stop answers its call first, then terminates with the reason") {
  Runtime runtime(quiet(1));
  struct Result {
    bool answer = false;
    ExitReason reason;
    Steps steps;
  };
  Result result = runtime.run([] {
    auto light = gen_statem::start<Light>(self());
    Monitor watch = monitor(light.pid());
    Result seen;
    seen.answer = light.call(Light::Finish{});
    seen.reason = expect_down(watch).reason;
    seen.steps = steps_so_far();
    return seen;
  });
  CHECK(result.answer);
  CHECK(result.reason == ExitReason::shutdown);
  CHECK(result.steps == Steps{"enter off", "terminate shutdown"});
}

TEST_CASE(
    "GST-6: an exception in a handler ends the machine, its terminate runs, the caller gets the reason") {
  Runtime runtime(quiet(1));
  Steps steps = runtime.run([] {
    auto light = gen_statem::start<Light>(self());
    Monitor watch = monitor(light.pid());
    auto answer = light.try_call(Light::Fail{});
    expect_down(watch);
    Steps seen = steps_so_far();
    seen.push_back(answer ? "answered" : answer.error().reason.text());
    return seen;
  });
  REQUIRE(steps.size() == 3);
  CHECK(steps[1].find("told to fail") != std::string::npos);
  CHECK(steps[2].find("told to fail") != std::string::npos);
}

TEST_CASE("GST-1: gen_statem::stop() from outside ends it in order; a named machine is found by its name") {
  Runtime runtime(quiet(1));
  Steps steps = runtime.run([] {
    auto light = gen_statem::start<Light>(StartOptions{.name = "light"}, self());
    ServerName<Light> name("light");
    Steps seen{name.call(Light::Which{})};
    gen_statem::stop(name, ExitReason::normal);
    seen.push_back(is_alive(light.pid()) ? "alive" : "gone");
    for (std::string& step : steps_so_far()) seen.push_back(step);
    return seen;
  });
  CHECK(steps == Steps{"off", "gone", "enter off", "terminate normal"});
}

namespace {

// Its first state has no default.
class Countdown {
 public:
  struct Left {
    using Reply = int;
  };
  struct Tick {};
  using Protocol = Messages<Left, Tick>;
  struct Counting {
    explicit Counting(int from) : left(from) {}
    int left;
  };
  struct Over {};
  using States = gen_statem::States<Counting, Over>;
  using Strict = void;

  explicit Countdown(int from) {
    if (from > 0) gen_statem::start_in(Counting{from});
    if (from == 0) gen_statem::start_in(Over{});
  }

  gen_statem::Next on(Counting& counting, Tick) {
    if (--counting.left == 0) return gen_statem::go_to(Over{});
    return gen_statem::keep();
  }
  gen_statem::Next on(Counting& counting, Left) { return gen_statem::keep().reply(counting.left); }
  gen_statem::Next on(Over&, Tick) { return gen_statem::keep(); }
  gen_statem::Next on(Over&, Left) { return gen_statem::keep().reply(0); }
};

}  // namespace

TEST_CASE(
    "GST-1: start_in() in the constructor says where to begin; without it and a default the start fails") {
  Runtime runtime(quiet(1));
  struct Result {
    int counting = -1, over = -1, counted = -1;
    std::string refused;
  };
  Result result = runtime.run([] {
    Result seen;
    auto three = gen_statem::start_link<Countdown>(3);
    seen.counting = three.call(Countdown::Left{});
    for (int i = 0; i < 4; ++i) three.cast(Countdown::Tick{});
    seen.counted = three.call(Countdown::Left{});
    seen.over = gen_statem::start_link<Countdown>(0).call(Countdown::Left{});
    auto none = gen_statem::try_start_link<Countdown>({}, -1);
    if (!none) seen.refused = none.error().reason.text();
    return seen;
  });
  CHECK(result.counting == 3);
  CHECK(result.counted == 0);
  CHECK(result.over == 0);
  CHECK(result.refused.find("start_in") != std::string::npos);
}

TEST_CASE("GST-1, SUP-2: a state machine is a child like any other") {
  Runtime runtime(quiet(1));
  bool restarted = runtime.run([] {
    trap_exit(true);
    ServerName<Countdown> name("countdown");
    supervisor::start_link({.children = {supervisor::child<Countdown>("c", 5).named(name)}});
    name.cast(Countdown::Tick{});
    bool counted = name.call(Countdown::Left{}) == 4;
    Pid before = *name.whereis();
    exit(before, ExitReason::kill);
    yield_until([&] {
      std::optional<Pid> now = name.whereis();
      return now && *now != before;
    });
    return counted && name.call(Countdown::Left{}) == 5;
  });
  CHECK(restarted);
}

TEST_CASE("GST-1: a host starts a state machine and calls it, as it does a server") {
  Runtime runtime(quiet(1));
  ServerRef<Countdown> three = runtime.start<Countdown>(3);
  CHECK(runtime.call(three, Countdown::Left{}) == 3);
  runtime.start<Countdown>(StartOptions{.name = "named"}, 2);
  CHECK(runtime.run([] { return ServerName<Countdown>{"named"}.call(Countdown::Left{}); }) == 2);
}
