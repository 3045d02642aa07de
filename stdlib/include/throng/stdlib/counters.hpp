// Arrays of 64-bit counters that processes share: what Erlang has as counters. They only count; who needs to
// know the value that his own addition led to takes Atomics.
//
// With write concurrency each core has an array of its own: adding costs the same however many do it, a read
// adds up all cores. Such a read may miss additions that happen meanwhile, and of two additions by two
// processes it may see the later and not the earlier. Without, a counter is one atomic number.
//
// Thread: any, host threads too; the handle itself is as any other value. The array lives as long as a handle
// to it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace throng {

struct CounterOptions {
  bool write_concurrency = false;  // many who add, few who read
};

// Indices begin at 0. Arithmetic wraps around. Errors: std::out_of_range for an index beyond the end.
class Counters {
 public:
  static constexpr bool sendable = true;

  // All zero. Errors: std::invalid_argument for none at all.
  explicit Counters(std::size_t size, CounterOptions options = {});

  std::size_t size() const noexcept;
  std::size_t memory() const noexcept;  // bytes
  bool has_write_concurrency() const noexcept;

  void add(std::size_t index, std::int64_t by) const;
  void sub(std::size_t index, std::int64_t by) const;
  std::int64_t get(std::size_t index) const;
  // With write concurrency, an addition at the same time may be lost or kept.
  void put(std::size_t index, std::int64_t value) const;

  // Whether both are handles to one array.
  friend bool operator==(const Counters& a, const Counters& b) noexcept { return a.block_ == b.block_; }

 private:
  struct Block;
  std::shared_ptr<Block> block_;
};

}  // namespace throng
