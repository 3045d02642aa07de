// GEV-1: event managers and their handlers.
#include "semantics/support.hpp"

using namespace semantics;

namespace {

using gen_event::Removed;
using Log = std::vector<std::string>;

struct Line {
  std::string text;
};
struct Fail {};
struct Leave {};
struct HowMany {
  using Reply = int;
};
struct LeaveWithReply {
  using Reply = int;
};
struct FailCall {
  using Reply = int;
};
struct Plain {
  int value;
};

const char* text_of(Removed::Why why) {
  constexpr const char* texts[] = {"asked_itself", "deleted", "swapped",
                                   "adder_ended",  "failed",  "manager_ended"};
  return texts[static_cast<int>(why)];
}

// Tells the test what it sees.
class Lines {
 public:
  using Protocol = Messages<Line, Fail, Leave, HowMany, LeaveWithReply, FailCall>;
  using Info = Messages<Plain>;

  explicit Lines(Pid observer, std::string name = "lines") : observer_(observer), name_(std::move(name)) {
    if (name_ == "bad") throw std::runtime_error("no init");
  }
  Lines(Pid observer, std::string name, std::optional<int> count) : Lines(observer, std::move(name)) {
    count_ = count.value_or(-1);
  }

  void handle_event(const Line& line) {
    ++count_;
    tell(line.text);
  }
  void handle_event(const Fail&) { throw std::runtime_error("no luck"); }
  void handle_event(const Leave&) { gen_event::remove_handler(); }
  int handle_call(HowMany) { return count_; }
  int handle_call(LeaveWithReply) {
    gen_event::remove_handler();
    return count_;
  }
  int handle_call(FailCall) { throw std::runtime_error("no call"); }
  void handle_info(const Plain& plain) { tell("plain " + std::to_string(plain.value)); }
  void terminate(const Removed& why) {
    tell(std::string("ends: ") + text_of(why.why) + " " + why.reason.text());
  }
  int hand_over() { return count_; }

 private:
  void tell(const std::string& what) { send(observer_, Text{name_ + " " + what}); }

  Pid observer_;
  std::string name_;
  int count_ = 0;
};

// Takes other things.
class Deaf {
 public:
  using Protocol = Messages<Number>;
  void handle_event(const Number&) {}
};

Log seen() {
  Log log;
  while (std::optional<Text> next = receive<Text>(0ms)) log.push_back(std::move(next->value));
  return log;
}

template <class F>
ExitReason refusal(F call) {
  try {
    call();
  } catch (const CallFailed& failed) {
    return failed.reason();
  }
  return ExitReason::normal;
}

}  // namespace

TEST_CASE("GEV-1: an event reaches all handlers that list it, the newest first") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [log, keys] = runtime.run([] {
      auto manager = gen_event::start_link();
      manager.add_handler<Lines>(self(), "old");
      manager.add_handler<Deaf>();
      manager.add_handler<Lines>(gen_event::Id{"2"}, self(), "new");
      manager.sync_notify(Line{"one"});
      manager.sync_notify(Number{5});
      manager.sync_notify(Text{"nobody lists it"});
      std::vector<std::string> names;
      for (const auto& key : manager.which_handlers())
        names.push_back(key.id() + (key.is<Deaf>() ? "deaf" : ""));
      return std::pair{seen(), names};
    });
    CHECK(log == Log{"new one", "old one"});
    CHECK(keys == Log{"2", "deaf", ""});
  });
}

TEST_CASE("GEV-1: notify() does not wait, and keeps the order") {
  on_one_and_two_workers([](Runtime& runtime) {
    Log log = runtime.run([] {
      auto manager = gen_event::start_link();
      manager.add_handler<Lines>(self());
      for (int i = 0; i < 3; ++i) manager.notify(Line{std::to_string(i)});
      return Log{expect<Text>().value, expect<Text>().value, expect<Text>().value};
    });
    CHECK(log == Log{"lines 0", "lines 1", "lines 2"});
  });
}

