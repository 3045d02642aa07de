#include <throng/stdlib/counters.hpp>

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>

namespace throng {
namespace {

constexpr std::size_t line = 64;

// One cache line of counters: no two cores' counters share one.
struct alignas(line) Line {
  static constexpr std::size_t numbers = line / sizeof(std::atomic<std::uint64_t>);
  // Protocol: additions and sums, all relaxed: counters order nothing but themselves.
  std::atomic<std::uint64_t> values[numbers]{};
};

}  // namespace

// The counters of one core stand together, in lines of their own.
struct Counters::Block {
  Block(std::size_t how_many, CounterOptions how)
      : size(how_many),
        lines_per_core((how_many + Line::numbers - 1) / Line::numbers),
        cores(how.write_concurrency ? std::max(1U, std::thread::hardware_concurrency()) : 1),
        options(how),
        lines(std::make_unique<Line[]>(lines_per_core * cores)) {}

  std::atomic<std::uint64_t>& at(std::size_t core, std::size_t index) const {
    if (index >= size) [[unlikely]] {
      throw std::out_of_range("throng: Counters: index " + std::to_string(index) + " of an array of " +
                              std::to_string(size) + "; the first is 0");
    }
    return lines[core * lines_per_core + index / Line::numbers].values[index % Line::numbers];
  }
  // Where the caller runs now; that it may have moved on by the time it adds costs speed, not truth.
  std::size_t here() const noexcept {
    if (cores == 1) return 0;
    int core = sched_getcpu();
    return core < 0 ? 0 : static_cast<std::size_t>(core) % cores;
  }
  void add(std::size_t index, std::uint64_t by) const {
    at(here(), index).fetch_add(by, std::memory_order_relaxed);  // relaxed: see Line
  }

  std::size_t size;
  std::size_t lines_per_core;
  std::size_t cores;
  CounterOptions options;
  std::unique_ptr<Line[]> lines;
};

Counters::Counters(std::size_t size, CounterOptions options) {
  if (size == 0) throw std::invalid_argument("throng: Counters(0) would hold nothing; ask for one at least");
  block_ = std::make_shared<Block>(size, options);
}

std::size_t Counters::size() const noexcept { return block_->size; }

std::size_t Counters::memory() const noexcept {
  return sizeof(Block) + block_->lines_per_core * block_->cores * sizeof(Line);
}

bool Counters::has_write_concurrency() const noexcept { return block_->options.write_concurrency; }

void Counters::add(std::size_t index, std::int64_t by) const {
  block_->add(index, static_cast<std::uint64_t>(by));
}

void Counters::sub(std::size_t index, std::int64_t by) const {
  block_->add(index, std::uint64_t{0} - static_cast<std::uint64_t>(by));
}

std::int64_t Counters::get(std::size_t index) const {
  std::uint64_t sum = 0;
  for (std::size_t core = 0; core < block_->cores; ++core)
    sum += block_->at(core, index).load(std::memory_order_relaxed);  // relaxed: see Line
  return static_cast<std::int64_t>(sum);
}

void Counters::put(std::size_t index, std::int64_t value) const {
  for (std::size_t core = 0; core < block_->cores; ++core) {
    std::uint64_t mine = core == 0 ? static_cast<std::uint64_t>(value) : 0;
    block_->at(core, index).store(mine, std::memory_order_relaxed);  // relaxed: see Line
  }
}

}  // namespace throng
