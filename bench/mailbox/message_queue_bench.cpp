// The private queue of a receiver: taking a message out, in turn and out of turn. Envelopes are used again
// and never freed, so only matching and linking are measured.
#include <benchmark/benchmark.h>

#include <array>
#include <cstddef>
#include <throng/mailbox/message_queue.hpp>

namespace {

using throng::detail::Clause;
using throng::detail::make_message;
using throng::detail::Message;
using throng::detail::message_kind;
using throng::detail::message_type_of;
using throng::detail::MessageQueue;
using throng::detail::ReceiveMark;

struct Wanted {
  int value;
};
template <int>
struct Other {
  int value;
};

constexpr Clause wanted{&message_type_of<Wanted>, nullptr, nullptr};

MessageQueue::Found take(MessageQueue& queue, std::span<const Clause> clauses,
                         const ReceiveMark* mark = nullptr) {
  std::size_t scanned = 0;
  MessageQueue::Found found = queue.take(clauses, mark, scanned);
  queue.reset_scan();
  return found;
}

// A queue with `count` messages that nobody wants.
struct Backlog {
  explicit Backlog(std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i)
      queue.append(make_message<Other<0>>(message_kind, Other<0>{1}).release_signal());
  }
  ~Backlog() { throng::detail::destroy_signals(queue.take_all()); }
  Backlog(const Backlog&) = delete;
  Backlog& operator=(const Backlog&) = delete;

  MessageQueue queue;
};

// The usual case: the oldest message is the one wanted.
void message_queue_take_first(benchmark::State& state) {
  MessageQueue queue;
  Message message = make_message<Wanted>(message_kind, Wanted{1});
  for (auto _ : state) {
    queue.append(message.release_signal());
    message = take(queue, {&wanted, 1}).message;
  }
}
BENCHMARK(message_queue_take_first);

// The last of several clauses takes it: what a server with many kinds of requests pays.
void message_queue_take_last_clause(benchmark::State& state) {
  const std::array clauses{Clause{&message_type_of<Other<0>>}, Clause{&message_type_of<Other<1>>},
                           Clause{&message_type_of<Other<2>>}, Clause{&message_type_of<Other<3>>},
                           Clause{&message_type_of<Other<4>>}, Clause{&message_type_of<Other<5>>},
                           Clause{&message_type_of<Other<6>>}, wanted};
  MessageQueue queue;
  Message message = make_message<Wanted>(message_kind, Wanted{1});
  for (auto _ : state) {
    queue.append(message.release_signal());
    message = take(queue, clauses).message;
  }
}
BENCHMARK(message_queue_take_last_clause);

// The wanted message lies behind others that the receive must look at first: grows with their number.
void message_queue_take_selective(benchmark::State& state) {
  Backlog backlog(state.range(0));
  Message message = make_message<Wanted>(message_kind, Wanted{1});
  for (auto _ : state) {
    backlog.queue.append(message.release_signal());
    message = take(backlog.queue, {&wanted, 1}).message;
  }
}
BENCHMARK(message_queue_take_selective)->ArgName("unmatched")->Arg(10)->Arg(1'000)->Arg(100'000);

// The same with a mark made before the message came, as a call makes one: must not grow with their number.
void message_queue_take_marked(benchmark::State& state) {
  Backlog backlog(state.range(0));
  Message message = make_message<Wanted>(message_kind, Wanted{1});
  for (auto _ : state) {
    ReceiveMark mark(backlog.queue);
    backlog.queue.append(message.release_signal());
    message = take(backlog.queue, {&wanted, 1}, &mark).message;
  }
}
BENCHMARK(message_queue_take_marked)->ArgName("unmatched")->Arg(10)->Arg(1'000)->Arg(100'000);

// A receive that has refused the backlog and waits: each message that comes is looked at once, alone.
void message_queue_scan_goes_on(benchmark::State& state) {
  Backlog backlog(state.range(0));
  Message message = make_message<Wanted>(message_kind, Wanted{1});
  std::size_t scanned = 0;
  MessageQueue::Found nothing = backlog.queue.take({&wanted, 1}, nullptr, scanned);
  benchmark::DoNotOptimize(nothing.clause);
  for (auto _ : state) {
    backlog.queue.append(message.release_signal());
    message = backlog.queue.take({&wanted, 1}, nullptr, scanned).message;
  }
}
BENCHMARK(message_queue_scan_goes_on)->ArgName("unmatched")->Arg(1'000)->Arg(100'000);

}  // namespace
