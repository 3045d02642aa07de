// Envelopes: making a message around a value and destroying it, beside malloc and free of the same number of
// bytes in the same run. The value is trivial, so its own construction is nearly nothing.
#include <benchmark/benchmark.h>
#include <sched.h>

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <thread>
#include <throng/base/allocate.hpp>
#include <throng/mailbox/inbox.hpp>
#include <throng/mailbox/message.hpp>
#include <vector>

namespace {

using throng::detail::Inbox;
using throng::detail::make_message;
using throng::detail::Message;
using throng::detail::message_kind;
using throng::detail::Signal;

template <std::size_t Size>
struct Payload {
  std::byte bytes[Size];
};

template <std::size_t Size>
void message_make_destroy(benchmark::State& state) {
  for (auto _ : state) {
    Message message = make_message<Payload<Size>>(message_kind);
    benchmark::DoNotOptimize(message.payload());
  }
  state.SetLabel(throng::detail::allocator_name());
}
BENCHMARK_TEMPLATE(message_make_destroy, 8);
BENCHMARK_TEMPLATE(message_make_destroy, 32);
BENCHMARK_TEMPLATE(message_make_destroy, 256);
BENCHMARK_TEMPLATE(message_make_destroy, 4096);

template <std::size_t Size>
void malloc_free(benchmark::State& state) {
  for (auto _ : state) {
    void* block = std::malloc(sizeof(Signal) + Size);
    benchmark::DoNotOptimize(block);
    std::free(block);
  }
}
BENCHMARK_TEMPLATE(malloc_free, 8);
BENCHMARK_TEMPLATE(malloc_free, 32);
BENCHMARK_TEMPLATE(malloc_free, 256);
BENCHMARK_TEMPLATE(malloc_free, 4096);

// How blocks come to be and go: as throng's envelopes, or as plain malloc blocks with a signal in them.
struct Envelopes {
  static Signal* make() { return make_message<Payload<32>>(message_kind).release_signal(); }
  static void destroy(Signal* signal) { throng::detail::destroy_signal(signal); }
};
struct Mallocs {
  static Signal* make() { return ::new (std::malloc(sizeof(Signal) + 32)) Signal; }
  static void destroy(Signal* signal) { std::free(signal); }
};

constexpr std::size_t round_size = 8192;

// Blocks are made and sent by one thread, received and freed by another: what two processes on two workers do
// to an allocator. The inbox between them is part of the figure; bench_mailbox_inbox has it alone.
template <class Blocks>
void made_here_freed_there(benchmark::State& state) {
  Inbox inbox;
  std::atomic<bool> stop{false};
  std::atomic<std::size_t> freed{0};
  std::thread receiver([&] {
    for (int spins = 0; !stop.load(std::memory_order_relaxed); ++spins) {  // relaxed: nothing follows
      std::size_t count = 0;
      for (Signal* signal = inbox.drain(); signal != nullptr; ++count)
        Blocks::destroy(std::exchange(signal, signal->next));
      freed.fetch_add(count, std::memory_order_release);  // pairs: the loop below
      if (count == 0 && spins % 1024 == 1023) sched_yield();
    }
  });
  std::size_t made = 0;
  for (auto _ : state) {
    for (std::size_t i = 0; i < round_size; ++i) benchmark::DoNotOptimize(inbox.push(Blocks::make()));
    made += round_size;
    // At most one round ahead, so that memory in use is bounded.
    while (freed.load(std::memory_order_acquire) + round_size < made) sched_yield();  // pairs: fetch_add
  }
  while (freed.load(std::memory_order_acquire) < made) sched_yield();  // pairs: fetch_add
  stop.store(true, std::memory_order_relaxed);                         // relaxed: nothing follows
  receiver.join();
  state.counters["each"] = benchmark::Counter(static_cast<double>(made),
                                              benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK_TEMPLATE(made_here_freed_there, Envelopes)->MeasureProcessCPUTime()->UseRealTime();
BENCHMARK_TEMPLATE(made_here_freed_there, Mallocs)->MeasureProcessCPUTime()->UseRealTime();

}  // namespace
