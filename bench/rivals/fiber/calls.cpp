// gen_call and selective: what a call to a server costs, alone, among many clients, and by a client with a
// long queue. A call carries the channel for its answer, which every client keeps from call to call: cheaper
// than a promise and a future each.
#include "fibers.hpp"

namespace rival {
namespace {

using Answers = Channel<std::size_t>;

// Adds, and answers with the sum. No channel for an answer: the server shall end.
struct Add {
  std::size_t by;
  Answers* answers;
};

class Adder {
 public:
  explicit Adder(std::size_t clients) : calls_(room_for(clients)), fiber_(spawn([this] { serve(); })) {}
  Adder(const Adder&) = delete;
  Adder& operator=(const Adder&) = delete;
  ~Adder() {
    calls_.push(Add{0, nullptr});
    fiber_.join();
  }

  std::size_t call(std::size_t by, Answers& answers) {
    calls_.push(Add{by, &answers});
    return answers.value_pop();
  }

  void call_many(std::size_t count) {
    Answers answers(room_for(1));
    for (std::size_t i = 0; i < count; ++i) call(1, answers);
  }

  std::size_t sum() {
    Answers answers(room_for(1));
    return call(0, answers);
  }

 private:
  void serve() {
    std::size_t sum = 0;
    for (Add add = calls_.value_pop(); add.answers != nullptr; add = calls_.value_pop())
      add.answers->push(sum += add.by);
  }

  Channel<Add> calls_;
  fibers::fiber fiber_;  // last: it uses the channel
};

}  // namespace

Outcome gen_call(const Parameters& parameters) {
  return run_in_fibers(parameters, [calls = parameters.count, clients = parameters.processes] {
    Adder server(clients);
    const std::size_t each = calls / clients;
    Stopwatch watch;
    if (clients == 1) {
      server.call_many(each);
    } else {
      Group group;
      for (std::size_t i = 0; i < clients; ++i)
        group.push_back(spawn([&server, each] { server.call_many(each); }));
      join_all(group);
    }
    Outcome outcome;
    outcome.operations = each * clients;
    outcome.nanoseconds = watch.nanoseconds();
    require(server.sum() == outcome.operations, "a call is missing or doubled");
    return outcome;
  });
}

// A channel gives its messages in order and no other way, so an answer must come by another channel than the
// messages that wait, and those cost nothing.
Outcome selective(const Parameters& parameters) {
  return run_in_fibers(parameters, [calls = parameters.count, queued = parameters.processes] {
    Channel<std::size_t> mailbox(room_for(queued));
    for (std::size_t i = 0; i < queued; ++i) mailbox.push(i);
    Adder server(1);
    Stopwatch watch;
    server.call_many(calls);
    Outcome outcome;
    outcome.operations = calls;
    outcome.nanoseconds = watch.nanoseconds();
    require(server.sum() == calls, "a call is missing or doubled");
    return outcome;
  });
}

}  // namespace rival
