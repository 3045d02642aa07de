// GSV-4, GSV-5, GSV-6, GSV-11: what a server does between messages, and in which order.
#include "checks.hpp"

using namespace behaviours;

namespace {

// Tells all it does to one process, as texts.
struct Say {
  std::string text;
};
struct Chain {
  int left = 0;
};
struct Question1 {
  using Reply = int;
};
struct Plain {  // an info
  int value = 0;
};
struct FailNext {};
struct StopNext {};

class Talker {
 public:
  using Protocol = Messages<Say, Chain, Question1, FailNext, StopNext>;
  using Info = Messages<Plain>;

  Talker(Pid listener, int first_chain) : listener_(listener) {
    if (first_chain == 0) return;
    // They stand in the queue before the continue is asked for.
    send(self(), Plain{1});
    send(self(), Say{"cast"});
    gen_server::continue_with(*this, Chain{first_chain});
  }

  void handle_cast(Say say) { tell(say.text); }
  void handle_cast(Chain chain) {
    gen_server::continue_with(*this, std::move(chain));
    gen_server::continue_with(*this, Say{"second"});
    tell("asked");
  }
  void handle_cast(FailNext) { gen_server::continue_with(*this, FailNext{}); }
  void handle_cast(StopNext) {
    gen_server::continue_with(*this, StopNext{});
    gen_server::continue_with(*this, Say{"never"});
  }
  int handle_call(Question1) {
    gen_server::continue_with(*this, Go{});
    return 1;
  }
  void handle_info(Plain plain) { tell("info" + std::to_string(plain.value)); }
  void handle_continue(Chain chain) {
    tell("chain" + std::to_string(chain.left));
    if (chain.left > 1) gen_server::continue_with(*this, Chain{chain.left - 1});
  }
  void handle_continue(Say say) { tell(say.text); }
  void handle_continue(Go) {
    expect<Go>();  // from who has the answer already
    tell("continued");
  }
  void handle_continue(FailNext) { throw std::runtime_error("the continue fails"); }
  void handle_continue(StopNext) { gen_server::stop(ExitReason::custom(8)); }
  void terminate(const ExitReason&) { tell("terminate"); }

 private:
  void tell(std::string text) { send(listener_, Text{std::move(text)}); }
  Pid listener_;
};

// Tells of its time-outs.
struct In {
  Duration time{};
};
struct Twice {
  Duration first{}, second{};
};
struct Queued {};
struct Ping {
  using Reply = void;
};

class Clockwork {
 public:
  using Protocol = Messages<In, Twice, Queued, Ping>;
  using Info = Messages<gen_server::Timeout, Plain>;
  Clockwork(Pid listener, Duration first) : listener_(listener) { gen_server::set_timeout(first); }

  void handle_cast(In in) { gen_server::set_timeout(in.time); }
  void handle_cast(Twice twice) {
    gen_server::set_timeout(twice.first);
    gen_server::set_timeout(twice.second);
  }
  void handle_cast(Queued) {
    send(self(), Plain{});
    gen_server::set_timeout(0ms);
  }
  void handle_call(Ping) {}
  void handle_info(Plain) { send(listener_, Text{"info"}); }
  void handle_info(gen_server::Timeout) { send(listener_, Text{"timeout"}); }
  void hibernate() { send(listener_, Text{"hibernate"}); }

 private:
  Pid listener_;
};

struct Slow {
  using Protocol = Messages<Ping>;
  Slow() { gen_server::continue_with(*this, Go{}); }
  void handle_call(Ping) {}
  void handle_continue(Go) { expect<Go>(); }
};

struct Broken {
  using Protocol = Messages<Ping>;
  Broken() { throw std::runtime_error("broken"); }
  void handle_call(Ping) {}
};

struct Deaf {
  using Protocol = Messages<Ping>;
  void handle_call(Ping) {}
};

constexpr Duration never = Duration::max();

}  // namespace

TEST_CASE("GSV-4: a continue runs before any other message, also right after init, and may chain") {
  on_both([](Checks& check) {
    gen_server::start_link<Talker>(self(), 3);
    check(next_texts(5) == "chain3 chain2 chain1 info1 cast", "continues first, then the queue");
  });
}

