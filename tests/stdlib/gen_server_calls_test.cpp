// GSV-2, GSV-3: calls, their answers, and every way of having none.
#include "checks.hpp"

using namespace behaviours;

namespace {

struct Echo {
  using Reply = std::string;
  std::string text;
};
struct Box {
  using Reply = std::unique_ptr<int>;
  std::unique_ptr<int> value;
};
struct Note {
  using Reply = void;
};
struct Keep {
  using Reply = int;
};
struct Forget {
  using Reply = int;
};
struct Confuse {
  using Reply = int;
};
struct CallSelf {
  using Reply = std::string;
  bool by_name = false;
};
struct Fail {
  using Reply = int;
  bool thrown = true;
};
struct Notes {
  using Reply = int;
};
struct AnswerKept {
  int value = 0;
};
struct HandOver {
  Pid to;
};
struct Kept {
  From<Keep> from;
};

class Oracle {
 public:
  using Protocol =
      Messages<Echo, Box, Note, Keep, Forget, Confuse, CallSelf, Fail, Notes, AnswerKept, HandOver>;

  const char* handle_call(Echo echo) {
    text_ = std::move(echo.text);
    return text_.c_str();
  }
  std::unique_ptr<int> handle_call(Box box) {
    ++*box.value;
    return std::move(box.value);
  }
  void handle_call(Note) { ++notes_; }
  int handle_call(Notes) { return notes_; }
  void handle_call(Keep, From<Keep> from) { kept_.push_back(std::move(from)); }
  void handle_call(Forget, From<Forget>) {}
  void handle_call(Confuse, From<Confuse> from) { std::move(from).release().answer(std::string("42")); }
  int handle_call(Fail fail) {
    if (fail.thrown) throw std::runtime_error("told to fail");
    throng::exit(ExitReason::custom(9));
  }
  std::string handle_call(CallSelf how) {
    auto answer = how.by_name ? ServerName<Oracle>("oracle").try_call(Notes{})
                              : ServerRef<Oracle>(self()).try_call(Notes{});
    return answer ? "an answer" : answer.error().reason.text();
  }
  void handle_cast(AnswerKept answer) {
    for (From<Keep>& from : kept_) from.reply(answer.value);
    kept_.clear();
  }
  void handle_cast(HandOver hand_over) {
    for (From<Keep>& from : kept_) send(hand_over.to, Kept{std::move(from)});
    kept_.clear();
  }

 private:
  std::string text_;
  int notes_ = 0;
  std::vector<From<Keep>> kept_;
};

// A process that calls and tells how it went: the answer, or the reason.
struct Went {
  std::optional<int> value;
  ExitReason reason;
};
Pid caller(ServerRef<Oracle> server, Duration timeout = patience) {
  return spawn(
      [](ServerRef<Oracle> to, Pid judge, Duration limit) {
        auto answer = to.try_call(Keep{}, limit);
        if (answer) {
          send(judge, Went{*answer, {}});
        } else {
          send(judge, Went{{}, answer.error().reason});
        }
      },
      server, self(), timeout);
}

// Returns when the call of that process stands with the server.
void wait_for_call(ServerRef<Oracle> server, Pid who) {
  yield_until([&] {
    return info_of(who).status == ProcessStatus::waiting && info_of(server.pid()).message_queue_len == 0;
  });
  server.call(Note{});
}

}  // namespace

TEST_CASE("GSV-2, GSV-3: a call returns what the handler returns, converted to the Reply") {
  on_both([](Checks& check) {
    auto server = gen_server::start_link<Oracle>();
    check(server.call(Echo{"hello"}) == "hello", "a text");
    check(*server.call(Box{std::make_unique<int>(4)}) == 5, "what can only be moved, there and back");
    server.call(Note{});
    auto note = server.try_call(Note{});
    check(note.has_value(), "a call without a value is acknowledged");
    check(server.call(Notes{}) == 2, "both were handled when they returned");
    check(queue_length() == 0, "no answer was in the queue");
  });
}

TEST_CASE("GSV-2: a call waits five seconds unless told otherwise") { CHECK(default_call_timeout == 5s); }

