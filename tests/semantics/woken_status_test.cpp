// Who was woken waits for its turn, no longer for a message.
#include "support.hpp"

using namespace semantics;

TEST_CASE("INF-1: a process that was woken and has not had its turn yet is runnable") {
  Runtime runtime(quiet(0));
  ProcessStatus status = runtime.run([] {
    Pid child = waiting_process();
    yield();
    send(child, Go{});
    return process_brief(child)->status;
  });
  CHECK(status == ProcessStatus::runnable);
}
