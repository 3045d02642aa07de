// Arrays of 64-bit numbers that processes share and change without a message: what Erlang has as atomics.
// Every operation is one atomic step, and all of them, by whomever, have one order that everybody sees.
//
// Thread: any, host threads too; the handle itself is as any other value. The array lives as long as a handle
// to it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace throng {

// Indices begin at 0. Arithmetic wraps around; who wants unsigned numbers casts, the arithmetic is the same.
// Errors: std::out_of_range for an index beyond the end.
class Atomics {
 public:
  static constexpr bool sendable = true;

  // All zero. Errors: std::invalid_argument for none at all.
  explicit Atomics(std::size_t size);

  std::size_t size() const noexcept { return block_->size; }
  std::size_t memory() const noexcept;  // bytes

  std::int64_t get(std::size_t index) const { return at(index).load(); }
  void put(std::size_t index, std::int64_t value) const { at(index).store(value); }
  void add(std::size_t index, std::int64_t by) const { at(index).fetch_add(by); }
  void sub(std::size_t index, std::int64_t by) const { at(index).fetch_sub(by); }
  // The new value.
  std::int64_t add_get(std::size_t index, std::int64_t by) const {
    return wrapped(static_cast<std::uint64_t>(at(index).fetch_add(by)) + static_cast<std::uint64_t>(by));
  }
  std::int64_t sub_get(std::size_t index, std::int64_t by) const {
    return wrapped(static_cast<std::uint64_t>(at(index).fetch_sub(by)) - static_cast<std::uint64_t>(by));
  }
  // The old value.
  std::int64_t exchange(std::size_t index, std::int64_t value) const { return at(index).exchange(value); }
  // Replaces what is `expected`. The value that was there: `expected`, if it was replaced.
  std::int64_t compare_exchange(std::size_t index, std::int64_t expected, std::int64_t desired) const {
    at(index).compare_exchange_strong(expected, desired);
    return expected;
  }

  // Whether both are handles to one array.
  friend bool operator==(const Atomics& a, const Atomics& b) noexcept { return a.block_ == b.block_; }

 private:
  struct Block {
    std::size_t size;
    // Protocol: read and changed by anybody, always seq_cst, which is what the interface promises.
    std::unique_ptr<std::atomic<std::int64_t>[]> values;
  };

  std::atomic<std::int64_t>& at(std::size_t index) const {
    if (index >= block_->size) [[unlikely]]
      out_of_range(index);
    return block_->values[index];
  }
  [[noreturn]] void out_of_range(std::size_t index) const;
  static std::int64_t wrapped(std::uint64_t bits) noexcept { return static_cast<std::int64_t>(bits); }

  std::shared_ptr<const Block> block_;
};

}  // namespace throng
