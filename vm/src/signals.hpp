// The signals of this floor: kinds and payloads. Each is an envelope like a message's, in the same inbox, so
// one sender's signals of all kinds arrive in the order sent (SIG-2). signal_handler.cpp gives each its
// meaning.
#pragma once

#include <memory>
#include <throng/mailbox/message.hpp>
#include <throng/vm/inspect.hpp>
#include <throng/vm/possession.hpp>
#include <throng/vm/process.hpp>
#include <throng/vm/spawn.hpp>

namespace throng::detail {

enum SignalKind : std::uint8_t {
  exit_kind = first_other_kind,  // Exit: exit(pid, reason)
  linked_exit_kind,              // Exit: a linked process ended
  link_kind,                     // LinkSignal
  unlink_kind,                   // UnlinkSignal
  unlink_ack_kind,               // UnlinkSignal
  monitor_kind,                  // MonitorSignal
  demonitor_kind,                // MonitorSignal
  down_kind,                     // Down
  timeout_kind,                  // Reference: the time of a receive or sleep is up
  question_kind,                 // Inquiry: is_alive, process_info, suspend_process
  answer_kind,                   // Answer
  resumed_kind,                  // Reference: work on a blocking thread is done
  spawn_reply_kind,              // SpawnReply
  request_kind,                  // throng::Question<M>: begins with a ReplyTo
  reply_kind,                    // Answered<R> or Unanswered: begins with an AnswerHeader
  timer_started_kind,            // StartedTimer: the deferred time-out of a wait has become a timer
  adopt_kind,                    // AdoptSignal: a possession for the receiver to own
  resume_kind,                   // ResumeSignal: resume_process, or the end of who suspended
};

struct LinkSignal {
  Pid from;
};
struct UnlinkSignal {
  Pid from;
  std::uint64_t id;
};
struct MonitorSignal {
  Pid watcher;
  Monitor monitor;
};
struct AdoptSignal {
  std::shared_ptr<Possession> possession;
};
struct StartedTimer {
  std::uint64_t number;
  TimerKey key;
};
struct Reference {
  std::uint64_t number;
};
enum class Wish : std::uint8_t { life, info, suspension };
struct Inquiry {
  Pid from;
  std::uint64_t number;
  Wish wish;
};
struct ResumeSignal {
  Pid from;
  bool altogether;  // however often it has suspended
};
struct Answer {
  std::uint64_t number;
  bool alive;
  std::unique_ptr<ProcessInfo> info;
};

template <class T>
T& payload_as(Signal* signal) noexcept {
  return *static_cast<T*>(payload_of(signal));
}

// Its payload's destructor is the user's.
inline bool carries_users_value(const Signal& signal) noexcept {
  return signal.kind == request_kind || signal.kind == message_kind || signal.kind == reply_kind ||
         signal.kind == aliased_message_kind;
}

}  // namespace throng::detail
