// SYS-1: any behaviour can be looked at, changed, held, watched.
#include "semantics/support.hpp"

using namespace semantics;

namespace {

class Tally {
 public:
  struct Add {
    int by;
  };
  struct Sum {
    using Reply = int;
  };
  struct Fail {};
  using Protocol = Messages<Add, Sum, Fail>;

  void handle_cast(Add add) { sum_ += add.by; }
  void handle_cast(Fail) { throw std::runtime_error("told to fail"); }
  int handle_call(Sum) { return sum_; }
  std::string format_status() const { return "sum " + std::to_string(sum_); }

  int sum() const { return sum_; }
  void set(int sum) { sum_ = sum; }

 private:
  int sum_ = 0;
};

class Flag {
 public:
  struct Toggle {};
  using Protocol = Messages<Toggle>;
  struct Down {};
  struct Up {};
  using States = gen_statem::States<Down, Up>;
  gen_statem::Next on(Down&, Toggle) { return gen_statem::go_to(Up{}); }
  gen_statem::Next on(Up&, Toggle) { return gen_statem::go_to(Down{}); }
  int toggles = 3;
};

}  // namespace

TEST_CASE("SYS-1: get_state shows the state, replace_state changes it, in the server's own process") {
  on_one_and_two_workers([](Runtime& runtime) {
    bool good = runtime.run([] {
      auto tally = gen_server::start_link<Tally>();
      tally.cast(Tally::Add{5});
      bool seen = sys::get_state(tally, [](const Tally& state) { return state.sum(); }) == 5;
      Pid where = sys::replace_state(
          tally,
          [](Tally& state, int to) {
            state.set(to);
            return self();
          },
          40);
      return seen && where == tally.pid() && tally.call(Tally::Sum{}) == 40;
    });
    CHECK(good);
  });
}

TEST_CASE(
    "SYS-1: a suspended server takes nothing; what came meanwhile is handled in order when it goes on") {
  on_one_and_two_workers([](Runtime& runtime) {
    struct Result {
      bool held = false, queued = false;
      int sum = 0;
    };
    Result result = runtime.run([] {
      Result seen;
      auto tally = gen_server::start_link<Tally>();
      sys::suspend(tally);
      tally.cast(Tally::Add{1});
      tally.cast(Tally::Add{2});
      auto pending = tally.send_request(Tally::Sum{});
      seen.held = sys::is_suspended(tally.pid()) &&
                  sys::get_state(tally, [](const Tally& state) { return state.sum(); }) == 0;
      seen.queued = info_of(tally.pid()).message_queue_len == 3;
      sys::resume(tally);
      seen.sum = pending.receive(patience).value();
      return seen;
    });
    CHECK(result.held);
    CHECK(result.queued);
    CHECK(result.sum == 3);
  });
}

TEST_CASE("SYS-1: a suspended server still ends when asked, and with its parent") {
  Runtime runtime(quiet(2));
  struct Result {
    ExitReason asked, by_parent;
  };
  Result result = runtime.run([] {
    auto first = gen_server::start<Tally>();
    sys::suspend(first);
    Monitor watch = monitor(first.pid());
    sys::terminate(first.pid(), ExitReason::shutdown);
    Result seen{expect_down(watch).reason, ExitReason::normal};
    Pid parent = spawn(
        [](Pid observer) {
          auto second = gen_server::start_link<Tally>(StartOptions{.trap_exit = true});
          sys::suspend(second);
          send(observer, Hello{second.pid()});
          receive<Go>();
          exit(ExitReason::custom(7));
        },
        self());
    Monitor end = monitor(expect<Hello>().from);
    send(parent, Go{});
    seen.by_parent = expect_down(end).reason;
    return seen;
  });
  CHECK(result.asked == ExitReason::shutdown);
  CHECK(result.by_parent == ExitReason::custom(7));
}

TEST_CASE("SYS-1: get_status says what it is, its queue and what the class shows of its state") {
  Runtime runtime(quiet(1));
  std::string text = runtime.run([] {
    auto tally = gen_server::start_link<Tally>();
    tally.cast(Tally::Add{9});
    return sys::get_status(tally);
  });
  CHECK(text.find("Tally") != std::string::npos);
  CHECK(text.find("running") != std::string::npos);
  CHECK(text.find("sum 9") != std::string::npos);
}

