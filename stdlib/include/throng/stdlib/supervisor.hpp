// Supervisors: start their children in order, restart those that end by a strategy, give up when it happens
// too often, and end them in reverse order (SUP-1..11). A tree is a value: a spec holds the specs of its
// children, supervisors among them.
//
// Thread: in a process. A Ref is a small value that can be sent.
#pragma once

#include <throng/stdlib/child.hpp>
#include <vector>

namespace throng {

// Whom a child's end takes along (SUP-4).
enum class Strategy : std::uint8_t { one_for_one, one_for_all, rest_for_one };

// More than so many restarts within that time, and the supervisor gives up (SUP-5).
struct Intensity {
  unsigned restarts = 1;
  Duration within = std::chrono::seconds(5);
};

// Whether the supervisor ends with its significant children (SUP-8).
enum class AutoShutdown : std::uint8_t { never, any_significant, all_significant };

// A pause before each restart, doubled from one to the next while the child does not stay (SUP-11). Counted
// against the intensity when it is tried.
struct Backoff {
  Duration first = Duration::zero();  // zero: restart at once
  Duration most = std::chrono::seconds(30);
  unsigned jitter_percent = 20;                      // each pause is up to so much shorter, at random
  Duration stable_after = std::chrono::seconds(60);  // a child that lived so long begins anew
};

namespace supervisor {

struct Spec {
  static constexpr bool sendable = true;
  Strategy strategy = Strategy::one_for_one;
  Intensity intensity{};
  AutoShutdown auto_shutdown = AutoShutdown::never;
  Backoff backoff{};
  std::vector<ChildSpec> children{};
  ProcessName name{};
};

struct ChildInfo {
  std::string id{};
  std::optional<Pid> pid{};  // nothing: it does not run
  bool restarting = false;
  ChildType type = ChildType::worker;
  Restart restart = Restart::permanent;
};

struct ChildCount {
  std::size_t specs = 0;
  std::size_t active = 0;
  std::size_t supervisors = 0;
  std::size_t workers = 0;
};

// Why a management call was refused (SUP-9).
enum class Refusal : std::uint8_t {
  not_found,
  running,
  restarting,
  already_started,
  already_present,
  invalid_spec,
  start_failed,
  max_children,
};
struct ChildError {
  Refusal refusal = Refusal::not_found;
  StartError start{};        // of start_failed
  std::optional<Pid> pid{};  // of already_started
  std::string text() const;
};
// What the management calls throw; their try_ forms return the error instead.
class ChildRefused : public ExitsWith {
 public:
  explicit ChildRefused(ChildError error)
      : ExitsWith(ExitReason::error("throng: " + error.text()), "throng: " + error.text()),
        error_(std::move(error)) {}
  const ChildError& error() const noexcept { return error_; }

 private:
  ChildError error_;
};

}  // namespace supervisor

namespace detail {

// What a supervisor may be asked; the engine is in supervisor_engine.cpp.
struct SupervisorProtocol {
  using ChildSpec = supervisor::ChildSpec;
  using Started = Expected<std::optional<Pid>, supervisor::ChildError>;
  using Done = Expected<void, supervisor::ChildError>;
  struct StartChild {
    using Reply = Started;
    ChildSpec spec;
  };
  struct RestartChild {
    using Reply = Started;
    std::string id;
  };
  struct TerminateChild {
    using Reply = Done;
    std::string id;
  };
  struct DeleteChild {
    using Reply = Done;
    std::string id;
  };
  struct WhichChildren {
    using Reply = std::vector<supervisor::ChildInfo>;
  };
  struct WhichChild {
    using Reply = std::optional<supervisor::ChildInfo>;
    std::string id;
  };
  struct CountChildren {
    using Reply = supervisor::ChildCount;
  };
  struct GetChildSpec {
    using Reply = std::optional<ChildSpec>;
    std::string id;
  };
  using Protocol = Messages<StartChild, RestartChild, TerminateChild, DeleteChild, WhichChildren, WhichChild,
                            CountChildren, GetChildSpec>;
};

}  // namespace detail

namespace supervisor {

class Ref {
 public:
  static constexpr bool sendable = true;
  Ref() = default;
  explicit Ref(Pid pid) noexcept : server_(pid) {}

  Pid pid() const noexcept { return server_.pid(); }
  friend bool operator==(const Ref&, const Ref&) = default;

  // Adds a child and starts it. Its pid; nothing if its init said ignore().
  std::optional<Pid> start_child(ChildSpec spec) const;
  Expected<std::optional<Pid>, ChildError> try_start_child(ChildSpec spec) const;
  // Starts one again that was terminated, or has ended for good.
  std::optional<Pid> restart_child(std::string id) const;
  Expected<std::optional<Pid>, ChildError> try_restart_child(std::string id) const;
  // Ends it; its spec stays, unless it is temporary.
  void terminate_child(std::string id) const;
  Expected<void, ChildError> try_terminate_child(std::string id) const;
  // Forgets the spec of one that does not run.
  void delete_child(std::string id) const;
  Expected<void, ChildError> try_delete_child(std::string id) const;
  std::vector<ChildInfo> which_children() const;  // in the order they were started
  std::optional<ChildInfo> which_child(std::string id) const;
  ChildCount count_children() const;
  std::optional<ChildSpec> get_childspec(std::string id) const;
  void stop(ExitReason reason = ExitReason::normal, Duration timeout = detail::forever) const;

 private:
  ServerRef<detail::SupervisorProtocol> server_;
};

// Linked to the caller, whose exit ends it. Returns when all children run. Errors: StartFailed; the children
// that had been started are gone then (SUP-2).
Ref start_link(Spec spec);
Expected<Ref, StartError> try_start_link(Spec spec);

// A supervisor as a child.
ChildSpec tree(std::string id, Spec spec);

// What is wrong with a spec, in one sentence; nothing: it is all right.
std::optional<std::string> check_childspecs(const Spec& spec);

}  // namespace supervisor
}  // namespace throng
