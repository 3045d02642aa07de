// RCV-8: what a message costs who sends it to a process that has fallen behind.
#include "support.hpp"

using namespace semantics;

TEST_CASE("RCV-8: a message to a process that has fallen behind costs its sender more") {
  Runtime runtime(quiet(1));
  struct Result {
    std::uint64_t idle = 0, behind = 0;
  };
  Result result = runtime.run([] {
    // Looks at its queue, so that it knows how long it is, and takes nothing.
    Pid receiver = spawn([] { receive<Never>(); });
    auto cost_of_sends = [&] {
      std::uint64_t before = info_of(self()).reductions;
      for (int i = 0; i < 100; ++i) send(receiver, Number{i});
      return info_of(self()).reductions - before;
    };
    Result seen;
    seen.idle = cost_of_sends();
    for (int i = 0; i < 20'000; ++i) send(receiver, Number{i});
    while (info_of(receiver).message_queue_len < 20'000) yield();
    seen.behind = cost_of_sends();
    exit(receiver, ExitReason::kill);
    return seen;
  });
  CHECK(result.behind > 10 * result.idle);
}

namespace {

struct Flooded {
  Pid told;
  int count;
};

}  // namespace

// Taking in what has come is charged for. With a slice of one reduction that is all there is.
TEST_CASE("SCH-1: a process at rest gets on with its queue however much comes between two of its turns") {
  RuntimeOptions options = quiet(1);
  options.slice = 1;
  Runtime runtime(options);
  bool all = runtime.run([] {
    Pid receiver = spawn_link(
        [](Pid told) {
          return rest(Flooded{told, 0}, [](Flooded& flooded, Number) {
            if (++flooded.count == 1'000) send(flooded.told, Number{flooded.count});
          });
        },
        self());
    std::vector<Pid> senders;
    for (int i = 0; i < 16; ++i) {
      senders.push_back(spawn_link(
          [](Pid to) {
            for (;;) send(to, Number{1});
          },
          receiver));
    }
    std::optional<Number> got = receive<Number>(60s);
    for (Pid sender : senders) unlink(sender), exit(sender, ExitReason::kill);
    unlink(receiver);
    exit(receiver, ExitReason::kill);
    return got.has_value();
  });
  CHECK(all);
}
