// EXT-1: why a process ended, as others see it.
#include "support.hpp"

using namespace semantics;

namespace {

class Unusual {};

struct Failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Point {
  int x = 0, y = 0;
  friend bool operator==(const Point&, const Point&) = default;
};

bool contains(const ExitReason& reason, const char* text) {
  return reason.text().find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("EXT-1: a body that returns ends normally, with a value or without") {
  Runtime runtime(quiet(1));
  auto [plain, with_value] = runtime.run([] {
    return std::pair{reason_of([] {}), reason_of([] { return 5; })};
  });
  CHECK(plain == ExitReason::normal);
  CHECK(plain.is_normal());
  CHECK(with_value.is_normal());
}

TEST_CASE("EXT-1: exit(reason) ends the caller with that reason, and nothing after it runs") {
  on_one_and_two_workers([](Runtime& runtime) {
    for (const ExitReason& reason :
         {ExitReason::normal, ExitReason::kill, ExitReason::killed, ExitReason::shutdown, ExitReason::noproc,
          ExitReason::timeout, ExitReason::noconnection, ExitReason::error("text"), ExitReason::custom(5),
          ExitReason::shutdown_with(std::string("value"))}) {
      CAPTURE(reason.text());
      std::atomic<bool> went_on{false};
      ExitReason seen = runtime.run(trusted([&went_on, &reason] {
        return reason_of(trusted([&went_on](ExitReason why) {
                           exit(why);
                           went_on = true;
                         }),
                         reason);
      }));
      CHECK(seen == reason);
      CHECK_FALSE(went_on);
    }
  });
}

TEST_CASE("EXT-1: exit(reason) runs the destructors on the way out, and is no std::exception") {
  Runtime runtime(quiet(1));
  std::atomic<int> ended{0};
  auto [reason, caught] = runtime.run(trusted([&ended] {
    auto [process, watch] = spawn_monitor(
        [](Pid observer) {
          auto mine = expect<Witness>();
          try {
            exit(ExitReason::custom(1));
          } catch (const std::exception&) {
            send(observer, Go{});
          }
        },
        self());
    send(process, Witness(ended));
    ExitReason end = expect_down(watch).reason;
    return std::pair{end, take_queued<Go>()};
  }));
  CHECK(reason == ExitReason::custom(1));
  CHECK_FALSE(caught);
  CHECK(ended == 1);
}

TEST_CASE("EXT-1: an exception that leaves the body is an error with its type and its text") {
  Runtime runtime(quiet(1));
  auto reasons = runtime.run([] {
    std::vector<ExitReason> ends;
    ends.push_back(reason_of([] { throw Failure("it went wrong"); }));
    ends.push_back(reason_of([] { throw std::string("a string"); }));
    ends.push_back(reason_of([] { throw "a literal"; }));
    ends.push_back(reason_of([] { throw 42; }));
    ends.push_back(reason_of([] { throw Unusual(); }));
    ends.push_back(reason_of([] { throw std::bad_alloc(); }));
    return ends;
  });
  for (const ExitReason& reason : reasons) CHECK(reason.is_error());
  CHECK(contains(reasons[0], "Failure"));
  CHECK(contains(reasons[0], "it went wrong"));
  CHECK(contains(reasons[1], "a string"));
  CHECK(contains(reasons[2], "a literal"));
  CHECK(contains(reasons[3], "int"));
  CHECK(contains(reasons[4], "Unusual"));
  CHECK(contains(reasons[5], "bad_alloc"));
}

TEST_CASE("EXT-1: a NoProcess that leaves the body is noproc") {
  Runtime runtime(quiet(1));
  ExitReason reason = runtime.run([] { return reason_of([] { throw NoProcess(); }); });
  CHECK(reason == ExitReason::noproc);
}

TEST_CASE("EXT-1: a reason carries any Sendable value to all who are told") {
  Runtime runtime(quiet(2));
  int told = runtime.run([] {
    trap_exit(true);
    Pid process = spawn_link([] {
      receive<Go>();
      exit(ExitReason::custom(Point{3, 4}));
    });
    for (int i = 0; i < 10; ++i) {
      spawn(
          [](Pid watched, Pid observer) {
            Monitor watch = monitor(watched);
            send(observer, Go{});
            send(observer, Seen{watched, expect_down(watch).reason});
          },
          process, self());
    }
    for (int i = 0; i < 10; ++i) expect<Go>();
    send(process, Go{});
    std::vector<ExitReason> reasons{expect_exit(process).reason};
    for (int i = 0; i < 10; ++i) reasons.push_back(expect<Seen>().reason);
    int right = 0;
    for (const ExitReason& reason : reasons) {
      const Point* point = reason.value<Point>();
      if (point != nullptr && *point == Point{3, 4} && reason == ExitReason::custom(Point{3, 4})) ++right;
    }
    return right;
  });
  CHECK(told == 11);
}

TEST_CASE("EXT-1: a reason may be huge") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [by_link, by_monitor] = runtime.run([] {
      trap_exit(true);
      auto body = [] { exit(ExitReason::custom(std::vector<int>(100'000, 7))); };
      ExitReason linked = expect_exit(spawn_link(body)).reason;
      ExitReason text = reason_of([] { throw std::runtime_error(std::string(100'000, 'x')); });
      return std::pair{linked, text};
    });
    REQUIRE(by_link.value<std::vector<int>>() != nullptr);
    CHECK(*by_link.value<std::vector<int>>() == std::vector<int>(100'000, 7));
    CHECK(contains(by_monitor, std::string(100'000, 'x').c_str()));
  });
}

TEST_CASE("EXT-1: reasons compare by what they say") {
  CHECK(ExitReason::error("a") == ExitReason::error("a"));
  CHECK_FALSE(ExitReason::error("a") == ExitReason::error("b"));
  CHECK(ExitReason::custom(1) == ExitReason::custom(1));
  CHECK_FALSE(ExitReason::custom(1) == ExitReason::custom(2));
  CHECK_FALSE(ExitReason::custom(1) == ExitReason::custom(1L));
  CHECK_FALSE(ExitReason::custom(1) == ExitReason::shutdown_with(1));
  CHECK_FALSE(ExitReason::kill == ExitReason::killed);
  CHECK_FALSE(ExitReason::normal == ExitReason::shutdown);
  CHECK_FALSE(ExitReason::shutdown == ExitReason::shutdown_with(1));
  CHECK(ExitReason() == ExitReason::normal);
}

TEST_CASE("EXT-1: a reason tells its kind, its value and its text") {
  ExitReason with_value = ExitReason::shutdown_with(std::string("later"));
  CHECK(with_value.is_shutdown());
  CHECK(ExitReason::shutdown.is_shutdown());
  CHECK_FALSE(with_value.is_error());
  CHECK_FALSE(ExitReason::killed.is_shutdown());
  CHECK_FALSE(ExitReason::custom(1).is_error());
  CHECK_FALSE(ExitReason::custom(1).is_normal());
  REQUIRE(with_value.value<std::string>() != nullptr);
  CHECK(*with_value.value<std::string>() == "later");
  CHECK(with_value.value<int>() == nullptr);
  CHECK(ExitReason::kill.value<int>() == nullptr);
  CHECK(contains(ExitReason::error("what happened"), "what happened"));
  CHECK(contains(ExitReason::noproc, "noproc"));
  CHECK(contains(ExitReason::killed, "killed"));
  CHECK(ExitReason::normal.fault() == 0);
}

TEST_CASE("EXT-1: Runtime::run throws what its process ended with") {
  Runtime runtime(quiet(1));
  ExitReason reason;
  try {
    runtime.run([] { exit(ExitReason::custom(9)); });
  } catch (const ProcessExited& ended) {
    reason = ended.reason();
  }
  CHECK(reason == ExitReason::custom(9));
  CHECK_THROWS_AS(runtime.run([]() -> int { throw Failure("no value"); }), ProcessExited);
  CHECK_NOTHROW(runtime.run([] { exit(ExitReason::normal); }));
}

TEST_CASE("EXT-1: Runtime::run throws when its process exits normally before it has a value") {
  Runtime runtime(quiet(1));
  CHECK_THROWS_AS(runtime.run([]() -> std::string { exit(ExitReason::normal); }), ProcessExited);
  CHECK_THROWS_AS(runtime.run([]() -> std::string {
    exit(self(), ExitReason::normal);
    return "not reached";
  }),
                  ProcessExited);
}
