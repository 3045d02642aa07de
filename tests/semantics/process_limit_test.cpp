// The limit of processes is exact, however many workers keep free places at hand.
#include "support.hpp"

using namespace semantics;

namespace {

// How many processes that stay alive can be had by the caller.
int spawn_all() {
  int count = 0;
  try {
    for (;; ++count) waiting_process();
  } catch (const LimitReached&) {
  }
  return count;
}

RuntimeOptions limited(unsigned workers, std::size_t processes) {
  RuntimeOptions options = quiet(workers);
  options.max_processes = processes;
  return options;
}

}  // namespace

TEST_CASE("SPN-4: as many processes as the limit says can live at once") {
  for (unsigned workers : {1U, 2U}) {
    for (std::size_t limit : {2U, 4U, 64U, 100U, 200U}) {
      CAPTURE(workers);
      CAPTURE(limit);
      Runtime runtime(limited(workers, limit));
      CHECK(runtime.run([] { return 1 + spawn_all(); }) == static_cast<int>(limit));
    }
  }
}

TEST_CASE("SPN-5: a place is free again for everybody when the Down has come") {
  for (unsigned workers : {1U, 2U}) {
    CAPTURE(workers);
    Runtime runtime(limited(workers, 3));
    int wrong = runtime.run([] {
      int refused = 0;
      for (int i = 0; i < 2000; ++i) {
        try {
          dead_process();
        } catch (const LimitReached&) {
          ++refused;
        }
        yield();
      }
      return refused;
    });
    CHECK(wrong == 0);
  }
}
