// ping_pong, ring and fan_in: what a message costs.
#include "workloads.hpp"

namespace throng_bench {

using namespace throng;

namespace {

struct Ping {
  Pid from;
};
struct Pong {};
struct Token {
  std::size_t left;
};
struct Next {
  Pid pid;
};
struct Finished {};
struct Item {
  std::size_t number;
};

void answer_pings() {
  for (;;) send(receive<Ping>().from, Pong{});
}

// A member of the ring in its loop: what it knows is its state, and between two tokens it rests.
struct Member {
  Pid first;
  Pid next;
};

void take_next(Member& member, Next next) { member.next = next.pid; }

void pass_on(Member& member, Token token) {
  if (token.left == 0) {
    send(member.first, Finished{});
  } else {
    send(member.next, Token{token.left - 1});
  }
}

void send_items(Pid to, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) send(to, Item{i});
}

}  // namespace

Outcome ping_pong(Runtime& runtime, const Parameters& parameters) {
  return runtime.run(
      [](std::size_t messages) {
        Pid partner = spawn_link(answer_pings);
        Stopwatch watch;
        for (std::size_t i = 0; i < messages / 2; ++i) {
          send(partner, Ping{self()});
          receive<Pong>();
        }
        Outcome outcome;
        outcome.operations = messages / 2 * 2;
        outcome.nanoseconds = watch.nanoseconds();
        unlink(partner);
        exit(partner, ExitReason::kill);
        return outcome;
      },
      parameters.count);
}

Outcome ring(Runtime& runtime, const Parameters& parameters) {
  return runtime.run(
      [](std::size_t hops, std::size_t size) {
        std::vector<Pid> members;
        for (std::size_t i = 0; i < size; ++i)
          members.push_back(spawn(
              [](Pid first) {
                return rest(Member{first, Pid()}, take_next, pass_on);
              },
              self()));
        for (std::size_t i = 0; i < size; ++i) send(members[i], Next{members[(i + 1) % size]});
        for (Pid member : members) is_alive(member);  // all have their neighbour and wait
        Stopwatch watch;
        send(members[0], Token{hops});
        receive<Finished>();
        Outcome outcome;
        outcome.operations = hops;
        outcome.nanoseconds = watch.nanoseconds();
        for (Pid member : members) exit(member, ExitReason::kill);
        return outcome;
      },
      parameters.count, parameters.processes);
}

Outcome fan_in(Runtime& runtime, const Parameters& parameters) {
  return runtime.run(
      [](std::size_t messages, std::size_t senders) {
        const std::size_t each = messages / senders;
        Stopwatch watch;
        for (std::size_t i = 0; i < senders; ++i) spawn(send_items, self(), each);
        std::size_t sum = 0;
        for (std::size_t i = 0; i < each * senders; ++i) sum += receive<Item>().number;
        Outcome outcome;
        outcome.operations = each * senders;
        outcome.nanoseconds = watch.nanoseconds();
        require(sum == senders * (each * (each - 1) / 2), "a message is missing or doubled");
        return outcome;
      },
      parameters.count, parameters.processes);
}

}  // namespace throng_bench
