// GSV-1, GSV-2: servers started and called by the threads of a host.
#include <thread>

#include "checks.hpp"

using namespace behaviours;

namespace {

struct Add {
  using Reply = int;
  int by = 0;
};
struct Reset {
  using Reply = void;
};
struct Hang {
  using Reply = int;
};

class Sum {
 public:
  using Protocol = Messages<Add, Reset, Hang>;
  explicit Sum(int start) : sum_(start) {
    if (start < 0) throw std::invalid_argument("below zero");
  }
  int handle_call(Add add) { return sum_ += add.by; }
  void handle_call(Reset) { sum_ = 0; }
  void handle_call(Hang, From<Hang> from) { kept_.push_back(std::move(from)); }

 private:
  int sum_;
  std::vector<From<Hang>> kept_;
};

}  // namespace

TEST_CASE("GSV-1: a host starts servers, with options and without") {
  on_one_and_two_workers([](Runtime& runtime) {
    ServerRef<Sum> plain = runtime.start<Sum>(5);
    CHECK(runtime.call(plain, Add{2}) == 7);
    ServerRef<Sum> named = runtime.start<Sum>(StartOptions{.name = "sum"}, 10);
    CHECK(runtime.call(ServerName<Sum>("sum"), Add{1}) == 11);
    CHECK(runtime.run([](ServerRef<Sum> server) { return whereis("sum") == server.pid(); }, named));
  });
}

TEST_CASE("GSV-1: a host is told why a start failed") {
  on_one_and_two_workers([](Runtime& runtime) {
    std::string text;
    try {
      runtime.start<Sum>(-1);
    } catch (const StartFailed& failed) {
      text = failed.reason().text();
    }
    CHECK(contains(text, "below zero"));
    ServerRef<Sum> first = runtime.start<Sum>(StartOptions{.name = "sum"}, 1);
    std::optional<Pid> holder;
    try {
      runtime.start<Sum>(StartOptions{.name = "sum"}, 1);
    } catch (const StartFailed& failed) {
      holder = failed.error().already_started;
    }
    CHECK(holder == first.pid());
  });
}

TEST_CASE("GSV-2: a host's call has an answer, or fails with the reason") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto why = [&](auto&& server, auto message, Duration timeout) {
      try {
        runtime.call(server, std::move(message), timeout);
      } catch (const CallFailed& failed) {
        return failed.reason();
      }
      return ExitReason::normal;
    };
    ServerRef<Sum> server = runtime.start<Sum>(3);
    runtime.call(server, Reset{});
    CHECK(runtime.call(server, Add{4}) == 4);
    CHECK(why(server, Hang{}, 20ms) == ExitReason::timeout);
    CHECK(why(ServerName<Sum>("nobody"), Add{1}, patience) == ExitReason::noproc);
    std::thread killer([&] {
      runtime.run(
          [](Pid who) {
            yield_until([&] { return info_of(who).message_queue_len == 0; });
            exit(who, ExitReason::error("gone"));
          },
          server.pid());
    });
    CHECK(why(server, Hang{}, patience).text() != ExitReason::timeout.text());
    killer.join();
    CHECK(why(server, Add{1}, patience) == ExitReason::noproc);
  });
}

TEST_CASE("GSV-2: many host threads call one server, and every call counts") {
  on_one_and_two_workers([](Runtime& runtime) {
    ServerRef<Sum> server = runtime.start<Sum>(0);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 100; ++i) runtime.call(server, Add{1});
      });
    }
    for (auto& thread : threads) thread.join();
    CHECK(runtime.call(server, Add{0}) == 400);
  });
}
