// Shared<T>: a value that never changes again, held by as many as like, counted. The way to send something
// large without copying it: a copy of the handle is one increment. Thread: any, for different handles to one
// value; a handle itself is as any other object, one thread at a time.
//
// Invariants:
//   1. The value is made before the first handle exists, is only ever seen as const, and is destroyed by
//      whoever drops the last handle, on that thread.
//   2. T is Sendable and stays constant all through (detail::Constant): no unique_ptr, no mutable field. A
//      class that calls itself sendable answers for its own const members.
//   3. A handle holds a value unless it was moved from.
// Rejected: std::shared_ptr<const T>. It has aliases and weak handles, takes a deleter, and one conversion
// away somebody else may hold the same value as mutable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <throng/base/allocate.hpp>
#include <throng/base/atomic.hpp>
#include <throng/mailbox/sendable.hpp>
#include <type_traits>
#include <utility>

namespace throng {

template <class T>
class Shared {
 public:
  static constexpr bool sendable = true;
  using value_type = T;

  explicit Shared(T value) : block_(make_block(std::move(value))) {}

  // The value made in place: for a T that does not move, or to save the move.
  template <class... Args>
  [[nodiscard]] static Shared make(Args&&... args) {
    return Shared(Adopt{}, make_block(std::forward<Args>(args)...));
  }

  Shared(const Shared& other) noexcept : block_(other.block_) { retain(); }
  Shared(Shared&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  Shared& operator=(Shared other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~Shared() { drop(); }

  // Requires: not moved from.
  const T& operator*() const noexcept { return block_->value; }
  const T* operator->() const noexcept { return &block_->value; }
  const T& get() const noexcept { return block_->value; }

  // False only of a handle that was moved from.
  explicit operator bool() const noexcept { return block_ != nullptr; }

  // How many handles there are; with other threads about, there were.
  [[nodiscard]] std::size_t use_count() const noexcept {
    if (block_ == nullptr) return 0;
    return block_->count.load(
        std::memory_order_relaxed);  // relaxed: a number to look at, nothing follows from it
  }

  // The same value, without looking into it.
  [[nodiscard]] bool same_as(const Shared& other) const noexcept { return block_ == other.block_; }

  // Compares the values.
  friend bool operator==(const Shared& a, const Shared& b) requires requires(const T& value) {
    static_cast<bool>(value == value);
  }
  {
    if (a.same_as(b)) return true;
    return a && b && static_cast<bool>(*a == *b);
  }

 private:
  struct Block {
    template <class... Args>
    explicit Block(Args&&... args) : value(make_value(std::forward<Args>(args)...)) {}

    // Protocol: handles add and subtract one; who subtracts the last one destroys.
    //   retain add, relaxed        the adder holds a handle, so the count is not at its end
    //   drop subtract, acq_rel     pairs with itself: all reads of all holders come before the destruction
    detail::Atomic<std::size_t> count{1};
    const T value;
  };
  struct Adopt {};

  // Made in place even so. The braces are for aggregates, which clang 14 does not make with parentheses.
  template <class... Args>
  static T make_value(Args&&... args) {
    if constexpr (std::is_constructible_v<T, Args...>)
      return T(std::forward<Args>(args)...);
    else
      return T{std::forward<Args>(args)...};
  }

  Shared(Adopt, Block* block) noexcept : block_(block) {}

  template <class... Args>
  static Block* make_block(Args&&... args) {
    static_assert(
        detail::Constant<T>,
        "throng: a Shared value must be Sendable and stay constant: no unique_ptr, no mutable field");
    Memory memory;
    auto* block = ::new (memory.address) Block(std::forward<Args>(args)...);
    memory.address = nullptr;
    return block;
  }

  // Gives the memory back if the constructor of T throws.
  struct Memory {
    void* address = detail::allocate(sizeof(Block), alignof(Block));
    Memory() = default;
    Memory(const Memory&) = delete;
    Memory& operator=(const Memory&) = delete;
    ~Memory() {
      if (address != nullptr) detail::release(address);
    }
  };

  void retain() const noexcept {
    // relaxed: a new handle comes of a living one; who hands it to another thread orders that hand-over
    if (block_ != nullptr) block_->count.fetch_add(1, std::memory_order_relaxed);
  }

  void drop() noexcept {
    if (block_ == nullptr) return;
    // pairs: drop, of the other handles
    if (block_->count.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    block_->~Block();
    detail::release(block_);
  }

  Block* block_;
};

}  // namespace throng
