// Possessions: what a process has that others can see and that goes with it, such as a table or an entry in a
// registry. The dying process gives them up before anybody is told of its end (SIG-6). The way for a library
// to add to what the runtime itself takes back: names, timers, monitors.
#pragma once

#include <memory>
#include <throng/vm/exit_reason.hpp>
#include <throng/vm/send.hpp>

namespace throng {

namespace detail {
class Machine;
}
class Farewell;

class Possession {
 public:
  Possession() = default;
  Possession(const Possession&) = delete;
  Possession& operator=(const Possession&) = delete;
  virtual ~Possession() = default;

  // Called once for each process that owns it, as that process ends, or at once if it was entrusted to one
  // that does not live. Thread: any, inside no process that could wait; must not block for long.
  virtual void give_up(const Farewell& farewell) noexcept = 0;
};

// What can still be done at the end of a process. Valid during the call that got it.
class Farewell {
 public:
  Pid process() const noexcept { return process_; }
  const ExitReason& reason() const noexcept { return reason_; }

  // Arrives before any signal of the process's end (SIG-2).
  template <class M>
  void send(Pid to, M&& message) const {
    deliver(to, detail::message_of(std::forward<M>(message)));
  }
  // The possession goes to somebody else, whose own end will give it up.
  void entrust(Pid heir, std::shared_ptr<Possession> possession) const;

 private:
  friend struct FarewellMaker;
  Farewell(detail::Machine& machine, Pid process, const ExitReason& reason) noexcept
      : machine_(machine), process_(process), reason_(reason) {}
  void deliver(Pid to, detail::Message message) const;

  detail::Machine& machine_;
  Pid process_;
  const ExitReason& reason_;
};

// The caller owns it from now on, once however often it says so. False: the caller's end is settled and it
// owns nothing new (EXT-5). Thread: in a process. Errors: NotInProcess.
bool own(std::shared_ptr<Possession> possession);
// No more. False: the caller did not own it.
bool disown(const Possession& possession);
// From the caller to another process, in the order of what else is sent to it. The caller's ownership ends.
// False: the caller's end is settled, and nothing has changed (EXT-5).
bool entrust(Pid heir, std::shared_ptr<Possession> possession);

}  // namespace throng
