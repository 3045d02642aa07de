// A question does not wait behind what is more urgent than the one it is about.
#include "support.hpp"

using namespace semantics;

TEST_CASE("SCH-4: a question that a high process asks a low one is answered at the priority of the asker") {
  Runtime runtime(quiet(0));
  std::atomic<bool> answered{false};
  int turns = runtime.run(trusted([&answered] {
    Pid low = spawn(SpawnOptions{.priority = Priority::low}, [] { receive<Go>(); });
    yield_until([low] { return process_brief(low)->status == ProcessStatus::waiting; });
    Pid judge = self();
    Pid asker = spawn(SpawnOptions{.priority = Priority::high}, trusted([&answered, low] {
                        receive<Go>();
                        is_alive(low);
                        answered = true;
                      }));
    spawn(SpawnOptions{.priority = Priority::high}, trusted([&answered, judge, asker] {
            send(asker, Go{});
            int count = 0;
            while (!answered && ++count < 1000) yield();
            send(judge, Number{count});
          }));
    return expect<Number>().value;
  }));
  CHECK(turns < 1000);
}