TEST_CASE("GSV-2: a call that is not answered in time ends the caller with timeout, unless it is caught") {
  on_both([](Checks& check) {
    auto server = gen_server::start_link<Oracle>();
    auto answer = server.try_call(Keep{}, 5ms);
    check(!answer && answer.error().reason == ExitReason::timeout, "as a value");
    ExitReason end = reason_of([](ServerRef<Oracle> to) { to.call(Keep{}, 5ms); }, server);
    check(end == ExitReason::timeout, "as the end of the caller");
    bool caught = false;
    try {
      server.call(Keep{}, 0ms);
    } catch (const CallFailed& failed) {
      caught = failed.reason() == ExitReason::timeout;
    }
    check(caught, "as an exception");
    check(server.call(Notes{}) == 0, "the server goes on");
  });
}

TEST_CASE("GSV-2: a late reply never reaches the caller's mailbox, nor a later call") {
  on_both([](Checks& check) {
    auto server = gen_server::start_link<Oracle>();
    for (int i = 0; i < 50; ++i) {
      check(!server.try_call(Keep{}, 0ms), "too late");
      server.cast(AnswerKept{i});
      check(server.call(Notes{}) == 0, "the next call has its own answer");
      check(queue_length() == 0, "nothing in the mailbox");
    }
  });
}

TEST_CASE("GSV-2: a call to nobody fails with noproc, by pid and by name") {
  on_both([](Checks& check) {
    ServerRef<Oracle> dead(dead_process());
    check(dead.try_call(Notes{}).error().reason == ExitReason::noproc, "a dead process");
    check(ServerRef<Oracle>().try_call(Notes{}).error().reason == ExitReason::noproc, "the null pid");
    ServerName<Oracle> name("nobody");
    check(name.try_call(Notes{}).error().reason == ExitReason::noproc, "a free name");
    ExitReason end = reason_of([] { ServerName<Oracle>("nobody").call(Notes{}); });
    check(end == ExitReason::noproc, "the end of the caller");
    check(queue_length() == 0, "nothing is left");
  });
}

TEST_CASE("GSV-2: a call to a server that ends meanwhile fails with the server's reason, at once") {
  on_both([](Checks& check) {
    ExitReason reasons[] = {ExitReason::kill, ExitReason::error("hit"), ExitReason::custom(3),
                            ExitReason::shutdown};
    for (const ExitReason& reason : reasons) {
      auto server = gen_server::start<Oracle>();
      for (int i = 0; i < 3; ++i) wait_for_call(server, caller(server));
      throng::exit(server.pid(), reason);
      ExitReason expected = reason == ExitReason::kill ? ExitReason::killed : reason;
      for (int i = 0; i < 3; ++i) {
        Went went = expect<Went>();
        check(!went.value && went.reason == expected, expected.text() + ", not " + went.reason.text());
      }
    }
  });
}

TEST_CASE("GSV-2: calls that stand in the queue of a server that fails get its reason too") {
  on_both([](Checks& check) {
    auto server = gen_server::start<Oracle>();
    auto failing = server.send_request(Fail{});
    auto queued = server.send_request(Notes{});
    check(contains(failing.receive(patience).error().reason.text(), "told to fail"), "the failing one");
    ExitReason second = queued.receive(patience).error().reason;
    check(contains(second.text(), "told to fail") || second == ExitReason::noproc, "the one behind it");
    auto exiting = gen_server::start<Oracle>();
    check(exiting.try_call(Fail{false}).error().reason == ExitReason::custom(9), "by exit() in a handler");
  });
}

TEST_CASE("GSV-2: a server that calls itself is told so at once") {
  on_both([](Checks& check) {
    auto server = gen_server::start_link<Oracle>(StartOptions{.name = "oracle"});
    check(contains(server.call(CallSelf{false}), "calling_self"), "by pid");
    check(contains(server.call(CallSelf{true}), "calling_self"), "by name");
    check(server.call(Notes{}) == 0, "and lives on if it catches that");
  });
}

TEST_CASE("GSV-3: a call may be answered later, by another callback or another process") {
  on_both([](Checks& check) {
    auto server = gen_server::start_link<Oracle>();
    wait_for_call(server, caller(server));
    wait_for_call(server, caller(server));
    server.cast(AnswerKept{5});
    check(expect<Went>().value == 5 && expect<Went>().value == 5, "by a later callback");

    Pid asker = caller(server);
    wait_for_call(server, asker);
    server.cast(HandOver{self()});
    Kept kept = expect<Kept>();
    check(kept.from.pid() == asker, "it knows who asked");
    kept.from.reply(6);
    check(expect<Went>().value == 6, "by another process");
  });
}

