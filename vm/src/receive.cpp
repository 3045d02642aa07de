#include <throng/vm/receive.hpp>

#include <exception>
#include <throng/vm/rest.hpp>

#include "record.hpp"
#include "runtime_call.hpp"
#include "timers.hpp"

namespace throng {
namespace detail {
namespace {

// The next receive starts at the oldest message, however this one is left (RCV-3).
struct ScanReset {
  MessageQueue& queue;
  ~ScanReset() { queue.reset_scan(); }
};

// Asks each clause about each message.
THRONG_NOINLINE MessageQueue::Found look_through(Process& process, std::span<const Clause> clauses,
                                                 const ReceiveMark* mark) {
  struct Matching {
    Process& process;
    explicit Matching(Process& p) noexcept : process(p) { process.is_matching = true; }
    ~Matching() { process.is_matching = false; }
  } matching(process);
  std::size_t scanned = 0;
  MessageQueue::Found found = process.queue.take(clauses, mark, scanned);
  process.worker->budget -= static_cast<std::int32_t>(scanned) * price::message_looked_at;
  if (found.message) note_receive(process, found.message);
  return found;
}

// One look through what has arrived; charges what it looked at. Inline as far as the oldest message is the
// one.
THRONG_INLINE MessageQueue::Found look(Process& process, std::span<const Clause> clauses,
                                       const ReceiveMark* mark) {
  if (!process.queue.has_unscanned(mark)) return {};
  if (!clauses.empty() && mark == nullptr) {
    if (Message oldest = process.queue.take_oldest(clauses.front())) {
      process.worker->budget -= price::message_looked_at;
      note_receive(process, oldest);
      return {std::move(oldest), 0};
    }
  }
  return look_through(process, clauses, mark);
}

// A receive in a destructor of an exit can't wait and can't throw (EXT-5): with a time-out the time is up at
// once; without one there is nothing to return, so the process ends here and the destructors below do not
// run.
MessageQueue::Found receive_while_exiting(Process& process, Duration timeout) {
  if (timeout == forever && process.on_stack) abandon(process);
  return {};
}

MessageQueue::Found receive_in_time(Process& process, std::span<const Clause> clauses, Duration timeout,
                                    const ReceiveMark* mark) {
  WaitTimer timer(process);
  for (;;) {
    process.events &= static_cast<std::uint8_t>(~message_event);
    handle_signals(process);
    MessageQueue::Found found = look(process, clauses, mark);
    if (found.message || timeout <= Duration::zero() || (process.events & timeout_event) != 0) return found;
    timer.start_once(timeout);
    wait_for(process, message_event | timeout_event);
    if (process.must_exit) return receive_while_exiting(process, timeout);  // could not be thrown here
  }
}

}  // namespace

MessageQueue::Found receive_message(std::span<const Clause> clauses, Duration timeout,
                                    const ReceiveMark* mark) {
  RuntimeCall runtime_call("receive()");
  Process& process = runtime_call.process();
  enter_call(process, price::receive);
  if (process.is_matching) [[unlikely]]
    refuse_waiting(process);
  if (is_rejected(process)) [[unlikely]] {
    surface_exit(process);
    return receive_while_exiting(process, timeout);
  }
  ScanReset reset{process.queue};
  if (timeout != forever) return receive_in_time(process, clauses, timeout, mark);
  for (;;) {
    process.events &= static_cast<std::uint8_t>(~message_event);
    handle_signals(process);
    MessageQueue::Found found = look(process, clauses, mark);
    if (found.message) return found;
    wait_for(process, message_event);
    if (process.must_exit) return receive_while_exiting(process, timeout);  // could not be thrown here
  }
}

MessageQueue::Found receive_at_rest(std::span<const Clause> clauses) {
  return receive_at_rest(RuntimeCall("rest()").process(), clauses);
}

MessageQueue::Found receive_at_rest(Process& process, std::span<const Clause> clauses) {
  if (has_orphans(process) && !process.must_exit)
    fail_orphans(process, ExitReason::error("throng: the question was dropped without an answer"));
  handle_signals(process);
  surface_exit(process);
  if (process.worker->budget <= 0) return {};
  process.worker->budget -= price::message_looked_at;
  process.events &= static_cast<std::uint8_t>(~message_event);
  MessageQueue::Found found = look(process, clauses, nullptr);
  if (found.message) process.queue.reset_scan();
  return found;
}

}  // namespace detail

ReceiveMark::ReceiveMark() {
  detail::RuntimeCall runtime_call("ReceiveMark");
  detail::handle_signals(runtime_call.process());  // what has arrived is before the mark
  mark_.emplace(runtime_call.process().queue);
}

ReceiveMark::~ReceiveMark() {
  detail::MaybeCall runtime_call;
  mark_.reset();
}

void sleep_for(Duration duration) { detail::receive_message({}, std::max(duration, Duration(1)), nullptr); }

}  // namespace throng
