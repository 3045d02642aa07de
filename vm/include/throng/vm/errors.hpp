// The exceptions of the runtime: mistakes of the caller that the compiler can't see. Left uncaught in a
// process, each becomes its exit reason.
#pragma once

#include <stdexcept>
#include <string>
#include <throng/vm/exit_reason.hpp>

namespace throng {

// A call that acts for a process was made where none runs: on a host thread, or in a global's destructor.
class NotInProcess : public std::logic_error {
 public:
  explicit NotInProcess(const char* call)
      : std::logic_error(std::string("throng: ") + call +
                         " needs a process; call it in a function that was spawned, or in Runtime::run") {}
};

// A name that is not registered, already taken, or whose owner may not have it (NAM-1, SIG-5).
class BadName : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

// An exception that says with which reason its process ends if nobody catches it.
class ExitsWith : public std::runtime_error {
 public:
  explicit ExitsWith(ExitReason reason) : ExitsWith(reason, "throng: " + reason.text()) {}
  ExitsWith(ExitReason reason, const std::string& sentence)
      : std::runtime_error(sentence), reason_(std::move(reason)) {}
  const ExitReason& reason() const noexcept { return reason_; }
  // What its process ends with if nobody catches it.
  virtual ExitReason exit_reason() const { return reason_; }

 private:
  ExitReason reason_;
};

// link() to a process that does not live, by one that does not trap exits (LNK-4).
class NoProcess : public ExitsWith {
 public:
  NoProcess()
      : ExitsWith(ExitReason::noproc,
                  "throng: link() to a process that does not live; trap exits to be told by a message") {}
};

// A limit of the runtime's was reached: processes, stacks or threads. The text says which and what to raise.
class LimitReached : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// What Runtime::run throws when the process it waited for did not end normally.
class ProcessExited : public std::runtime_error {
 public:
  explicit ProcessExited(ExitReason reason)
      : std::runtime_error("throng: the process ended with " + reason.text()), reason_(std::move(reason)) {}
  const ExitReason& reason() const noexcept { return reason_; }

 private:
  ExitReason reason_;
};

}  // namespace throng
