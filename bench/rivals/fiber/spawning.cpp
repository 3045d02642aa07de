// spawn_exit, spawn_live and spawn_parked: what a fiber costs that ends at once, and one that stays.
#include <atomic>

#include "fibers.hpp"

namespace rival {
namespace {

// The question says where the answer goes; nowhere: the server shall end.
struct Ask {
  Channel<std::uint64_t>* answers;
};

// Its mailbox lies on its own stack, and the parent learns where.
void serve(std::uint64_t value, Channel<Ask>** address, Channel<std::uint64_t>& ready) {
  Channel<Ask> mailbox(room_for(1));
  *address = &mailbox;
  ready.push(value);
  for (;;) {
    const Ask ask = mailbox.value_pop();
    if (ask.answers == nullptr) return;
    ask.answers->push(value);
  }
}

Outcome live(std::size_t count) {
  Outcome outcome;
  Group servers(count);
  std::vector<Channel<Ask>*> mailboxes(count);  // their pages are not the processes'
  Channel<std::uint64_t> answers(room_for(count));
  const std::size_t before = resident_bytes();
  Stopwatch spawning;
  for (std::size_t i = 0; i < count; ++i)
    servers[i] = spawn([i, address = &mailboxes[i], &answers] { serve(i, address, answers); });
  for (std::size_t i = 0; i < count; ++i) answers.value_pop();
  outcome.nanoseconds = spawning.nanoseconds();
  outcome.operations = count;
  outcome.extra["bytes_per_process"] = resident_since(before, count);
  Stopwatch asking;
  for (Channel<Ask>* mailbox : mailboxes) mailbox->push(Ask{&answers});
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += answers.value_pop();
  outcome.extra["wake_and_reply_ns"] = asking.nanoseconds() / static_cast<double>(count);
  require(sum == count * (count - 1) / 2, "an answer is missing or wrong");
  for (Channel<Ask>* mailbox : mailboxes) mailbox->push(Ask{nullptr});
  join_all(servers);
  return outcome;
}

}  // namespace

Outcome spawn_exit(const Parameters& parameters) {
  return run_in_fibers(parameters, [count = parameters.count] {
    std::atomic<std::size_t> left{count};
    Channel<int> done(2);
    Stopwatch watch;
    for (std::size_t i = 0; i < count; ++i)
      spawn([&left, &done] {
        // pairs: the other counters' fetch_sub; the last one speaks for all
        if (left.fetch_sub(1, std::memory_order_acq_rel) == 1) done.push(0);
      }).detach();
    done.value_pop();
    Outcome outcome;
    outcome.operations = count;
    outcome.nanoseconds = watch.nanoseconds();
    return outcome;
  });
}

// A fiber that waits has a stack in any case: there is one kind of server.
Outcome spawn_live(const Parameters& parameters) {
  return run_in_fibers(parameters, [&] { return live(parameters.count); });
}
Outcome spawn_parked(const Parameters& parameters) { return spawn_live(parameters); }

}  // namespace rival
