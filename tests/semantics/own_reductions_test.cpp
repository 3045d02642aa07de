// What a process has used in its current turn is on its account when it asks.
#include "support.hpp"

using namespace semantics;

TEST_CASE("INF-1: the reductions of a process include those of its current turn") {
  Runtime runtime(quiet(1));
  auto [used, used_by_other] = runtime.run([] {
    std::uint64_t before = info_of(self()).reductions;
    charge(1000);
    std::uint64_t own = info_of(self()).reductions - before;
    Pid other = spawn(
        [](Pid to) {
          charge(1000);
          send(to, info_of(self()).reductions);
        },
        self());
    static_cast<void>(other);
    return std::pair{own, expect<std::uint64_t>()};
  });
  CHECK(used >= 1000);
  CHECK(used_by_other >= 1000);
}
