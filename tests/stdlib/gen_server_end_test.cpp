// GSV-7, GSV-8, GSV-9, GSV-3: how servers end, who runs terminate, what is reported, and stop().
#include "checks.hpp"

using namespace behaviours;

namespace {

enum class End : std::uint8_t { by_stop, by_late_stop, by_throw, by_exit };
struct EndCast {
  End how = End::by_stop;
};
struct EndCall {
  using Reply = int;
  End how = End::by_stop;
};
struct EndLater {  // the same with the question in the handler's hands
  using Reply = int;
  End how = End::by_stop;
};
struct WaitInTerminate {};
struct FailInTerminate {};
struct CallInTerminate {
  Pid server;
};
struct Helper {
  using Protocol = Messages<EndCall>;
  int handle_call(EndCall) { return 11; }
};

const ExitReason asked_for = ExitReason::error("asked for");

// Destructors of a process that exits can't send (EXT-5).
std::atomic<int> destroyed{0};

// Tells when it terminates and counts when it is destroyed.
class Mortal {
 public:
  using Protocol = Messages<EndCast, EndCall, EndLater, WaitInTerminate, FailInTerminate, CallInTerminate>;
  explicit Mortal(Pid listener) : listener_(listener) {}
  Mortal(const Mortal&) = delete;
  Mortal& operator=(const Mortal&) = delete;
  ~Mortal() { destroyed.fetch_add(1); }

  void handle_cast(EndCast cast) { end(cast.how); }
  int handle_call(EndCall call) {
    end(call.how);
    return 10;
  }
  void handle_call(EndLater call, From<EndLater>) { end(call.how); }
  void handle_cast(WaitInTerminate) { waits_ = true; }
  void handle_cast(FailInTerminate) { fails_ = true; }
  void handle_cast(CallInTerminate call) { helper_ = call.server; }
  void terminate(const ExitReason& reason) {
    if (waits_) expect<Go>();
    if (helper_) send(listener_, Number{ServerRef<Helper>(helper_).call(EndCall{}, patience)});
    send(listener_, Text{"terminate:" + reason.text()});
    if (fails_) throw std::runtime_error("terminate fails");
  }
  std::string format_status() const { return "mortal state"; }

 private:
  void end(End how) {
    switch (how) {
      case End::by_stop:
        gen_server::stop(asked_for);
      case End::by_late_stop:
        gen_server::stop_after_reply(asked_for);
        break;
      case End::by_throw:
        throw std::runtime_error("asked for");
      case End::by_exit:
        throng::exit(asked_for);
    }
  }

  Pid listener_;
  bool waits_ = false, fails_ = false;
  Pid helper_;
};

struct Host {
  using Protocol = Messages<EndCast>;
  using Info = Messages<Exit>;
  explicit Host(Pid listener) : listener_(listener) {}
  void handle_cast(EndCast) {
    send(listener_, Hello{spawn_link([] { throng::exit(asked_for); })});
  }
  void handle_info(Exit exit) { send(listener_, Seen{exit.from, exit.reason}); }
  Pid listener_;
};

// As the child of a parent that does what it is told by exit signals, trapping or not.
struct Family {
  Pid parent;
  ServerRef<Mortal> child;
};
Family family(bool traps) {
  Pid parent = spawn(
      [](Pid listener, bool trap) {
        send(listener,
             Hello{gen_server::start_link<Mortal>(StartOptions{.trap_exit = trap}, listener).pid()});
        throng::exit(expect<Seen>().reason);
      },
      self(), traps);
  return {parent, ServerRef<Mortal>(expect<Hello>().from)};
}

bool terminated_with(const std::string& said, const std::string& reason) {
  return contains(said, "terminate:") && contains(said, reason);
}

}  // namespace

TEST_CASE("GSV-7: terminate runs when the server stops, fails or exits in a callback, then the destructor") {
  destroyed = 0;
  on_both([](Checks& check) {
    for (End how : {End::by_stop, End::by_late_stop, End::by_throw, End::by_exit}) {
      std::string which = std::to_string(static_cast<int>(how)) + ": ";
      auto [server, end] = gen_server::start_monitor<Mortal>(StartOptions{}, self());
      server.cast(EndCast{how});
      ExitReason reason = expect_down(end).reason;
      check(contains(reason.text(), "asked for"), which + "the reason, not " + reason.text());
      auto said = texts();
      check(said.size() == 1 && terminated_with(said[0], reason.text()), which + "terminate, once");
      check(destroyed.exchange(0) == 1, which + "and the destructor");
    }
  });
}

