// GSV-10: several requests at once.
#include "semantics/support.hpp"

using namespace semantics;

namespace {

// Answers when it is told to.
class Slow {
 public:
  struct Ask {
    using Reply = int;
    int value;
  };
  struct Check {
    using Reply = Expected<int, std::string>;  // a reply may be an outcome itself
    int value;
  };
  struct Answer {
    int value;
  };
  struct Crash {};
  using Protocol = Messages<Ask, Check, Answer, Crash>;

  void handle_call(Ask ask, From<Ask> from) { open_.emplace_back(ask.value, std::move(from)); }
  Expected<int, std::string> handle_call(Check check) {
    if (check.value < 0) return Unexpected(std::string("negative"));
    return check.value;
  }
  void handle_cast(Answer answer) {
    for (auto& [value, from] : open_)
      if (value == answer.value) from.reply(10 * value);
  }
  void handle_cast(Crash) { throw std::runtime_error("no luck"); }

 private:
  std::vector<std::pair<int, From<Ask>>> open_;
};

using Open = gen_server::Requests<int, std::string>;

}  // namespace

TEST_CASE("GSV-10: requests are received in the order of their answers, with their labels") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [seen, sizes, rest] = runtime.run([] {
      auto server = gen_server::start_link<Slow>();
      Open open;
      for (int i = 0; i < 3; ++i) open.add(server.send_request(Slow::Ask{i}), "ask " + std::to_string(i));
      std::vector<std::pair<std::string, int>> found;
      std::size_t left = 0;
      for (int i : {2, 0, 1}) {
        server.cast(Slow::Answer{i});
        auto next = open.receive(patience);
        found.emplace_back(next.value().label, *next->answer);
        left = left * 10 + open.size();
      }
      return std::tuple{found, left, !open.receive(patience) && open.empty()};
    });
    using Pairs = std::vector<std::pair<std::string, int>>;
    CHECK(seen == Pairs{{"ask 2", 20}, {"ask 0", 0}, {"ask 1", 10}});
    CHECK(sizes == 210);
    CHECK(rest);
  });
}

TEST_CASE("GSV-10: a time-out leaves the requests open; a server's end fails all of them") {
  Runtime runtime(quiet(1));
  auto [timed_out, failed, stray, refused] = runtime.run([] {
    auto server = gen_server::start<Slow>();
    Open open;
    for (int i = 0; i < 3; ++i) open.add(server.send_request(Slow::Ask{i}), std::to_string(i));
    bool nothing = !open.receive(1ms) && open.size() == 3;
    server.cast(Slow::Crash{});
    int failures = 0;
    while (auto next = open.receive(patience)) failures += next->answer.error().reason.is_error() ? 1 : 0;
    bool misuse = false;
    try {
      open.add({}, "empty");
    } catch (const std::invalid_argument&) {
      misuse = true;
    }
    return std::tuple{nothing, failures, queue_length(), misuse};
  });
  CHECK(timed_out);
  CHECK(failed == 3);
  CHECK(stray == 0);
  CHECK(refused);
}

TEST_CASE("GSV-10: requests that are given up get no late answers") {
  Runtime runtime(quiet(1));
  std::size_t stray = runtime.run([] {
    auto server = gen_server::start_link<Slow>();
    Open open;
    open.add(server.send_request(Slow::Ask{1}), "one");
    open.clear();
    server.cast(Slow::Answer{1});
    static_cast<void>(server.call(Slow::Check{1}));
    return queue_length() + open.size();
  });
  CHECK(stray == 0);
}

TEST_CASE("GSV-2: the reply of a call may be an Expected of the server's own") {
  Runtime runtime(quiet(1));
  auto [good, bad, inner, later] = runtime.run([] {
    auto server = gen_server::start_link<Slow>();
    auto outer = server.try_call(Slow::Check{-1});
    auto pending = server.send_request(Slow::Check{7});
    return std::tuple{server.call(Slow::Check{5}), server.call(Slow::Check{-1}), outer->error(),
                      **pending.receive(patience)};
  });
  CHECK(good == 5);
  CHECK(bad.error() == "negative");
  CHECK(inner == "negative");
  CHECK(later == 7);
}

TEST_CASE("NAM-1: names of servers may be written where they are used, as often as one likes") {
  Runtime runtime(quiet(1));
  auto [first, second, found] = runtime.run([] {
    // clang 14 crashes on this if a name's own constructor is consteval.
    ExitReason one = ServerName<Slow>{"nobody"}.try_call(Slow::Check{1}).error().reason;
    ExitReason two = ServerName<Slow>{"no one"}.try_call(Slow::Check{2}).error().reason;
    gen_server::start_link<Slow>(StartOptions{.name = "slow"});
    std::string name = "slow";
    ServerName<Slow> by_text = name;
    return std::tuple{one, two,
                      *ServerName<Slow>{"slow"}.call(Slow::Check{3}) + *by_text.call(Slow::Check{4})};
  });
  CHECK(first == ExitReason::noproc);
  CHECK(second == ExitReason::noproc);
  CHECK(found == 7);
}
