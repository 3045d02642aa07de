// What a process can do to itself and to others, sending and receiving apart. Thread: in a process, unless it
// says otherwise. Errors: NotInProcess elsewhere.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <throng/scheduler/clock.hpp>
#include <throng/scheduler/runnable.hpp>
#include <throng/vm/errors.hpp>
#include <throng/vm/pid.hpp>

namespace throng {

// What a process that traps exits receives instead of dying (EXT-2, EXT-3).
struct Exit {
  Pid from;
  ExitReason reason;
};
// What a monitor gives, once (MON-1). `process` is the null pid for a name that nobody had.
struct Down {
  Monitor monitor;
  Pid process;
  ExitReason reason;
  std::uint64_t tag = 0;  // MonitorOptions::tag (MON-5)
};

Pid self();

// What the caller does, in words for people: process_info() and crash reports show it. Empty: no more.
void set_label(std::string label);

// Bidirectional; linking again or to oneself changes nothing (LNK-1). Errors: NoProcess for a dead one,
// unless the caller traps exits: it is then told by a message (LNK-4).
void link(Pid other);
// Once it returned, that link can no longer affect the caller; an Exit already queued stays (LNK-2).
void unlink(Pid other);

enum class AliasKind : std::uint8_t {
  explicit_unalias,  // until unalias() or the owner's death
  once,              // the first message through it ends it
  demonitor,         // made with a monitor: ends with it, by demonitor() or by its Down
  reply_demonitor,   // the same, and the first message through it ends both
};
// An address of the caller's that the caller can take back (ALI-1). Errors: std::invalid_argument for the
// kinds that are made with a monitor.
Alias alias(AliasKind kind = AliasKind::explicit_unalias);
// True: it was still active. Only the owner can (ALI-3). Messages already queued stay (ALI-1), and so does
// the monitor it was made with (ALI-2).
bool unalias(const Alias& alias);

struct MonitorOptions {
  std::optional<AliasKind>
      alias{};            // make an alias with it, see alias_of(); AliasKind::once is not for monitors
  std::uint64_t tag = 0;  // comes back in Down::tag, to tell kinds of watching apart
};

// Exactly one Down for each call, at once with noproc if the process is dead (MON-1, MON-2).
Monitor monitor(Pid other, const MonitorOptions& options = {});
// Binds to the process that has the name now (MON-3); nobody: a Down with noproc and the null pid.
Monitor monitor(std::string_view name, const MonitorOptions& options = {});
// No later Down (MON-4); with flush also none that is already queued. True: the monitor was still active.
// Errors: std::invalid_argument for a monitor that another process made.
bool demonitor(Monitor monitor, bool flush = false);
// The alias that was made together with this monitor of the caller's (ALI-1).
Alias alias_of(Monitor monitor);

// Incoming exit signals become messages. Returns the old setting (FLG-1).
bool trap_exit(bool on);
Priority priority(Priority level);
// What scheduling policies go by, of the caller; as in SpawnOptions. Errors: std::invalid_argument for weight
// 0.
void set_tag(std::uint64_t tag);
void set_weight(std::uint32_t weight);
void set_deadline(Clock::time_point deadline);

// Ends the caller.
[[noreturn]] void exit(ExitReason reason);
// Sends an exit signal; to oneself it takes effect before the call returns (EXT-2).
void exit(Pid other, ExitReason reason);
[[noreturn]] void exit(int) = delete;  // ::exit would end the host; exit(reason) ends the process

// For code that catches everything to clean up: the reason with which the process ends if the exception that
// is being handled is let out; nothing if it is being ended by others, and no clean-up by message or call is
// possible any more. Requires: in a catch block.
std::optional<ExitReason> reason_in_flight();

// Holds a process: returns when it does not run its code any more, and it won't until the caller has called
// resume_process() as often, or has ended. Several may hold it at a time. Meanwhile it hears of links, exits
// and monitors; a time-out that passes is held back, and it can be killed (SCH-11). False: it does not live.
// Waits for its next runtime call or the end of its slice. Errors: std::invalid_argument for the caller
// itself.
bool suspend_process(Pid other);
// Errors: std::logic_error if the caller has not suspended it.
void resume_process(Pid other);

// Sees the effect of every signal that the caller sent before (ALV-1).
bool is_alive(Pid other);

// One name per process, one process per name (NAM-1). Errors: BadName.
void register_name(std::string_view name, Pid process);
void unregister_name(std::string_view name);
std::optional<Pid> whereis(std::string_view name);

// Lets others run; a kill surfaces here, as in every call that may block.
void yield();
// Counts work that the runtime can't see; yields at the end of the slice (SCH-1). `reductions` is about one
// per call.
void charge(std::int32_t reductions);
void sleep_for(Duration duration);
template <class Rep, class Period>
void sleep(std::chrono::duration<Rep, Period> duration) {
  sleep_for(saturated(duration));
}
template <class T>
requires std::is_arithmetic_v<T>
void sleep(T) = delete;  // of what? sleep(5ms), sleep(2s)

}  // namespace throng
