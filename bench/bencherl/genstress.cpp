// genstress: clients with full queues call one server, by a pair of messages or as a server of a name. What
// it stresses is the way to an answer behind hundreds of messages that do not match.
#include <vector>

#include "list.hpp"

namespace throng_bench {

using namespace throng;

namespace {

struct DontMatchMe {};
struct Stress {
  Pid from;
  std::size_t number;
};
struct Answer {
  Pid from;
  std::size_t number;
};
struct Stop {};
struct Go {
  Pid server;
};
struct Done {};
struct Served {
  std::size_t calls;
};

void serve(Pid master) {
  std::size_t calls = 0;
  for (bool more = true; more;)
    receive(
        [&](Stress stress) {
          ++calls;
          send(stress.from, Answer{self(), stress.number});
        },
        [&](Stop) { more = false; });
  send(master, Served{calls});
}

class Echo {
 public:
  struct Stress {
    using Reply = std::size_t;
    std::size_t number;
  };
  struct HowMany {
    using Reply = std::size_t;
  };
  using Protocol = Messages<Stress, HowMany>;
  std::size_t handle_call(Stress stress) {
    ++calls_;
    return stress.number;
  }
  std::size_t handle_call(HowMany) { return calls_; }

 private:
  std::size_t calls_ = 0;
};
constexpr ServerName<Echo> echo{"genstress"};

std::size_t call_by_messages(Pid server, std::size_t number) {
  send(server, Stress{self(), number});
  auto from_server = [server](const Answer& answer) { return answer.from == server; };
  return receive(when(from_server, [](Answer answer) { return answer.number; }));
}
std::size_t call_by_name(Pid, std::size_t number) { return echo.call(Echo::Stress{number}, Duration::max()); }

// `call` is one of the two above.
template <auto call>
void call_many(Pid master, std::size_t calls, std::size_t queue) {
  for (std::size_t i = 0; i < queue; ++i) send(self(), DontMatchMe{});
  const Pid server = receive<Go>().server;
  for (std::size_t i = 0; i < calls; ++i) require(call(server, i) == i, "an answer is another call's");
  send(master, Done{});
}

template <auto call>
Outcome stress(const Parameters& parameters, Pid server) {
  Stopwatch watch;
  std::vector<Pid> clients;
  for (std::size_t i = 0; i < parameters.processes; ++i)
    clients.push_back(spawn_link(call_many<call>, self(), parameters.count, parameters.size("queue")));
  for (Pid client : clients) send(client, Go{server});
  for (std::size_t i = 0; i < clients.size(); ++i) receive<Done>();
  return outcome_of(parameters.count * clients.size(), watch);
}

}  // namespace

Outcome genstress_proc_call(Runtime& runtime, const Parameters& parameters) {
  return runtime.run(
      [](const Parameters& given) {
        const Pid server = spawn_link(serve, self());
        Outcome outcome = stress<call_by_messages>(given, server);
        send(server, Stop{});
        require(receive<Served>().calls == outcome.operations, "a call is missing or doubled");
        return outcome;
      },
      parameters);
}

Outcome genstress_gen_call(Runtime& runtime, const Parameters& parameters) {
  return runtime.run(
      [](const Parameters& given) {
        const auto server = gen_server::start_link<Echo>(StartOptions{.name = "genstress"});
        Outcome outcome = stress<call_by_name>(given, server.pid());
        require(server.call(Echo::HowMany{}) == outcome.operations, "a call is missing or doubled");
        return outcome;
      },
      parameters);
}

}  // namespace throng_bench
