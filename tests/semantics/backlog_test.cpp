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
