// ehb: hackbench's pattern: groups in which each of twenty senders sends to each of twenty receivers, and
// asks from time to time whether they keep up. What it stresses is sending much to many, held back by
// questions.
#include <array>
#include <vector>

#include "list.hpp"

namespace throng_bench {

using namespace throng;

namespace {

constexpr std::size_t group_size = 20;
constexpr std::size_t ask_after = 100;  // messages

struct Data {
  std::array<std::uint64_t, 12> words;
};
struct AreYouKeepingUp {
  Pid from;
};
struct KeepingUp {
  Pid from;
};
struct NoMore {};
struct Go {};
struct Ready {
  Pid group;
};
struct Received {
  std::size_t messages;
};

void receive_data(Pid group) {
  std::size_t messages = 0;
  for (std::size_t senders = group_size; senders > 0;)
    receive([&](const Data& data) { messages += data.words[0]; },
            [&](AreYouKeepingUp question) { send(question.from, KeepingUp{self()}); },
            [&](NoMore) { --senders; });
  send(group, Received{messages});
}

void send_round(const std::vector<Pid>& receivers) {
  for (Pid receiver : receivers) send(receiver, Data{{1}});
}

void send_rounds_and_ask(const std::vector<Pid>& receivers) {
  for (std::size_t i = 0; i < ask_after - 2; ++i) send_round(receivers);
  for (Pid receiver : receivers) {
    send(receiver, Data{{1}});
    send(receiver, AreYouKeepingUp{self()});
  }
  for (Pid receiver : receivers) {
    receive(when([receiver](const KeepingUp& answer) { return answer.from == receiver; }, [](KeepingUp) {}));
    send(receiver, Data{{1}});
  }
}

void send_data(Shared<std::vector<Pid>> receivers, std::size_t messages) {
  receive<Go>();
  for (; messages > ask_after; messages -= ask_after) send_rounds_and_ask(*receivers);
  for (; messages > 0; --messages) send_round(*receivers);
  for (Pid receiver : *receivers) send(receiver, NoMore{});
}

void lead_group(Pid master, std::size_t messages) {
  std::vector<Pid> receivers, senders;
  for (std::size_t i = 0; i < group_size; ++i) receivers.push_back(spawn_link(receive_data, self()));
  const Shared<std::vector<Pid>> all(std::move(receivers));
  for (std::size_t i = 0; i < group_size; ++i) senders.push_back(spawn_link(send_data, all, messages));
  send(master, Ready{self()});
  receive<Go>();
  for (Pid sender : senders) send(sender, Go{});
  std::size_t sum = 0;
  for (std::size_t i = 0; i < group_size; ++i) sum += receive<Received>().messages;
  send(master, Received{sum});
}

}  // namespace

Outcome ehb(Runtime& runtime, const Parameters& parameters) {
  return runtime.run(
      [](std::size_t messages, std::size_t groups) {
        Stopwatch watch;
        for (std::size_t i = 0; i < groups; ++i) spawn_link(lead_group, self(), messages);
        std::vector<Pid> leaders;
        for (std::size_t i = 0; i < groups; ++i) leaders.push_back(receive<Ready>().group);
        for (Pid leader : leaders) send(leader, Go{});
        std::size_t sum = 0;
        for (std::size_t i = 0; i < groups; ++i) sum += receive<Received>().messages;
        Outcome outcome = outcome_of(groups * group_size * group_size * messages, watch);
        require(sum == outcome.operations, "a message is missing or doubled");
        return outcome;
      },
      parameters.count, parameters.processes);
}

}  // namespace throng_bench
