// gen_call and selective: what a synchronous call to a server costs, alone, among many callers, and by a
// caller with a long queue. Each call that waits for an answer has its line, since none may depend on that
// queue (RCV-5).
#include "workloads.hpp"

namespace throng_bench {

using namespace throng;

namespace {

class Adder {
 public:
  struct Add {
    using Reply = std::size_t;
    std::size_t by;
  };
  using Protocol = Messages<Add>;
  std::size_t handle_call(Add add) { return sum_ += add.by; }

 private:
  std::size_t sum_ = 0;
};

struct CallerDone {};
struct Unmatched {
  std::size_t number;
};

void call_many(ServerRef<Adder> server, std::size_t count, Pid whom_to_tell) {
  for (std::size_t i = 0; i < count; ++i) server.call(Adder::Add{1}, detail::forever);
  send(whom_to_tell, CallerDone{});
}

void fill_queue(std::size_t messages) {
  for (std::size_t i = 0; i < messages; ++i) send(self(), Unmatched{i});
}

// `one` waits for one answer; the caller's queue holds as many messages as there are `processes`.
template <class One>
Outcome with_queue(Runtime& runtime, const Parameters& parameters, One one) {
  return runtime.run(trusted([&] {
    fill_queue(parameters.processes);
    Stopwatch watch;
    for (std::size_t i = 0; i < parameters.count; ++i) one();
    Outcome outcome;
    outcome.operations = parameters.count;
    outcome.nanoseconds = watch.nanoseconds();
    return outcome;
  }));
}

}  // namespace

Outcome gen_call(Runtime& runtime, const Parameters& parameters) {
  return runtime.run(
      [](std::size_t calls, std::size_t clients) {
        auto server = gen_server::start_link<Adder>();
        const std::size_t each = calls / clients;
        Stopwatch watch;
        if (clients == 1) {
          for (std::size_t i = 0; i < each; ++i) server.call(Adder::Add{1}, detail::forever);
        } else {
          for (std::size_t i = 0; i < clients; ++i) spawn(call_many, server, each, self());
          for (std::size_t i = 0; i < clients; ++i) receive<CallerDone>();
        }
        Outcome outcome;
        outcome.operations = each * clients;
        outcome.nanoseconds = watch.nanoseconds();
        require(server.call(Adder::Add{0}) == each * clients, "a call is missing or doubled");
        return outcome;
      },
      parameters.count, parameters.processes);
}

Outcome selective(Runtime& runtime, const Parameters& parameters) {
  auto server = runtime.start<Adder>();
  return with_queue(runtime, parameters, [server] { server.call(Adder::Add{1}); });
}

Outcome selective_request(Runtime& runtime, const Parameters& parameters) {
  auto server = runtime.start<Adder>();
  return with_queue(runtime, parameters, [server] {
    require(server.send_request(Adder::Add{1}).receive().has_value(), "a request failed");
  });
}

Outcome selective_await(Runtime& runtime, const Parameters& parameters) {
  return with_queue(runtime, parameters, [] { task::async([] { return 1; }).await(); });
}

Outcome selective_agent(Runtime& runtime, const Parameters& parameters) {
  return runtime.run(
      [](std::size_t calls, std::size_t queued) {
        auto agent = agent::start_link([] { return std::size_t{0}; });
        fill_queue(queued);
        Stopwatch watch;
        for (std::size_t i = 0; i < calls; ++i) agent.update([](std::size_t& count) { ++count; });
        Outcome outcome;
        outcome.operations = calls;
        outcome.nanoseconds = watch.nanoseconds();
        return outcome;
      },
      parameters.count, parameters.processes);
}

Outcome selective_start(Runtime& runtime, const Parameters& parameters) {
  return with_queue(runtime, parameters, [] { gen_server::stop(gen_server::start<Adder>()); });
}

}  // namespace throng_bench