TEST_CASE("GSV-7: terminate does not run when the server is killed, nor by an exit signal it does not trap") {
  destroyed = 0;
  on_both([](Checks& check) {
    for (const ExitReason& reason : {ExitReason::kill, ExitReason::shutdown, ExitReason::error("hit")}) {
      auto [server, end] = gen_server::start_monitor<Mortal>(StartOptions{}, self());
      throng::exit(server.pid(), reason);
      expect_down(end);
      check(texts().empty() && destroyed.exchange(0) == 1, reason.text() + ": the destructor alone");
    }
    auto [trapping, end] = gen_server::start_monitor<Mortal>(StartOptions{.trap_exit = true}, self());
    throng::exit(trapping.pid(), ExitReason::kill);
    expect_down(end);
    check(texts().empty() && destroyed.exchange(0) == 1, "a kill is not trapped");
  });
}

TEST_CASE("GSV-7: the parent's exit runs terminate in a server that traps exits") {
  destroyed = 0;
  on_both([](Checks& check) {
    for (const ExitReason& reason : {ExitReason::shutdown, ExitReason::error("down"), ExitReason::normal}) {
      Family trapping = family(true);
      Monitor end = monitor(trapping.child.pid());
      send(trapping.parent, Seen{{}, reason});
      check(expect_down(end).reason == reason, reason.text() + ": its reason");
      auto said = texts();
      check(said.size() == 1 && terminated_with(said[0], reason.text()), reason.text() + ": terminate");
      check(destroyed.exchange(0) == 1, reason.text() + ": and the destructor");
    }
  });
}

TEST_CASE("GSV-7: without trapping, the parent's exit ends the server without terminate") {
  destroyed = 0;
  on_both([](Checks& check) {
    Family plain = family(false);
    Monitor end = monitor(plain.child.pid());
    send(plain.parent, Seen{{}, ExitReason::shutdown});
    check(expect_down(end).reason == ExitReason::shutdown, "its reason");
    check(texts().empty() && destroyed.exchange(0) == 1, "the destructor alone");
  });
}

TEST_CASE("GSV-7: exits of others arrive as info where they are trapped; the parent's never does") {
  on_both([](Checks& check) {
    trap_exit(true);
    auto host = gen_server::start_link<Host>(StartOptions{.trap_exit = true}, self());
    host.cast(EndCast{});
    Pid other = expect<Hello>().from;
    Seen seen = expect<Seen>();
    check(seen.from == other && seen.reason == asked_for, "of another process");
    throng::exit(host.pid(), ExitReason::shutdown);
    check(expect_exit(host.pid()).reason == ExitReason::shutdown, "the parent's is the end");
    check(!take_queued<Seen>(), "and no info");
  });
}

TEST_CASE("GSV-6, GSV-7: a trapped exit of another that is not listed is logged, and the server lives") {
  Runtime runtime(quiet(2));
  check_in(runtime, [](Checks& check) {
    log_to_me();
    auto server = gen_server::start<Mortal>(StartOptions{.trap_exit = true}, self());
    throng::exit(server.pid(), ExitReason::shutdown);  // the caller is not its parent: nobody is
    check(server.try_call(EndCall{End::by_late_stop}) == 10, "it lives");
    auto events = logged();
    check(!events.empty() && events[0].mentions("Exit"), "logged");
  });
}

TEST_CASE("GSV-3: the answer of the call that stops the server is sent before terminate runs") {
  on_both([](Checks& check) {
    auto [server, end] = gen_server::start_monitor<Mortal>(StartOptions{}, self());
    server.cast(WaitInTerminate{});
    check(server.call(EndCall{End::by_late_stop}, patience) == 10, "answered");
    check(texts().empty(), "while terminate waits");
    send(server.pid(), Go{});
    check(expect_down(end).reason == asked_for, "then it ends");
  });
}

