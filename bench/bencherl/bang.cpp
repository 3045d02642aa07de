// bang: many send to one. What it stresses is one inbox under all workers at once.
#include <array>
#include <vector>

#include "list.hpp"

namespace throng_bench {

using namespace throng;

namespace {

// As large as the published one, a tuple of five references.
struct Bang {
  std::array<std::size_t, 5> words;
};
struct AllHere {
  std::vector<std::size_t> sums;  // of the numbers of each sender's messages
};

void receive_all(Pid master, std::size_t senders, std::size_t each) {
  std::vector<std::size_t> sums(senders);
  for (std::size_t i = 0; i < senders * each; ++i) {
    const Bang bang = receive<Bang>();
    sums[bang.words[0]] += bang.words[1];
  }
  send(master, AllHere{std::move(sums)});
}

void send_all(Pid receiver, std::size_t number, std::size_t each) {
  for (std::size_t i = 1; i <= each; ++i) send(receiver, Bang{{number, i, 0, 0, 0}});
}

}  // namespace

Outcome bang(Runtime& runtime, const Parameters& parameters) {
  return runtime.run(
      [](std::size_t each, std::size_t senders) {
        Stopwatch watch;
        const Pid receiver = spawn_link(receive_all, self(), senders, each);
        for (std::size_t i = 0; i < senders; ++i) spawn_link(send_all, receiver, i, each);
        const AllHere all = receive<AllHere>();
        Outcome outcome = outcome_of(senders * each, watch);
        for (std::size_t sum : all.sums)
          require(sum == each * (each + 1) / 2, "a message is missing or doubled");
        return outcome;
      },
      parameters.count, parameters.processes);
}

}  // namespace throng_bench
