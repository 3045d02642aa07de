// What all behaviours have in common: a start that is acknowledged, a name, an end that follows the parent's,
// a stop that can be asked for, and a place where sys can look at it and hold it. For those who write a
// behaviour of their own; a server or a state machine is written with less.
//
// Thread: the object belongs to its process.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <throng/base/owned.hpp>
#include <throng/stdlib/start.hpp>
#include <throng/stdlib/sys_action.hpp>
#include <throng/vm/call.hpp>
#include <throng/vm/resident.hpp>
#include <vector>

namespace throng {

namespace detail {

struct Debug;  // what sys was asked to observe

// What init's acknowledgement says; an init that throws says nothing, and the starter is told the reason.
struct Started {
  std::optional<Pid> already_started{};
  std::optional<ExitReason> refused{};
  bool ignored = false;
};

// Thrown through callbacks: the behaviour ends with the reason, its terminate() first.
struct StopBehaviour {
  ExitReason reason;
};
// Thrown by an init: nothing shall run; with a reason, quietly (GSV-1).
struct RefuseStart {
  std::optional<ExitReason> reason;
};

// A stop that somebody waits for (GSV-9).
struct StopRequest {
  ExitReason reason;
};

}  // namespace detail

class Behaviour : public Resident {
 public:
  ~Behaviour() override;
  void start() final;
  void handle(ReceivedMessage& message) final;

  // The reason takes effect when the callback that runs now is through (GSV-3).
  void stop_later(ExitReason reason) { stop_ = std::move(reason); }
  // What runs before the next message (GSV-4); `next` gets the state and the payload.
  using ContinueFunction = void (*)(void* state, void* payload);
  void continue_with(detail::Message message, ContinueFunction next);

  // -- for sys
  virtual std::string_view type_name() const noexcept = 0;
  virtual void* state() noexcept = 0;  // what get_state() shows
  virtual std::string status_text() { return {}; }
  detail::Debug& debug();
  bool is_suspended() const noexcept { return suspended_; }
  void set_suspended(bool on) noexcept { suspended_ = on; }

  ReplyTo starter{};  // told when init is through

 protected:
  Behaviour(const StartOptions& options, Pid parent);

  virtual void init() = 0;
  // False: it is none that this behaviour takes, and it is reported and dropped.
  virtual bool take(ReceivedMessage& message) = 0;
  virtual void terminate(const ExitReason&) {}
  virtual void hibernate() {}
  // Who waits for the answer to this message, also once it was handled; null: nobody. For reports (GSV-8).
  virtual Pid client_of(const ReceivedMessage&) const { return {}; }

  Pid parent() const noexcept { return parent_; }

 private:
  struct Continue {
    detail::Message message;
    ContinueFunction function;
  };

  void claim_name();
  void run_init();
  void leave_parent();
  void take_or_report(ReceivedMessage& message);
  bool take_of_library(ReceivedMessage& message);
  void after_callback();
  void wait_while_suspended();
  void look_whether_idle();
  void look_later();
  [[noreturn]] void finish(const ExitReason& reason);
  template <class Callback>
  void guarded(Callback callback, const ReceivedMessage* message);
  void report_end(const ExitReason& reason, const ReceivedMessage* message);

  detail::Owned<StartOptions> options_;  // until it has started
  Pid parent_;
  std::vector<Continue> continues_;
  std::optional<ExitReason> stop_;
  Duration hibernate_after_ = detail::forever;
  detail::Owned<detail::Debug> debug_;
  std::uint32_t handled_ = 0;         // messages, to see whether any came
  std::uint32_t handled_before_ = 0;  // when it last looked
  bool hibernates_ = false;  // and nothing has come since; else it will look, if it hibernates at all
  bool suspended_ = false;
};

namespace detail {

// The behaviour whose callback runs. Throws std::logic_error, naming `call`, elsewhere.
Behaviour& this_behaviour(const char* call);

// Spawns it and waits for init. The process, or why there is none.
Expected<Spawned, StartError> start_behaviour(std::unique_ptr<Behaviour> behaviour,
                                              const StartOptions& options, Attach attach);
// The caller, for one that is linked to it: whose exit it follows.
Pid parent_for(Attach attach);
// A started process as what it is addressed by.
template <class Ref>
Expected<Ref, StartError> started_as(Expected<Spawned, StartError> started) {
  if (!started) return Unexpected(std::move(started).error());
  return Ref(started->process);
}
// After a start that failed: when this returns neither the process nor a message of it is left (GSV-1). The
// mark is from before the spawn.
void clear_away(const throng::ReceiveMark& mark, const Spawned& failed, Attach attach, bool still_runs);
// Who spawned the calling process: whom a server obeys that was a plain process (GSV-11).
Pid parent_of_caller();
// What the answer to a start says.
bool is_started(const Message& answer);
StartError start_error_of(const Message& answer);

// The end of a watched process, if it comes in time. The mark is from before the monitor.
std::optional<ExitReason> wait_for_down(const throng::ReceiveMark& mark, Monitor watch, Duration timeout);
// An end that was asked for: nobody is to be told of a failure (GSV-8).
bool is_expected_end(const ExitReason& reason) noexcept;

// Asks it to stop and waits until it has ended. Errors: CallFailed with noproc or timeout (GSV-9).
void stop_and_wait(Pid behaviour, ExitReason reason, Duration timeout);

}  // namespace detail
}  // namespace throng
