// The door between a process's own code and the runtime. A process that computes in code without checks, or
// hangs in a system call, can't be stopped; but when it must end, the watchdog ends it for everybody else
// (overstay.cpp), and for that its control block has to be nobody's but the watchdog's. So who runs a process
// holds the door of its worker, everywhere but in code of the user's: the worker takes it as it starts, gives
// it up just before a body runs, and every call of the runtime takes it again on its way in. The watchdog
// gets in only while the process is outside, and who comes in then waits until it is through.
//
// Cost: two stores and two loads for each call; a lock with an exchange would be 5 ns. Rejected: stopping the
// thread by a signal and looking where it is: nothing on a stack tells that reliably. Switching away in the
// handler: malloc's lock may be held.
//
// Code of the user's that the runtime calls in the middle of its own (guards, destructors of messages) counts
// as inside: it can't be ended like this.
#pragma once

#include "machine.hpp"

namespace throng::detail {

// The process was ended for the others while its code ran on: this is the end for that code too. No
// destructors run, as for one that is stopped at a check.
[[noreturn]] void come_back(Process& process) noexcept;

THRONG_INLINE void enter_runtime(Process& process) noexcept {
  if (process.calls++ > 0) return;
  state_of(*process.worker).door.lock();
  if (process.overstays) [[unlikely]]
    come_back(process);
}

// On whatever worker it is by now.
THRONG_INLINE void leave_runtime(Process& process) noexcept {
  if (--process.calls == 0) state_of(*process.worker).door.unlock();
}

class InRuntime {
 public:
  THRONG_INLINE explicit InRuntime(Process& process) noexcept : process_(process) { enter_runtime(process_); }
  THRONG_INLINE ~InRuntime() { leave_runtime(process_); }
  InRuntime(const InRuntime&) = delete;
  InRuntime& operator=(const InRuntime&) = delete;

 private:
  Process& process_;
};

// While code of the user's runs that a process consists of.
class InUserCode {
 public:
  explicit InUserCode(Process& process) noexcept : process_(process) { leave_runtime(process_); }
  ~InUserCode() { enter_runtime(process_); }
  InUserCode(const InUserCode&) = delete;
  InUserCode& operator=(const InUserCode&) = delete;

 private:
  Process& process_;
};

// Every public function that is for processes begins with one. Throws NotInProcess. Inline whatever the
// compiler thinks: of a message it is a tenth.
class RuntimeCall : InRuntime {
 public:
  THRONG_INLINE explicit RuntimeCall(const char* call) : RuntimeCall(require_process(call)) {}
  Process& process() const noexcept { return caller_; }

 private:
  THRONG_INLINE explicit RuntimeCall(Process& caller) noexcept : InRuntime(caller), caller_(caller) {}
  Process& caller_;
};

// For what host threads may do too: then there is no process.
class MaybeCall {
 public:
  MaybeCall() noexcept : process_(current_process()) {
    if (process_ != nullptr) enter_runtime(*process_);
  }
  ~MaybeCall() {
    if (process_ != nullptr) leave_runtime(*process_);
  }
  MaybeCall(const MaybeCall&) = delete;
  MaybeCall& operator=(const MaybeCall&) = delete;
  Process* process() const noexcept { return process_; }

 private:
  Process* process_;
};

}  // namespace throng::detail
