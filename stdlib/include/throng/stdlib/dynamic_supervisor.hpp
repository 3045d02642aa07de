// Supervisors for children that come and go (DYN-1): one_for_one, without an order, ended all at once.
// Children are known by pid; ids may repeat. What Erlang calls simple_one_for_one.
//
// Thread: in a process. A Ref is a small value that can be sent.
#pragma once

#include <limits>
#include <throng/stdlib/supervisor.hpp>

namespace throng {

namespace dynamic_supervisor {

using supervisor::ChildCount;
using supervisor::ChildError;
using supervisor::ChildInfo;
using supervisor::ChildRefused;
using supervisor::ChildSpec;

struct Options {
  static constexpr bool sendable = true;
  std::size_t max_children = std::numeric_limits<std::size_t>::max();
  Intensity intensity{.restarts = 3, .within = std::chrono::seconds(5)};
  Backoff backoff{};
  ProcessName name{};
};

}  // namespace dynamic_supervisor

namespace detail {

struct DynamicProtocol {
  struct StartChild {
    using Reply = SupervisorProtocol::Started;
    supervisor::ChildSpec spec;
  };
  struct TerminateChild {
    using Reply = SupervisorProtocol::Done;
    Pid pid;
  };
  struct WhichChildren {
    using Reply = std::vector<supervisor::ChildInfo>;
  };
  struct CountChildren {
    using Reply = supervisor::ChildCount;
  };
  using Protocol = Messages<StartChild, TerminateChild, WhichChildren, CountChildren>;
};

}  // namespace detail

namespace dynamic_supervisor {

class Ref {
 public:
  static constexpr bool sendable = true;
  Ref() = default;
  explicit Ref(Pid pid) noexcept : server_(pid) {}

  Pid pid() const noexcept { return server_.pid(); }
  friend bool operator==(const Ref&, const Ref&) = default;

  // Its pid; nothing if its init said ignore(), and it is forgotten then.
  // Errors: ChildRefused; the try_ forms return it.
  std::optional<Pid> start_child(ChildSpec spec) const;
  Expected<std::optional<Pid>, ChildError> try_start_child(ChildSpec spec) const;
  // Ends it, and it is forgotten.
  void terminate_child(Pid child) const;
  Expected<void, ChildError> try_terminate_child(Pid child) const;
  std::vector<ChildInfo> which_children() const;
  ChildCount count_children() const;
  void stop(ExitReason reason = ExitReason::normal, Duration timeout = detail::forever) const;

 private:
  ServerRef<detail::DynamicProtocol> server_;
};

// Linked to the caller. Errors: StartFailed.
Ref start_link(Options options = {});
Expected<Ref, StartError> try_start_link(Options options = {});
// As a child of a supervisor.
ChildSpec child(std::string id, Options options = {});

}  // namespace dynamic_supervisor
}  // namespace throng
