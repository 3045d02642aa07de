#include <throng/mailbox/message_queue.hpp>

namespace throng::detail {

ReceiveMark::ReceiveMark(MessageQueue& queue) noexcept
    : queue_(queue), position_(queue.last_), next_(queue.marks_) {
  queue.marks_ = this;
}

ReceiveMark::~ReceiveMark() {
  // Marks nest with the calls that made them, so this one is nearly always the first.
  for (ReceiveMark** link = &queue_.marks_; *link != nullptr; link = &(*link)->next_) {
    if (*link == this) {
      *link = next_;
      return;
    }
  }
}

namespace {

bool takes(const Clause& clause, Signal* signal) {
  const bool right_type = clause.type == nullptr || same_type(*clause.type, *signal->type);
  return right_type && (clause.guard == nullptr || clause.guard(clause.guard_object, payload_of(signal)));
}

}  // namespace

MessageQueue::Found MessageQueue::take(std::span<const Clause> clauses, const ReceiveMark* mark,
                                       std::size_t& scanned) {
  if (!scan_started_) {
    scan_started_ = true;
    scanned_ = mark == nullptr ? nullptr : mark->position_;
  }
  Signal* previous = scanned_;
  for (;;) {
    Signal* candidate = previous == nullptr ? first_ : previous->next;
    if (candidate == nullptr) return {};
    ++scanned;
    for (const Clause& clause : clauses) {
      if (!takes(clause, candidate)) continue;
      return {Message(remove_after(previous)), static_cast<std::size_t>(&clause - clauses.data())};
    }
    previous = candidate;
    scanned_ = candidate;
  }
}

Signal* MessageQueue::remove_after(Signal* previous) noexcept {
  Signal*& link = previous == nullptr ? first_ : previous->next;
  Signal* removed = link;
  link = removed->next;
  if (last_ == removed) last_ = previous;
  if (scanned_ == removed) scanned_ = previous;
  for (ReceiveMark* mark = marks_; mark != nullptr; mark = mark->next_) {
    if (mark->position_ == removed) mark->position_ = previous;
  }
  --size_;
  removed->next = nullptr;
  return removed;
}

Signal* MessageQueue::take_all() noexcept {
  for (ReceiveMark* mark = marks_; mark != nullptr; mark = mark->next_) mark->position_ = nullptr;
  Signal* all = first_;
  first_ = last_ = nullptr;
  size_ = 0;
  reset_scan();
  return all;
}

}  // namespace throng::detail
