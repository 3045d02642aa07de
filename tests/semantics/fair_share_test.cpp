// SCH-1, SCH-3: shares of a worker between those who compute, those who talk, and low ones.
#include "support.hpp"

using namespace semantics;

namespace {

RuntimeOptions host_driven() { return quiet(0); }

}  // namespace

TEST_CASE("SCH-3: a low process gets about an eighth beside normal ones that wait and wake each other, too") {
  for (int lows : {1, 3}) {
    const int low_count = lows;
    CAPTURE(low_count);
    Runtime runtime(host_driven());
    auto [low, normal] = runtime.run(
        [](int count) {
          std::vector<Pid> slow;
          for (int i = 0; i < count; ++i) {
            slow.push_back(spawn(SpawnOptions{.priority = Priority::low}, [] {
              for (;;) charge(100);
            }));
          }
          Pid partner = spawn([] {
            for (;;) send(receive<Pid>(), self());
          });
          for (int i = 0; i < 200'000; ++i) {
            send(partner, self());
            receive<Pid>();
          }
          std::uint64_t used = 0;
          for (Pid each : slow) used += process_brief(each)->reductions;
          return std::pair(used, process_info(self())->reductions + process_brief(partner)->reductions);
        },
        low_count);
    CHECK(low > 0);
    CHECK(low * 5 < normal * static_cast<unsigned>(low_count));
    CHECK(low * 20 > normal * static_cast<unsigned>(low_count));
  }
}

TEST_CASE("SCH-1: who computes is not kept waiting by ever new processes that compute, nor by talk") {
  Runtime runtime(host_driven());
  std::uint64_t used = runtime.run([] {
    Pid computing = spawn([] {
      for (;;) charge(100);
    });
    while (process_brief(computing)->reductions == 0) yield();
    std::uint64_t before = process_brief(computing)->reductions;
    // Each of them starts the next one, and uses its slice up.
    struct Chain {
      static void link(Pid judge, int left) {
        if (left > 0) {
          spawn(link, judge, left - 1);
        } else {
          send(judge, Go{});
        }
        for (int i = 0; i < 40; ++i) charge(100);
      }
    };
    spawn(Chain::link, self(), 100);
    expect<Go>();
    return process_brief(computing)->reductions - before;
  });
  CHECK(used >= 4 * 4000);
}
