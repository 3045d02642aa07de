// thread_ring: one token goes round a ring of processes, then a message that ends them.
#include "common.hpp"
#include "list.hpp"

namespace throng_bench {

using namespace throng;

namespace {

struct Next {
  Pid pid;
};
struct Token {
  std::size_t left;
};
struct End {
  std::size_t left;
};
struct Report {
  std::size_t index;
  std::size_t tokens;
};

struct Member {
  std::size_t index;
  std::size_t size;  // of the ring
  Pid whom_to_tell;
  Pid next = {};
  std::size_t tokens = 0;
};

void take_next(Member& member, Next next) { member.next = next.pid; }

void pass_on(Member& member, Token token) {
  ++member.tokens;
  if (token.left == 0) {
    send(member.next, End{member.size - 1});
  } else {
    send(member.next, Token{token.left - 1});
  }
}

void end(Member& member, End end) {
  if (end.left > 0) send(member.next, End{end.left - 1});
  send(member.whom_to_tell, Report{member.index, member.tokens});
  exit(ExitReason::normal);
}

auto member(std::size_t index, std::size_t size, Pid whom_to_tell) {
  return rest(Member{index, size, whom_to_tell}, take_next, pass_on, end);
}

// What the member gets of a token that is seen hops + 1 times, from member 0 on.
std::size_t share(std::size_t index, std::size_t size, std::size_t hops) {
  return index > hops ? 0 : (hops - index) / size + 1;
}

}  // namespace

Outcome thread_ring(Runtime& runtime, const Parameters& parameters) {
  return runtime.run(
      [](std::size_t hops, std::size_t size) {
        Stopwatch watch;
        Crew crew;
        std::vector<Pid> ring;
        for (std::size_t i = 0; i < size; ++i) ring.push_back(crew.spawn(member, i, size, self()));
        for (std::size_t i = 0; i < size; ++i) send(ring[i], Next{ring[(i + 1) % size]});
        send(ring[0], Token{hops});
        std::vector<std::size_t> tokens(size);
        for (std::size_t i = 0; i < size; ++i) {
          const Report report = crew.receive<Report>();
          tokens[report.index] += report.tokens;
        }
        crew.await_ends();
        const double time = watch.nanoseconds();
        for (std::size_t i = 0; i < size; ++i)
          require(tokens[i] == share(i, size, hops), "a member saw the token too often or too seldom");
        return Outcome{hops, time, {}};
      },
      parameters.count, parameters.processes);
}

}  // namespace throng_bench
