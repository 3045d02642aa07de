// The private queue of a receiver: messages that were taken out of the inbox and wait to be received.
// Owner only; nothing here is atomic. Order is arrival order (SIG-7).
//
//  1. `last_` is the newest message, or null with `first_`.
//  2. `scanned_` is the newest message that the current receive has already refused, or null (RCV-1, RCV-3).
//  3. Every registered mark points at the newest message that existed when it was made and still exists, or
//  at
//     null if none does: a scan from a mark sees exactly the messages that came later (RCV-5).
#pragma once

#include <cstddef>
#include <span>
#include <throng/mailbox/message.hpp>

namespace throng::detail {

// One erased receive clause: which type it takes, and a guard that may refuse a value.
struct Clause {
  const MessageType* type = nullptr;                                // null: any type
  bool (*guard)(const void* guard, const void* payload) = nullptr;  // null: no guard; may throw
  const void* guard_object = nullptr;
};

class MessageQueue;

// A position in a queue, registered while it lives; made when a fresh reference is made, so that the wait for
// its answer need not look at what was there before. May outlive nested receives. Thread: owner of the queue.
class ReceiveMark {
 public:
  explicit ReceiveMark(MessageQueue& queue) noexcept;
  ~ReceiveMark();
  ReceiveMark(const ReceiveMark&) = delete;
  ReceiveMark& operator=(const ReceiveMark&) = delete;

 private:
  friend class MessageQueue;
  MessageQueue& queue_;
  Signal* position_;
  ReceiveMark* next_;
};

class MessageQueue {
 public:
  struct Found {
    Message message;         // empty: nothing matched
    std::size_t clause = 0;  // index of the first clause that took it
  };

  // Takes ownership of `signal` as the newest message.
  void append(Signal* signal) noexcept {
    signal->next = nullptr;
    (last_ == nullptr ? first_ : last_->next) = signal;
    last_ = signal;
    ++size_;
  }

  // The same for many, linked from the oldest to the newest. Requires: newest->next is null.
  void append(Signal* oldest, Signal* newest, std::size_t count) noexcept {
    (last_ == nullptr ? first_ : last_->next) = oldest;
    last_ = newest;
    size_ += static_cast<std::uint32_t>(count);
  }

  // The oldest message not yet refused that any clause takes, removed from the queue; the scan goes on where
  // the last one of this receive stopped. `mark`: look only at what came after it. `scanned` counts messages
  // looked at.
  Found take(std::span<const Clause> clauses, const ReceiveMark* mark, std::size_t& scanned);

  // The oldest message if this clause plainly takes it: the common case of take(), small enough to be
  // inlined. Empty: ask take().
  Message take_oldest(const Clause& clause) noexcept {
    Signal* oldest = first_;
    if (oldest == nullptr || scan_started_ || marks_ != nullptr || clause.guard != nullptr) return {};
    if (clause.type != nullptr && clause.type != oldest->type) return {};
    first_ = oldest->next;
    if (first_ == nullptr) last_ = nullptr;
    --size_;
    oldest->next = nullptr;
    return Message(oldest);
  }

  // The next take() starts at the oldest message again. To be called when a receive is left, however it is
  // left.
  void reset_scan() noexcept {
    scanned_ = nullptr;
    scan_started_ = false;
  }

  // The stack on which marks lie goes away without their destructors.
  void forget_marks() noexcept { marks_ = nullptr; }

  // Gives up everything, oldest first.
  Signal* take_all() noexcept;

  // Looks at each message without taking it, oldest first.
  template <class F>
  void each(F look) const {
    for (Signal* signal = first_; signal != nullptr; signal = signal->next) look(*signal);
  }

  std::size_t size() const noexcept { return size_; }
  const Signal* first() const noexcept { return first_; }
  // Is there a message that this receive has not refused yet? `mark`: as for take().
  bool has_unscanned(const ReceiveMark* mark = nullptr) const noexcept {
    return last_ != (scan_started_ || mark == nullptr ? scanned_ : mark->position_);
  }

 private:
  friend class ReceiveMark;
  Signal* remove_after(Signal* previous) noexcept;

  Signal* first_ = nullptr;
  Signal* last_ = nullptr;
  Signal* scanned_ = nullptr;
  ReceiveMark* marks_ = nullptr;
  std::uint32_t size_ = 0;
  bool scan_started_ = false;
};

}  // namespace throng::detail
