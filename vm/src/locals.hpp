// Where a machine keeps the one object of each type that libraries ask for (runtime_local.hpp).
//
// Invariants:
//   1. Slots fill from the front and never empty; a type has one slot.
//   2. A slot's object is complete before its type can be seen.
#pragma once

#include <mutex>
#include <stdexcept>
#include <throng/base/atomic.hpp>
#include <throng/vm/runtime_local.hpp>

namespace throng::detail {

class Locals {
 public:
  ~Locals() {
    while (used_ > 0) {
      Slot& slot = slots_[--used_];
      slot.destroy(slot.object);
    }
  }

  void* find_or_make(const RuntimeLocal& wanted) {
    if (void* object = find(wanted.type)) return object;
    std::lock_guard lock(mutex_);
    if (void* object = find(wanted.type)) return object;
    if (used_ == capacity)
      throw std::length_error("throng: more than 32 types were asked of runtime_local()");
    Slot& slot = slots_[used_];
    slot.object = wanted.make();
    slot.destroy = wanted.destroy;
    ++used_;
    slot.type.store(&wanted.type, std::memory_order_release);  // pairs: find's acquire
    return slot.object;
  }

 private:
  static constexpr std::size_t capacity = 32;
  struct Slot {
    // Protocol: null, then once the type, stored release when the other fields are set; loaded acquire.
    Atomic<const MessageType*> type{nullptr};
    void* object = nullptr;
    void (*destroy)(void*) noexcept = nullptr;
  };

  void* find(const MessageType& type) noexcept {
    for (Slot& slot : slots_) {
      const MessageType* there = slot.type.load(std::memory_order_acquire);  // pairs: find_or_make's release
      if (there == nullptr) return nullptr;
      if (same_type(*there, type)) return slot.object;
    }
    return nullptr;
  }

  std::mutex mutex_;  // held by who adds
  std::size_t used_ = 0;
  Slot slots_[capacity];
};

}  // namespace throng::detail