TEST_CASE("GSV-3: a call that stops its server without an answer fails with the reason, after terminate") {
  on_both([](Checks& check) {
    for (End how : {End::by_stop, End::by_exit, End::by_throw}) {
      auto server = gen_server::start<Mortal>(self());
      auto answer = server.try_call(EndCall{how}, patience);
      check(!answer && contains(answer.error().reason.text(), "asked for"), "the reason");
      check(texts().size() == 1, "terminate is through");
    }
  });
}

TEST_CASE("GSV-7: terminate may call and wait, also after an error") {
  on_both([](Checks& check) {
    auto helper = gen_server::start_link<Helper>();
    for (End how : {End::by_stop, End::by_throw}) {
      auto [server, end] = gen_server::start_monitor<Mortal>(StartOptions{}, self());
      server.cast(CallInTerminate{helper.pid()});
      server.cast(EndCast{how});
      check(expect<Number>().value == 11, "the call's answer");
      check(contains(expect_down(end).reason.text(), "asked for"), "the reason stays");
    }
  });
}

TEST_CASE(
    "GSV-2, GSV-3: a question that the end takes along has the end's reason, also while terminate waits") {
  on_both([](Checks& check) {
    auto helper = gen_server::start_link<Helper>();
    for (End how : {End::by_stop, End::by_throw, End::by_exit}) {
      auto server = gen_server::start<Mortal>(self());
      server.cast(CallInTerminate{helper.pid()});
      auto answer = server.try_call(EndLater{how}, patience);
      std::string reason = answer ? "answered" : answer.error().reason.text();
      check(contains(reason, "asked for"), std::to_string(static_cast<int>(how)) + ", not " + reason);
      check(expect<Number>().value == 11, "terminate was through");
    }
  });
}

TEST_CASE("GSV-7: a terminate that fails is the reason of the end") {
  destroyed = 0;
  on_both([](Checks& check) {
    for (End how : {End::by_stop, End::by_throw}) {
      auto [server, end] = gen_server::start_monitor<Mortal>(StartOptions{}, self());
      server.cast(FailInTerminate{});
      server.cast(EndCast{how});
      check(contains(expect_down(end).reason.text(), "terminate fails"), "its error");
      check(destroyed.exchange(0) == 1, "and the destructor runs");
    }
  });
}

TEST_CASE("GSV-8: an end that was asked for is not reported, anything else is, with what is known") {
  Runtime runtime(quiet(2));
  check_in(runtime, [](Checks& check) {
    log_to_me();
    for (const ExitReason& reason :
         {ExitReason::normal, ExitReason::shutdown, ExitReason::shutdown_with(std::string("done"))}) {
      gen_server::stop(gen_server::start<Mortal>(self()), reason);
      check(logged().empty(), reason.text() + " is quiet");
    }
    gen_server::stop(gen_server::start<Mortal>(self()), ExitReason::custom(4));
    check(logged_with("report", "terminated").size() == 1, "a reason of one's own is reported");

    auto [server, end] = gen_server::start_monitor<Mortal>(StartOptions{}, self());
    server.cast(EndCast{End::by_throw});
    expect_down(end);
    auto reports = logged_with("report", "terminated");
    check(reports.size() == 1, "an error is reported once by the server");
    if (reports.empty()) return;
    check(reports[0].event.level == logger::Level::error, "as an error");
    check(contains(reports[0].field("reason"), "asked for"), "the reason");
    check(contains(reports[0].field("last_message"), "EndCast"), "the last message");
    check(reports[0].field("state") == "mortal state", "the state as format_status() shows it");
    check(reports[0].event.process == server.pid() && reports[0].mentions("Mortal"), "who it was");
  });
}

TEST_CASE("GSV-8: the report of an end in a call says who had asked") {
  Runtime runtime(quiet(2));
  check_in(runtime, [](Checks& check) {
    log_to_me();
    auto [server, end] = gen_server::start_monitor<Mortal>(StartOptions{}, self());
    Pid asker = spawn(
        [](ServerRef<Mortal> of) {
          register_name("asker", self());
          (void)of.try_call(EndCall{End::by_throw});
          receive<Never>();
        },
        server);
    expect_down(end);
    auto reports = logged_with("report", "terminated");
    check(reports.size() == 1, "one report");
    if (reports.empty()) return;
    check(reports[0].field("client").rfind(asker.text() + " asker", 0) == 0,
          "the client and its name, not: " + reports[0].field("client"));
  });
}
