// Starting what the library offers: options, and the ways a start can fail. Every start waits until the new
// process is through with its init; when a failure is seen, the process is gone and its name free (GSV-1).
#pragma once

#include <string>
#include <throng/base/expected.hpp>
#include <throng/stdlib/process_name.hpp>
#include <throng/vm/errors.hpp>
#include <throng/vm/receive.hpp>
#include <throng/vm/spawn.hpp>

namespace throng {

struct StartOptions {
  ProcessName name{};                  // had before init begins; empty: none
  Duration timeout = detail::forever;  // of init; a slow one is killed
  bool trap_exit = false;
  SpawnOptions spawn{};
  // After so long without a message the server's hibernate() is called, where it has one (GSV-11).
  Duration hibernate_after = detail::forever;
};

struct StartError {
  ExitReason reason{};
  std::optional<Pid> already_started{};  // who has the name
  bool ignored = false;                  // init called ignore(): nothing is wrong, and nothing runs
};

// Thrown by start functions; uncaught, the caller ends with the reason.
class StartFailed : public ExitsWith {
 public:
  explicit StartFailed(StartError error)
      : ExitsWith(error.reason, "throng: it did not start: " + error.reason.text()),
        error_(std::move(error)) {}
  const StartError& error() const noexcept { return error_; }

 private:
  StartError error_;
};

namespace detail {

template <class T>
T or_start_failed(Expected<T, StartError> started) {
  if (!started) throw StartFailed(std::move(started).error());
  return *std::move(started);
}

}  // namespace detail
}  // namespace throng
