// counting: a stream of messages from one process to another, which counts them.
#include "common.hpp"
#include "list.hpp"

namespace throng_bench {

using namespace throng;

namespace {

struct Increment {};
struct Retrieve {
  Pid from;
};
struct Total {
  std::size_t count;
};

auto counter() {
  return rest(
      std::size_t{0}, [](std::size_t& count, Increment) { ++count; },
      [](std::size_t& count, Retrieve retrieve) {
        send(retrieve.from, Total{count});
        exit(ExitReason::normal);
      });
}

void producer(Pid counter, std::size_t messages, Pid whom_to_tell) {
  for (std::size_t i = 0; i < messages; ++i) send(counter, Increment{});
  send(counter, Retrieve{self()});
  send(whom_to_tell, receive<Total>());
}

}  // namespace

Outcome counting(Runtime& runtime, const Parameters& parameters) {
  return runtime.run(
      [](std::size_t messages) {
        Stopwatch watch;
        Crew crew;
        crew.spawn(producer, crew.spawn(counter), messages, self());
        const std::size_t counted = crew.receive<Total>().count;
        crew.await_ends();
        const double time = watch.nanoseconds();
        require(counted == messages, "an increment is missing or doubled");
        return Outcome{messages, time, {}};
      },
      parameters.count);
}

}  // namespace throng_bench
