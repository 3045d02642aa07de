// serialmsg: arrays from many to many that all pass through one process. What it stresses is large messages
// and a queue that nothing holds back.
#include <numeric>
#include <vector>

#include "list.hpp"

namespace throng_bench {

using namespace throng;

namespace {

using Array = std::vector<std::uint32_t>;

struct Start {};
struct Parcel {
  Pid to;
  Array array;
};
struct LastParcel {
  Pid to;
};
struct Delivery {
  Array array;
};
struct LastDelivery {};
struct Received {
  std::size_t arrays;
  bool whole;  // all of them
};
struct Stop {};

void take_deliveries(Pid master, std::size_t length) {
  Received received{0, true};
  for (bool more = true; more;)
    receive(
        [&](const Delivery& delivery) {
          ++received.arrays;
          received.whole = received.whole && delivery.array.size() == length && delivery.array.front() == 1 &&
                           delivery.array.back() == length;
        },
        [&](LastDelivery) { more = false; });
  send(master, received);
}

void dispatch() {
  for (bool more = true; more;)
    receive([](Parcel parcel) { send(parcel.to, Delivery{std::move(parcel.array)}); },
            [](LastParcel last) { send(last.to, LastDelivery{}); }, [&](Stop) { more = false; });
}

void generate(Pid dispatcher, Pid receiver, std::size_t messages, std::size_t length) {
  Array array(length);
  std::iota(array.begin(), array.end(), 1u);
  receive<Start>();
  for (std::size_t i = 0; i < messages; ++i) send(dispatcher, Parcel{receiver, array});
  send(dispatcher, LastParcel{receiver});
}

Outcome send_all(const Parameters& parameters) {
  const std::size_t length = parameters.size("length"), pairs = parameters.processes;
  Stopwatch watch;
  const Pid dispatcher = spawn_link(dispatch);
  std::vector<Pid> generators;
  for (std::size_t i = 0; i < pairs; ++i)
    generators.push_back(spawn_link(generate, dispatcher, spawn_link(take_deliveries, self(), length),
                                    parameters.count, length));
  for (Pid generator : generators) send(generator, Start{});
  std::size_t arrays = 0;
  bool whole = true;
  for (std::size_t i = 0; i < pairs; ++i) {
    const Received received = receive<Received>();
    arrays += received.arrays;
    whole = whole && received.whole;
  }
  send(dispatcher, Stop{});
  Outcome outcome = outcome_of(parameters.count * pairs, watch);
  require(arrays == outcome.operations, "an array is missing or doubled");
  require(whole, "an array has changed on its way");
  return outcome;
}

}  // namespace

Outcome serialmsg(Runtime& runtime, const Parameters& parameters) {
  needs(parameters.size("length") > 0, "serialmsg needs arrays of a length");
  return runtime.run(send_all, parameters);
}

}  // namespace throng_bench
