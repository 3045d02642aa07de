// LOG-1, LOG-2: what is logged, who gets it, and what a slow or failing handler does to others.
#include <throng/vm/process_local.hpp>

#include "checks.hpp"

using namespace behaviours;

namespace {

using logger::Level;

// Tells when it begins to write, then waits for Go.
struct Writing {
  Pid handler;
  std::string text;
};
class Slow final : public logger::Handler {
 public:
  explicit Slow(Pid to) : to_(to) {}
  void write(const logger::Event& event) override {
    send(to_, Writing{self(), event.text});
    expect<Go>();
  }

 private:
  Pid to_;
};

class Failing final : public logger::Handler {
 public:
  void write(const logger::Event&) override { throw std::runtime_error("no disk"); }
};

// Does what handlers had better not do.
class Reckless final : public logger::Handler {
 public:
  explicit Reckless(Pid to) : to_(to) {}
  void write(const logger::Event& event) override {
    if (event.text == "own") return;
    for (int i = 0; i < 3; ++i) logger::log(Level::error, "own");
    logger::flush();
    if (event.text == "leave") logger::remove_handler("reckless");
    send(to_, Text{event.text});
  }

 private:
  Pid to_;
};

void add_slow(logger::HandlerOptions options) {
  logger::add_handler("slow", std::make_unique<Slow>(self()), std::move(options));
}

// Logs that many and tells.
Pid start_logging(int count) {
  return spawn(
      [](Pid judge, int n) {
        for (int i = 0; i < n; ++i) logger::log(Level::error, std::to_string(i));
        send(judge, Done{});
      },
      self(), count);
}

template <class F>
std::string refusal_of(F f) {
  try {
    f();
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("LOG-2: events arrive with all that was said, and who said it when") {
  on_both([](Checks& check) {
    log_to_me();
    auto before = Clock::date();
    logger::log(Level::warning, "disk full", {{"disk", "sda"}, {"left", "0"}});
    logger::log({.level = Level::info, .domain = "billing", .text = "paid"});
    auto events = logged();
    check(events.size() == 2, "two events");
    if (events.size() != 2) return;
    check(events[0].event.level == Level::warning && events[0].event.text == "disk full", "level and text");
    check(events[0].event.fields.size() == 2 && events[0].event.fields[0].first == "disk",
          "fields, in order");
    check(events[0].event.process == self() && events[0].event.time >= before, "who and when");
    check(events[1].event.domain == "billing", "domain");
  });
}

TEST_CASE("LOG-2: a handler gets what its level and domain let through") {
  on_both([](Checks& check) {
    check(!logger::is_wanted(Level::critical), "nobody wants anything");
    logger::add_handler("test", std::make_unique<ToProcess>(self()),
                        {.level = Level::warning, .domain = "mine"});
    check(logger::is_wanted(Level::warning) && !logger::is_wanted(Level::notice), "from warnings on");
    for (Level level : {Level::debug, Level::notice, Level::warning, Level::critical}) {
      logger::log({.level = level, .domain = "mine", .text = std::string(text_of(level))});
      logger::log({.level = level, .domain = "yours", .text = "yours"});
      logger::log(level, "nobody's");
    }
    auto events = logged();
    check(events.size() == 2 && events[0].event.text == "warning" && events[1].event.text == "critical",
          "two of twelve");
    logger::remove_handler("test");
    check(!logger::is_wanted(Level::critical), "nobody again");
  });
}

TEST_CASE("LOG-2: handlers have names, each once; removing one writes what it still has") {
  on_both([](Checks& check) {
    log_to_me();
    auto again = [] { logger::add_handler("test", std::make_unique<ToProcess>(self())); };
    check(contains(refusal_of(again), "throng: logger::add_handler(\"test\")"), "a name that is taken");
    auto none = [] { logger::add_handler("none", nullptr); };
    check(contains(refusal_of(none), "no handler given"), "no handler");
    logger::add_handler("second", std::make_unique<ToProcess>(self()), {.level = Level::error});
    check(logger::handlers() == std::vector<std::string>{"test", "second"}, "two handlers");
    for (int i = 0; i < 5; ++i) logger::log(Level::error, "once to each");
    check(logger::remove_handler("second") && logger::remove_handler("test"), "removed");
    check(count_queued<Logged>() == 10, "after all was written");
    check(logger::handlers().empty() && !logger::remove_handler("test"), "none is left");
    logger::log(Level::notice, "to nobody");
    check(logged().empty(), "nothing more comes");
    log_to_me();
    check(logger::handlers().size() == 1, "the name is free again");
  });
}

TEST_CASE("LOG-2: a slow handler: at first who logs only sends") {
  on_both([](Checks& check) {
    add_slow({.wait_above = 10});
    start_logging(10);
    expect<Done>();
    Writing first = expect<Writing>();
    check(first.text == "0", "the handler is still with the first");
    check(logger::dropped("slow") == 0, "nothing is dropped");
    for (int i = 0; i < 10; ++i) send(first.handler, Go{});
    logger::flush();
    check(count_queued<Writing>() == 9, "all are written in the end");
  });
}

TEST_CASE("LOG-2: a slow handler: then who logs waits for it to catch up") {
  on_both([](Checks& check) {
    add_slow({.wait_above = 3});
    Pid logging = start_logging(6);
    Pid handler = expect<Writing>().handler;
    yield_until([&] { return info_of(logging).status == ProcessStatus::waiting; });
    check(!take_queued<Done>(), "it waits");
    for (int i = 0; i < 6; ++i) send(handler, Go{});
    expect<Done>();
    logger::flush();
    check(count_queued<Writing>() == 5 && logger::dropped("slow") == 0, "nothing was lost");
  });
}

TEST_CASE("LOG-2: a slow handler: then events are dropped, and counted") {
  on_both([](Checks& check) {
    add_slow({.wait_above = 1000, .drop_above = 5});
    Pid logging = start_logging(50);
    expect<Done>();
    wait_for_end(logging);
    Pid handler = expect<Writing>().handler;
    auto dropped = logger::dropped("slow");
    check(dropped >= 44 && dropped <= 45, "all but five, and the one that it may have taken");
    for (int i = 0; i < 6; ++i) send(handler, Go{});
    logger::flush();
    check(static_cast<std::uint64_t>(count_queued<Writing>()) + dropped == 49, "each is written or counted");
    check(logger::dropped("nobody") == 0, "of an unknown handler: none");
    logger::log(Level::error, "later");
    check(expect<Writing>().text == "later", "and then it goes on");
    send(handler, Go{});
  });
}

TEST_CASE("LOG-2: a handler that fails is removed, and harms neither who logs nor other handlers") {
  on_both([](Checks& check) {
    logger::add_handler("failing", std::make_unique<Failing>(), {.wait_above = 0});
    log_to_me(Level::error);
    for (int i = 0; i < 20; ++i) logger::log(Level::error, std::to_string(i));
    auto events = logged();
    check(events.size() == 20 && events[19].event.text == "19", "the other gets all of it");
    check(logger::handlers() == std::vector<std::string>{"test"}, "the failing one is gone");
    check(queue_length() == 0, "the caller hears nothing of it");
    logger::add_handler("failing", std::make_unique<Failing>());
    check(logger::handlers().size() == 2, "another may have its name");
  });
}

TEST_CASE("LOG-2: a handler may log, flush and remove itself without waiting for itself") {
  on_both([](Checks& check) {
    logger::add_handler("reckless", std::make_unique<Reckless>(self()), {.wait_above = 0});
    auto before = Clock::now();
    spawn([] { logger::log(Level::error, "first"); });
    check(next_texts(1) == "first", "it logs and flushes");
    spawn([] { logger::log(Level::error, "leave"); });
    check(next_texts(1) == "leave", "it removes itself");
    check(Clock::now() - before < 10s, "without waiting");
    check(logger::handlers().empty(), "and is gone");
  });
}

TEST_CASE("LOG-2: many may log at once") {
  on_both([](Checks& check) {
    log_to_me();
    for (int i = 0; i < 20; ++i) start_logging(50);
    for (int i = 0; i < 20; ++i) expect<Done>();
    check(logged().size() + logger::dropped("test") == 1000, "each is written or counted");
  });
}

TEST_CASE("LOG-1: a crash is an event with what is known of the process") {
  Runtime runtime(quiet(2));
  check_in(runtime, [](Checks& check) {
    log_to_me();
    Pid trapping = spawn(SpawnOptions{.trap_exit = true}, [] { receive<Never>(); });
    Pid neighbour = spawn([] { receive<Never>(); });
    register_name("beside", neighbour);
    Pid crashing = spawn(
        [](Pid parent, Pid one, Pid other) {
          register_name("crashing", self());
          set_label("trying its luck");
          process_local<Text>().value = "kept";
          link(one);
          link(other);
          trap_exit(true);
          send(self(), Number{1});
          send(self(), Text{"x"});
          send(parent, Done{});
          expect<Go>();
          throw std::runtime_error("out of luck");
        },
        self(), trapping, neighbour);
    expect<Done>();
    // The link woke it, and it is runnable until it has taken that.
    yield_until([&] { return process_brief(neighbour)->status == ProcessStatus::waiting; });
    Monitor watch = monitor(crashing);
    send(crashing, Go{});
    expect_down(watch);
    auto events = logged_with("report", "crash");
    check(events.size() == 1, "one event");
    if (events.empty()) return;
    const Logged& event = events[0];
    check(event.event.level == Level::error && event.event.domain == "throng", "an error of the library's");
    check(event.event.process == crashing && event.mentions("out of luck"), "who and why");
    check(contains(event.field("reason"), "std::runtime_error: out of luck"), "reason");
    check(event.field("registered_name") == "crashing", "registered_name");
    check(!event.field("initial_call").empty(), "initial_call");
    check(event.field("parent") == self().text(), "parent");
    check(event.field("ancestors").rfind(self().text(), 0) == 0, "ancestors, the parent first");
    check(event.field("label") == "trying its luck", "label");
    check(contains(event.field("dictionary"), "Text"), "dictionary");
    check(contains(event.field("neighbours"), neighbour.text() + " beside waiting"),
          "neighbours, in: " + event.field("neighbours"));
    check(!contains(event.field("neighbours"), trapping.text()), "but not those that trap exits");
    check(event.field("message_queue_len") == "2", "message_queue_len");
    check(contains(event.field("messages"), "Number") && contains(event.field("messages"), "Text"),
          "messages");
    check(!event.field("links").empty() && event.field("trap_exit") == "true", "links, trap_exit");
    check(contains(event.field("monitored_by"), self().text()), "monitored_by");
    check(!event.field("reductions").empty() && !event.field("stack_size").empty() &&
              !event.field("memory").empty(),
          "sizes");
  });
}

TEST_CASE("LOG-1: ends that are no crashes are no events") {
  Runtime runtime(quiet(2));
  check_in(runtime, [](Checks& check) {
    log_to_me();
    reason_of([] {});
    reason_of([] { throng::exit(ExitReason::shutdown); });
    reason_of([] { throng::exit(self(), ExitReason::kill); });
    check(logged().empty(), "normal, shutdown, killed");
  });
}

TEST_CASE("LOG-1, LOG-2: a flood of crashes is counted where it can't be written") {
  on_both([](Checks& check) {
    add_slow({.wait_above = 1000, .drop_above = 3});
    auto crash = [] { throw std::runtime_error("flood"); };
    for (int i = 0; i < 50; ++i) wait_for_end(spawn(crash));
    Pid handler = expect<Writing>().handler;
    auto dropped = logger::dropped("slow");
    check(dropped >= 46 && dropped <= 47, "all but three, and the one that it may have taken");
    for (int i = 0; i < 4; ++i) send(handler, Go{});
    logger::flush();
  });
}

TEST_CASE("LOG-1: of those whom one crash takes along only the first is reported") {
  Runtime runtime(quiet(2));
  check_in(runtime, [](Checks& check) {
    log_to_me();
    Pid first = spawn([] {
      expect<Go>();
      throw std::runtime_error("the cause");
    });
    Pid last = first;
    for (int i = 0; i < 5; ++i) {
      last = spawn(
          [](Pid before, Pid judge) {
            link(before);
            send(judge, Done{});
            receive<Never>();
          },
          last, self());
      expect<Done>();
    }
    Monitor watch = monitor(last);
    send(first, Go{});
    check(contains(expect_down(watch).reason.text(), "the cause"), "all of them end with it");
    auto events = logged_with("report", "crash");
    check(events.size() == 1 && events[0].event.process == first, "one report: of the first");
    Pid told = spawn([] { receive<Never>(); });
    Monitor end = monitor(told);
    throng::exit(told, ExitReason::error("told to"));
    expect_down(end);
    check(logged_with("report", "crash").empty(), "nor is one that was told to end");
  });
}

TEST_CASE("LOG-1: ancestors go up as far as they live") {
  on_both([](Checks& check) {
    Pid top = self();
    spawn(
        [](Pid judge) {
          spawn([](Pid j) { send(j, process_info(self())->ancestors); }, judge);
          expect<Go>();
        },
        top);
    auto all = expect<std::vector<Pid>>();
    check(all.size() == 2 && all[1] == top, "parent and grandparent");
  });
}

TEST_CASE("LOG-2: a burst beyond the limit is dropped, and counted") {
  on_both([](Checks& check) {
    logger::add_handler("test", std::make_unique<ToProcess>(self()),
                        {.wait_above = 1000, .burst_limit = 7, .burst_window = 1h});
    for (int i = 0; i < 20; ++i) logger::log(Level::error, std::to_string(i));
    auto events = logged();
    check(events.size() == 7 && events[6].event.text == "6", "the first seven");
    check(logger::dropped("test") == 13, "the others are counted");
    logger::remove_handler("test");
    logger::add_handler("test", std::make_unique<ToProcess>(self()),
                        {.wait_above = 1000, .burst_limit = 1, .burst_window = Duration::zero()});
    for (int i = 0; i < 20; ++i) logger::log(Level::error, std::to_string(i));
    check(logged().size() == 20, "a window that is over lets the next one in");
  });
}

TEST_CASE("LOG-2: a handler too far behind throws away what waits, and says so") {
  on_both([](Checks& check) {
    add_slow({.wait_above = 1000, .drop_above = 1000, .flush_above = 10});
    logger::log(Level::error, "busy with this");
    Writing first = expect<Writing>();
    wait_for_end(start_logging(29));
    expect<Done>();
    send(first.handler, Go{});
    Writing report = expect<Writing>();
    check(contains(report.text, "threw 29 events away"), "a report instead, not: " + report.text);
    check(logger::dropped("slow") == 29, "counted");
    send(first.handler, Go{});
    logger::log(Level::error, "fresh");
    check(expect<Writing>().text == "fresh", "and it goes on with what is new");
    send(first.handler, Go{});
  });
}