TEST_CASE("GEV-1: a call goes to one handler; a plain message is an info") {
  Runtime runtime(quiet(1));
  auto [first, second, none, log] = runtime.run([] {
    auto manager = gen_event::start_link();
    manager.add_handler<Lines>(self());
    manager.sync_notify(Line{"a"});
    manager.add_handler<Lines>(gen_event::Id{"2"}, self(), "two");
    manager.sync_notify(Line{"b"});
    int of_first = manager.call<Lines>(HowMany{});
    int of_second = *manager.try_call<Lines>(gen_event::Id{"2"}, HowMany{});
    ExitReason unknown = refusal([&] { manager.call<Lines>(gen_event::Id{"3"}, HowMany{}); });
    seen();
    send(manager.pid(), Plain{3});
    return std::tuple{of_first, of_second, unknown, Log{expect<Text>().value, expect<Text>().value}};
  });
  CHECK(first == 2);
  CHECK(second == 1);
  CHECK(none.text().find("has no handler") != std::string::npos);
  CHECK(log == Log{"two plain 3", "lines plain 3"});
}

TEST_CASE("GEV-1: a handler that fails is removed, and the manager and the others go on") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [log, left, in_call, alive] = runtime.run([] {
      auto manager = gen_event::start_link();
      manager.add_handler<Lines>(self());
      manager.add_handler<Deaf>();
      manager.sync_notify(Fail{});
      Log first = seen();
      manager.add_handler<Lines>(self());
      ExitReason reason = refusal([&] { manager.call<Lines>(FailCall{}); });
      first.push_back(expect<Text>().value);
      return std::tuple{first, manager.which_handlers().size(), reason, is_alive(manager.pid())};
    });
    REQUIRE(log.size() == 2);
    CHECK(log[0].find("lines ends: failed") == 0);
    CHECK(log[0].find("no luck") != std::string::npos);
    CHECK(log[1].find("no call") != std::string::npos);
    CHECK(left == 1);
    CHECK(in_call.text().find("no call") != std::string::npos);
    CHECK(alive);
  });
}

TEST_CASE("GEV-1: a handler may ask to be removed, in an event or with an answer") {
  Runtime runtime(quiet(1));
  auto [log, answer, left] = runtime.run([] {
    auto manager = gen_event::start_link();
    manager.add_handler<Lines>(self());
    manager.sync_notify(Leave{});
    manager.add_handler<Lines>(self(), "again");
    manager.sync_notify(Line{"x"});
    int count = manager.call<Lines>(LeaveWithReply{});
    std::size_t handlers = manager.which_handlers().size();  // an answer of the manager's after the removal
    return std::tuple{seen(), count, handlers};
  });
  CHECK(log == Log{"lines ends: asked_itself normal", "again x", "again ends: asked_itself normal"});
  CHECK(answer == 1);
  CHECK(left == 0);
}

TEST_CASE("GEV-1: what does not get in: one whose constructor throws, and a second one of the same key") {
  Runtime runtime(quiet(1));
  auto [init, twice, left] = runtime.run([] {
    auto manager = gen_event::start_link();
    ExitReason bad = refusal([&] { manager.add_handler<Lines>(self(), "bad"); });
    manager.add_handler<Lines>(self());
    ExitReason again = refusal([&] { manager.add_handler<Lines>(self()); });
    return std::tuple{bad, again, manager.which_handlers().size()};
  });
  CHECK(init.text().find("no init") != std::string::npos);
  CHECK(twice.text().find("already") != std::string::npos);
  CHECK(left == 1);
}

TEST_CASE("GEV-1: delete_handler() takes one out") {
  Runtime runtime(quiet(1));
  auto [deleted, again, log] = runtime.run([] {
    auto manager = gen_event::start_link();
    manager.add_handler<Lines>(self());
    bool was_there = manager.delete_handler<Lines>();
    return std::tuple{was_there, manager.delete_handler<Lines>(), seen()};
  });
  CHECK(deleted);
  CHECK_FALSE(again);
  CHECK(log == Log{"lines ends: deleted normal"});
}

TEST_CASE("GEV-1: swap_handler() passes the state over; without an old one there is none") {
  Runtime runtime(quiet(1));
  auto [log, passed, none, failed, left] = runtime.run([] {
    auto manager = gen_event::start_link();
    manager.add_handler<Lines>(self(), "old");
    manager.sync_notify(Line{"a"});
    manager.swap_handler<Lines, Lines>(gen_event::Id{}, gen_event::Id{"new"}, self(), "new");
    int count = manager.call<Lines>(gen_event::Id{"new"}, HowMany{});
    manager.swap_handler<Lines, Lines>(gen_event::Id{"unknown"}, gen_event::Id{"third"}, self(), "third");
    int fresh = manager.call<Lines>(gen_event::Id{"third"}, HowMany{});
    manager.swap_handler<Deaf, Deaf>();
    Log log_so_far = seen();
    ExitReason bad = refusal([&] {
      manager.swap_handler<Lines, Lines>(gen_event::Id{"new"}, gen_event::Id{"bad"}, self(), "bad");
    });
    return std::tuple{log_so_far, count, fresh, bad, manager.which_handlers().size()};
  });
  CHECK(log == Log{"old a", "old ends: swapped normal"});
  CHECK(passed == 1);
  CHECK(none == -1);
  CHECK(failed.text().find("no init") != std::string::npos);
  CHECK(left == 2);  // the third and the deaf one
}

