// GSV-9: stop() from outside is synchronous and runs terminate.
#include "checks.hpp"

using namespace behaviours;

namespace {

struct Count {};
struct StopYourself {
  using Reply = std::string;
};
struct Hold {  // in terminate, until Go comes
  Pid told;    // gets a Go when it begins
};

class Counting {
 public:
  using Protocol = Messages<Count, StopYourself, Hold>;
  explicit Counting(Pid listener) : listener_(listener) {}
  void handle_cast(Count) { ++count_; }
  void handle_cast(Hold hold) { hold_ = hold; }
  std::string handle_call(StopYourself) {
    try {
      gen_server::stop(ServerRef<Counting>(self()));
    } catch (const CallFailed& failed) {
      return failed.reason().text();
    }
    return "stopped";
  }
  void terminate(const ExitReason& reason) {
    if (hold_) {
      send(hold_->told, Go{});
      expect<Go>();
    }
    send(listener_, Text{std::to_string(count_) + " " + reason.text()});
  }

 private:
  Pid listener_;
  int count_ = 0;
  std::optional<Hold> hold_;
};

template <class Server>
ExitReason failure_of_stop(const Server& server, Duration timeout) {
  try {
    gen_server::stop(server, ExitReason::normal, timeout);
  } catch (const CallFailed& failed) {
    return failed.reason();
  }
  return ExitReason::custom(0);
}

}  // namespace

TEST_CASE("GSV-9: stop() returns when the server has ended, after terminate and all that was sent before") {
  on_both([](Checks& check) {
    for (const ExitReason& reason : {ExitReason::normal, ExitReason::shutdown, ExitReason::error("why")}) {
      auto server = gen_server::start<Counting>(StartOptions{.name = "counting"}, self());
      for (int i = 0; i < 10; ++i) server.cast(Count{});
      gen_server::stop(server, reason);
      check(joined(texts()) == "10 " + reason.text(), "terminate with the reason, after the ten");
      check(!is_alive(server.pid()) && !whereis("counting"), "gone, and its name with it");
    }
    auto named = gen_server::start<Counting>(StartOptions{.name = "counting"}, self());
    gen_server::stop(ServerName<Counting>("counting"));
    check(!is_alive(named.pid()), "by name");
    check(texts().size() == 1 && queue_length() == 0, "no Down is left");
  });
}

TEST_CASE("GSV-9: stopping who does not live fails with noproc") {
  on_both([](Checks& check) {
    check(failure_of_stop(ServerRef<Counting>(dead_process()), patience) == ExitReason::noproc, "a dead one");
    check(failure_of_stop(ServerName<Counting>("nobody"), patience) == ExitReason::noproc, "a free name");
    ExitReason end = reason_of([] { gen_server::stop(ServerName<Counting>("nobody")); });
    check(end == ExitReason::noproc, "the end of the caller");
  });
}

TEST_CASE("GSV-9: a server that does not end in time: timeout, and no Down later") {
  on_both([](Checks& check) {
    auto server = gen_server::start<Counting>(self());
    server.cast(Hold{});
    check(failure_of_stop(server, 10ms) == ExitReason::timeout, "timeout");
    send(server.pid(), Go{});
    check(next_texts(1) == "0 normal", "it goes on ending");
    wait_for_end(server.pid());
    check(queue_length() == 0, "no Down is left");
  });
}

TEST_CASE("GSV-9: a server that ends with another reason meanwhile: that reason") {
  on_both([](Checks& check) {
    auto server = gen_server::start<Counting>(self());
    Pid killer = spawn(
        [](Pid who) {
          expect<Go>();
          throng::exit(who, ExitReason::kill);
        },
        server.pid());
    server.cast(Hold{killer});
    ExitReason reason = failure_of_stop(server, patience);
    check(reason == ExitReason::killed, "killed, not " + reason.text());
  });
}

TEST_CASE("GSV-9: a server can't wait for its own end, and is told so") {
  on_both([](Checks& check) {
    auto server = gen_server::start_link<Counting>(self());
    check(contains(server.call(StopYourself{}), "calling_self"), "calling_self");
  });
}

TEST_CASE("GSV-9: two that stop one server both return when it has ended") {
  on_both([](Checks& check) {
    auto server = gen_server::start<Counting>(self());
    server.cast(Hold{});
    std::vector<Pid> stoppers;
    for (int i = 0; i < 2; ++i) {
      stoppers.push_back(spawn(
          [](ServerRef<Counting> who, Pid judge) {
            ExitReason reason = failure_of_stop(who, patience);
            send(judge, Seen{{}, reason});
          },
          server, self()));
    }
    yield_until([&] {
      for (Pid stopper : stoppers) {
        if (info_of(stopper).status != ProcessStatus::waiting) return false;
      }
      return info_of(server.pid()).message_queue_len == 1;  // the second request: terminate waits
    });
    send(server.pid(), Go{});
    for (int i = 0; i < 2; ++i) {
      ExitReason reason = expect<Seen>().reason;
      check(reason == ExitReason::custom(0), "no failure, not " + reason.text());
    }
  });
}

TEST_CASE("GSV-3: the calls of callbacks say so outside of one") {
  Runtime runtime(quiet(1));
  check_in(runtime, [](Checks& check) {
    auto refused = [](auto f) {
      try {
        f();
      } catch (const std::logic_error& error) {
        return contains(error.what(), "throng: gen_server::");
      }
      return false;
    };
    check(refused([] { gen_server::stop(); }), "stop");
    check(refused([] { gen_server::stop_after_reply(); }), "stop_after_reply");
    check(refused([] { gen_server::ignore(); }), "ignore");
    check(refused([] { gen_server::refuse(ExitReason::normal); }), "refuse");
    check(refused([] { gen_server::set_timeout(1ms); }), "set_timeout");
  });
}