TEST_CASE("GSV-4: continues of one callback run after it, in the order in which they were asked for") {
  on_both([](Checks& check) {
    auto server = gen_server::start_link<Talker>(self(), 0);
    server.cast(Chain{2});
    server.cast(Say{"next"});
    check(next_texts(5) == "asked chain2 second chain1 next", "in order");
  });
}

TEST_CASE("GSV-4: a start returns before the continue that init asked for is through") {
  on_both([](Checks& check) {
    auto server = gen_server::start_link<Slow>();
    send(server.pid(), Go{});
    server.call(Ping{});
    check(true, "the start did not wait for the continue");
  });
}

TEST_CASE("GSV-3, GSV-4: an answer is sent before the continue runs") {
  on_both([](Checks& check) {
    auto server = gen_server::start_link<Talker>(self(), 0);
    check(server.call(Question1{}, patience) == 1, "answered");
    send(server.pid(), Go{});
    check(next_texts(1) == "continued", "then continued");
  });
}

TEST_CASE("GSV-4, GSV-7: a continue that fails or stops ends the server as a callback does") {
  on_both([](Checks& check) {
    auto failing = gen_server::start<Talker>(self(), 0);
    Monitor end = monitor(failing.pid());
    failing.cast(FailNext{});
    check(contains(expect_down(end).reason.text(), "the continue fails"), "the reason");
    auto stopping = gen_server::start<Talker>(self(), 0);
    end = monitor(stopping.pid());
    stopping.cast(StopNext{});
    check(expect_down(end).reason == ExitReason::custom(8), "the reason of the stop");
    check(joined(texts()) == "terminate terminate", "terminate ran, and no further continue");
  });
}

TEST_CASE("GSV-6: messages are taken strictly in the order of the queue, whatever they are") {
  on_both([](Checks& check) {
    auto server = gen_server::start_link<Talker>(self(), 0);
    std::string expected;
    for (int i = 0; i < 30; ++i) {
      server.cast(Say{"c" + std::to_string(i)});
      send(server.pid(), Plain{i});
      expected += (i > 0 ? " c" : "c") + std::to_string(i) + " info" + std::to_string(i);
    }
    check(next_texts(60) == expected, "in order");
  });
}

TEST_CASE("GSV-6: what a server does not list is logged and dropped") {
  Runtime runtime(quiet(2));
  check_in(runtime, [](Checks& check) {
    log_to_me();
    auto server = gen_server::start_link<Talker>(self(), 0);
    send(server.pid(), Number{1});
    server.cast(Say{"after"});
    check(next_texts(1) == "after", "it goes on");
    auto events = logged();
    check(events.size() == 1 && events[0].event.level == logger::Level::error, "one event");
    check(!events.empty() && events[0].mentions("Number") && events[0].mentions("Talker"), "names both");
    check(info_of(server.pid()).message_queue_len == 0, "dropped");
  });
}

TEST_CASE("GSV-5: without a message in that time, handle_info(Timeout) runs, once") {
  on_both([](Checks& check) {
    auto server = gen_server::start_link<Clockwork>(self(), 1ms);
    check(next_texts(1) == "timeout", "asked for in init");
    server.cast(In{0ms});
    check(next_texts(1) == "timeout", "asked for in a callback, at once");
    server.cast(In{5ms});
    auto before = Clock::now();
    check(next_texts(1) == "timeout" && Clock::now() - before >= 4ms, "not before its time");
    check(!receive<Text>(20ms), "no more than asked for");
  });
}

TEST_CASE("GSV-5: any message cancels the time-out") {
  on_both([](Checks& check) {
    auto server = gen_server::start_link<Clockwork>(self(), 30ms);
    server.call(Ping{});
    server.cast(In{30ms});
    send(server.pid(), Number{1});  // one that it does not even list
    server.call(Ping{});
    server.cast(In{30ms});
    server.cast(In{never});
    check(!receive<Text>(80ms), "none of the three came");
    // One that stands in the queue when the time-out is asked for cancels it as well, even that of no time.
    for (int i = 0; i < 20; ++i) server.cast(Queued{});
    check(next_texts(20).find("timeout") == std::string::npos, "the messages that were queued");
    check(!receive<Text>(20ms), "and no time-out");
  });
}