TEST_CASE("GEV-1: a supervised handler's adder is told when it goes, and why") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [crash, deleted, ended, links] = runtime.run([] {
      auto manager = gen_event::start();
      manager.add_sup_handler<Lines>(self(), "a");
      bool linked = info_of(self()).links == std::vector<Pid>{manager.pid()};
      manager.sync_notify(Fail{});
      auto first = expect<gen_event::EventHandlerExit>();
      manager.which_handlers();
      bool unlinked = info_of(self()).links.empty();
      manager.add_sup_handler<Lines>(self(), "b");
      manager.delete_handler<Lines>();
      auto second = expect<gen_event::EventHandlerExit>();
      manager.add_sup_handler<Lines>(gen_event::Id{"c"}, self(), "c");
      manager.stop();
      auto third = expect<gen_event::EventHandlerExit>();
      bool keys = first.handler.is<Lines>() && third.handler.id() == "c" && first.manager == manager.pid();
      return std::tuple{first.reason, second.reason, third.reason, linked && unlinked && keys};
    });
    CHECK(crash.text().find("no luck") != std::string::npos);
    CHECK(deleted.is_normal());
    CHECK(ended == ExitReason::shutdown);
    CHECK(links);
  });
}

TEST_CASE("GEV-1: a supervised handler goes with its adder, with the adder's reason; others stay") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [what, left, dead_adder] = runtime.run([] {
      auto manager = gen_event::start_link();
      manager.add_handler<Deaf>();
      auto add_and_end = [](gen_event::Ref to, Pid observer) {
        to.add_sup_handler<Lines>(observer);
        exit(ExitReason::error("the adder"));
      };
      wait_for_end(spawn(add_and_end, manager, self()));
      std::string end = expect<Text>().value;
      return std::tuple{end, manager.which_handlers().size(), is_alive(manager.pid())};
    });
    CHECK(what == "lines ends: adder_ended the adder");
    CHECK(left == 1);
    CHECK(dead_adder);
  });
}

TEST_CASE("GEV-1: a manager ends with its parent and by stop(); handlers are told") {
  Runtime runtime(quiet(1));
  auto [stopped, by_parent] = runtime.run([] {
    auto manager = gen_event::start();
    manager.add_handler<Lines>(self());
    manager.stop(ExitReason::shutdown);
    Log first = seen();
    Pid parent = spawn(
        [](Pid observer) {
          gen_event::start_link().add_handler<Lines>(observer);
          exit(ExitReason::error("the parent"));
        },
        self());
    wait_for_end(parent);
    return std::pair{first, expect<Text>().value};
  });
  CHECK(stopped == Log{"lines ends: manager_ended shutdown"});
  CHECK(by_parent == "lines ends: manager_ended the parent");
}

TEST_CASE("GEV-1: a manager has a name, and nobody behind one is no harm for notify()") {
  Runtime runtime(quiet(1));
  auto [log, taken, nobody] = runtime.run([] {
    static constexpr gen_event::Name events{"events"};
    gen_event::start_link(StartOptions{.name = events.name()});
    events.add_handler<Lines>(self());
    events.sync_notify(Line{"named"});
    bool refused = !gen_event::try_start_link(StartOptions{.name = "events"}).has_value();
    gen_event::Name unknown{"unknown"};
    unknown.notify(Line{"lost"});
    return std::tuple{seen(), refused, refusal([&] { unknown.sync_notify(Line{"lost"}); })};
  });
  CHECK(log == Log{"lines named"});
  CHECK(taken);
  CHECK(nobody == ExitReason::noproc);
}

TEST_CASE("GEV-1: remove_handler() is for handlers") {
  Runtime runtime(quiet(1));
  ExitReason reason = runtime.run([] { return reason_of([] { gen_event::remove_handler(); }); });
  CHECK(reason.text().find("throng: gen_event::remove_handler()") != std::string::npos);
}