TEST_CASE("SYS-1: a state machine and a supervisor can be looked at as well") {
  Runtime runtime(quiet(1));
  struct Result {
    std::string flag, tree;
    int toggles = 0;
  };
  Result result = runtime.run([] {
    auto flag = gen_statem::start_link<Flag>();
    flag.cast(Flag::Toggle{});
    auto tree = supervisor::start_link({.children = {supervisor::child<Tally>("t")}});
    return Result{sys::get_status(flag), sys::get_status(tree.pid()),
                  sys::get_state(flag, [](const Flag& state) { return state.toggles; })};
  });
  CHECK(result.flag.find("Up") != std::string::npos);
  CHECK(result.tree.find("1 children") != std::string::npos);
  CHECK(result.toggles == 3);
}

TEST_CASE("SYS-1: asked as another type than it is, a behaviour refuses, and lives on") {
  Runtime runtime(quiet(1));
  std::string text = runtime.run([] {
    auto tally = gen_server::start_link<Tally>();
    ServerRef<Flag> pretended(tally.pid());
    std::string refusal;
    try {
      sys::get_state(pretended, [](const Flag& state) { return state.toggles; });
    } catch (const CallFailed& failed) {
      refusal = failed.what();
    }
    return refusal + (tally.call(Tally::Sum{}) == 0 ? " lives" : "");
  });
  CHECK(text.find("Tally") != std::string::npos);
  CHECK(text.find("Flag") != std::string::npos);
  CHECK(text.find("lives") != std::string::npos);
}

TEST_CASE("SYS-1: the log keeps the last messages, statistics count, no_debug ends both") {
  Runtime runtime(quiet(1));
  struct Result {
    std::vector<std::string> log, after;
    std::uint64_t counted = 0;
    bool none = false;
  };
  Result result = runtime.run([] {
    auto tally = gen_server::start_link<Tally>();
    Pid pid = tally.pid();
    sys::log(pid, 3);
    sys::statistics(pid, true);
    for (int i = 0; i < 5; ++i) tally.cast(Tally::Add{i});
    Result seen;
    seen.counted = sys::get_statistics(pid)->messages_in;
    seen.log = sys::get_log(pid);
    sys::no_debug(pid);
    tally.cast(Tally::Add{1});
    seen.after = sys::get_log(pid);
    seen.none = !sys::get_statistics(pid);
    return seen;
  });
  CHECK(result.counted == 5);
  REQUIRE(result.log.size() == 3);
  CHECK(result.log[0].find("Add") != std::string::npos);
  CHECK(result.after.empty());
  CHECK(result.none);
}

namespace {

// Gives every event on to an observer.
class Telling final : public logger::Handler {
 public:
  explicit Telling(Pid observer) : observer_(observer) {}
  void write(const logger::Event& event) override { send(observer_, Text{logger::as_text(event)}); }

 private:
  Pid observer_;
};

}  // namespace

TEST_CASE("SYS-1, GSV-8: a traced message is an event; the kept log is part of the report of a failure") {
  Runtime runtime(quiet(1));
  struct Result {
    std::string trace, report;
  };
  Result result = runtime.run([] {
    logger::add_handler("telling", std::make_unique<Telling>(self()));
    auto tally = gen_server::start<Tally>();
    sys::trace(tally.pid(), true);
    tally.cast(Tally::Add{1});
    Result seen;
    auto has = [](std::string_view part) {
      return [part](const Text& text) { return text.value.find(part) != std::string::npos; };
    };
    seen.trace = expect_if<Text>(has("Tally::Add")).value;
    sys::trace(tally.pid(), false);
    sys::log(tally.pid(), 5);
    tally.cast(Tally::Fail{});
    seen.report = expect_if<Text>(has("terminates")).value;
    logger::remove_handler("telling");
    return seen;
  });
  CHECK(result.trace.find("sys:") != std::string::npos);
  CHECK(result.report.find("told to fail") != std::string::npos);
  CHECK(result.report.find("sum 1") != std::string::npos);
  CHECK(result.report.find("log: ") != std::string::npos);
}