TEST_CASE("GSV-3: an answer outlives the server that was asked") {
  on_both([](Checks& check) {
    auto server = gen_server::start<Oracle>();
    wait_for_call(server, caller(server));
    server.cast(HandOver{self()});
    Kept kept = expect<Kept>();
    gen_server::stop(server);
    kept.from.reply(7);
    check(expect<Went>().value == 7, "answered by who has the obligation");
  });
}

TEST_CASE("GSV-3: a question is answered once") {
  on_both([](Checks& check) {
    auto server = gen_server::start_link<Oracle>();
    wait_for_call(server, caller(server));
    server.cast(HandOver{self()});
    Kept kept = expect<Kept>();
    kept.from.reply(1);
    bool refused = false;
    try {
      kept.from.reply(2);
    } catch (const std::logic_error& error) {
      refused = contains(error.what(), "answered before");
    }
    check(refused, "the second answer is refused");
    check(expect<Went>().value == 1, "the first counts");
  });
}

TEST_CASE("GSV-3: who drops a question has failed the asker, who is told at once") {
  on_both([](Checks& check) {
    auto server = gen_server::start_link<Oracle>();
    auto forgotten = server.try_call(Forget{}, patience);
    check(!forgotten && contains(forgotten.error().reason.text(), "without an answer"), "a handler forgets");

    wait_for_call(server, caller(server));
    server.cast(HandOver{self()});
    { Kept kept = expect<Kept>(); }
    check(contains(expect<Went>().reason.text(), "without an answer"), "another process forgets");

    wait_for_call(server, caller(server));
    auto [heir, watch] = spawn_monitor([] {
      Kept kept = expect<Kept>();
      throng::exit(ExitReason::custom(12));
    });
    server.cast(HandOver{heir});
    check(expect<Went>().reason == ExitReason::custom(12), "the holder's end, and its reason");
    expect_down(watch);
  });
}

TEST_CASE("GSV-3: an answer of a wrong type is a failure that names both types") {
  on_both([](Checks& check) {
    auto server = gen_server::start_link<Oracle>();
    auto answer = server.try_call(Confuse{}, patience);
    std::string text = answer ? "" : answer.error().reason.text();
    check(contains(text, "string") && contains(text, "int"), "both types, in: " + text);
    check(server.call(Notes{}) == 0, "the server goes on");
  });
}

TEST_CASE("GSV-2: a caller that is killed leaves nothing that harms the server") {
  on_both([](Checks& check) {
    auto server = gen_server::start_link<Oracle>();
    Pid asker = caller(server);
    wait_for_call(server, asker);
    throng::exit(asker, ExitReason::kill);
    wait_for_end(asker);
    server.cast(AnswerKept{1});
    check(server.call(Notes{}) == 1, "the server goes on");
  });
}

TEST_CASE("GSV-2: calls of many processes all have their own answers") {
  on_both([](Checks& check) {
    auto server = gen_server::start_link<Oracle>();
    for (int i = 0; i < 100; ++i) {
      spawn(
          [](ServerRef<Oracle> to, Pid judge, int mine) {
            bool right = true;
            for (int k = 0; k < 20; ++k) {
              std::string text = std::to_string(mine) + "/" + std::to_string(k);
              right = right && to.call(Echo{text}) == text;
            }
            send(judge, Number{right ? 1 : 0});
          },
          server, self(), i);
    }
    int right = 0;
    for (int i = 0; i < 100; ++i) right += expect<Number>().value;
    check(right == 100, "all of them");
  });
}

TEST_CASE("GSV-2: an uncaught call to a server that ends with normal ends its caller with an error") {
  on_both([](Checks& check) {
    auto server = gen_server::start<Oracle>();
    sys::suspend(server);
    auto [asker, watch] = spawn_monitor([](ServerRef<Oracle> of) { of.call(Notes{}, patience); }, server);
    yield_until([&] { return info_of(server.pid()).message_queue_len == 1; });
    gen_server::stop(server);
    Down down = expect_down(watch);
    check(down.process == asker && down.reason.is_error(), "an error, not " + down.reason.text());
    check(contains(down.reason.text(), "ended normally"), "that says why");
  });
}