TEST_CASE("GSV-5: the last time-out that was asked for counts, earlier ones never strike") {
  on_both([](Checks& check) {
    auto server = gen_server::start_link<Clockwork>(self(), never);
    server.cast(Twice{1ms, never});
    check(!receive<Text>(20ms), "taken back");
    server.cast(Twice{never, 1ms});
    check(next_texts(1) == "timeout", "the second");
    // The old one may be in the queue already when a new one is asked for.
    for (int i = 0; i < 30; ++i) {
      server.cast(In{0ms});
      server.cast(In{never});
    }
    server.call(Ping{});
    check(texts().empty() && !receive<Text>(10ms), "of an earlier wait");
  });
}

TEST_CASE("GSV-11: a server is asked to hibernate once after so long without a message") {
  on_both([](Checks& check) {
    auto server = gen_server::start_link<Clockwork>(StartOptions{.hibernate_after = 10ms}, self(), never);
    check(next_texts(1) == "hibernate", "after that time");
    check(!receive<Text>(60ms), "once, however long it sleeps");
    server.call(Ping{});
    check(next_texts(1) == "hibernate", "again after a message");
  });
}

TEST_CASE("GSV-5, GSV-11: hibernating disturbs no time-out") {
  on_both([](Checks& check) {
    gen_server::start_link<Clockwork>(StartOptions{.hibernate_after = 10ms}, self(), 60ms);
    check(next_texts(3) == "hibernate timeout hibernate", "both come");
  });
}

TEST_CASE("GSV-11: a plain process goes on as a server, with what is in its queue") {
  on_both([](Checks& check) {
    Pid process = spawn(
        [](Pid listener) {
          expect<Go>();  // it was a plain one until now
          return gen_server::enter_loop<Talker>(StartOptions{.name = "talker"}, listener, 0);
        },
        self());
    ServerRef<Talker> server(process);
    server.cast(Say{"queued"});
    send(process, Go{});
    check(next_texts(1) == "queued", "what was queued");
    check(whereis("talker") == process, "it has its name");
    gen_server::stop(server);
    check(next_texts(1) == "terminate" && !is_alive(process), "it ends as a server");
  });
}

TEST_CASE("GSV-11: a process that has its name already enters the loop under it") {
  on_both([](Checks& check) {
    Pid process = spawn(
        [](Pid listener) {
          register_name("talker", self());
          return gen_server::enter_loop<Talker>(StartOptions{.name = "talker"}, listener, 0);
        },
        self());
    ServerRef<Talker>(process).cast(Say{"here"});
    check(next_texts(1) == "here" && whereis("talker") == process, "it serves");
  });
}

TEST_CASE("GSV-7, GSV-11: who spawned the process is the parent that a server entering the loop obeys") {
  on_both([](Checks& check) {
    auto [parent, watch] = spawn_monitor(
        [](Pid listener) {
          trap_exit(true);
          Pid child = spawn_link(
              [](Pid to) { return gen_server::enter_loop<Talker>(StartOptions{.trap_exit = true}, to, 0); },
              listener);
          ServerRef<Talker>(child).cast(Say{"here"});
          expect<Go>();
          Monitor end = monitor(child);
          throng::exit(child, ExitReason::shutdown);
          send(listener, Seen{child, expect_down(end).reason});
          expect<Never>();
        },
        self());
    check(next_texts(1) == "here", "it serves");
    send(parent, Go{});
    check(next_texts(1) == "terminate", "terminate runs");
    check(expect<Seen>().reason == ExitReason::shutdown, "it ends with the parent's reason");
    throng::exit(parent, ExitReason::kill);
    expect_down(watch);
  });
}

TEST_CASE("GSV-11: an init that fails in a process entering the loop ends that process with the reason") {
  on_both([](Checks& check) {
    trap_exit(true);
    Pid process = spawn_link([] { return gen_server::enter_loop<Broken>(StartOptions{}); });
    check(contains(expect_exit(process).reason.text(), "broken"), "those linked are told");
  });
}

TEST_CASE("GSV-6, GSV-11: hibernating is nobody's message: not logged, not seen") {
  Runtime runtime(quiet(1));
  check_in(runtime, [](Checks& check) {
    log_to_me();
    auto server = gen_server::start_link<Deaf>(StartOptions{.hibernate_after = 1ms});
    sleep(20ms);
    server.call(Ping{});
    check(logged().empty(), "nothing is logged");
  });
}
