// The process behind a supervisor with a fixed order of children.
//
// Invariants:
//   1. children_ holds the specs by their place in the start order; by_id_ and by_pid_ lead there. An event
//      costs the logarithm of the number of children, not a walk over them.
//   2. A child that runs is linked to this process, and its pid is in by_pid_; no other pid is.
//   3. While a restart is pending for a child, `pending` is the number that the message for it carries; the
//      messages of earlier numbers mean nothing.
#pragma once

#include <map>
#include <unordered_map>

#include "supervision.hpp"

namespace throng::detail {

class SupervisorEngine {
 public:
  using P = SupervisorProtocol;
  using Protocol = P::Protocol;
  struct TryRestart {
    std::uint64_t place;
    std::uint64_t number;
  };
  using Info = Messages<Exit, TryRestart>;

  explicit SupervisorEngine(supervisor::Spec spec);

  P::Started handle_call(P::StartChild start);
  P::Started handle_call(P::RestartChild restart);
  P::Done handle_call(P::TerminateChild terminate);
  P::Done handle_call(P::DeleteChild erase);
  std::vector<supervisor::ChildInfo> handle_call(P::WhichChildren);
  std::optional<supervisor::ChildInfo> handle_call(P::WhichChild which);
  supervisor::ChildCount handle_call(P::CountChildren);
  std::optional<supervisor::ChildSpec> handle_call(P::GetChildSpec get);
  void handle_info(Exit exit);
  void handle_info(TryRestart retry);
  void terminate(const ExitReason& reason);
  std::string format_status() const;

 private:
  struct Child {
    supervisor::ChildSpec spec;
    Pid pid{};
    std::uint64_t pending = 0;  // not 0: it will be restarted
    Pauses pauses{};
  };
  using Children = std::map<std::uint64_t, Child>;
  using Place = Children::iterator;

  Place add(supervisor::ChildSpec spec);
  Place find(const std::string& id);
  void erase(Place place);
  std::optional<StartError> start(Place place);
  void end(Place place);
  void ended(Place place, const ExitReason& reason);
  void restart(Place place);
  void try_restart(Place place);
  void retry_later(Place place, Duration pause);
  std::pair<Place, Place> taken_along(Place place);
  void end_others(Place first, Place last);
  void leave_if_significant(Place place);
  bool has_significant_left() const;
  [[noreturn]] void give_up(Place place);

  supervisor::Spec spec_;  // without its children
  Children children_;
  std::unordered_map<std::string, std::uint64_t> by_id_;
  std::unordered_map<Pid, std::uint64_t> by_pid_;
  std::uint64_t next_place_ = 0;
  std::uint64_t next_number_ = 1;
  RestartWindow window_;
  ChildEnder ender_;
  std::minstd_rand random_;
  std::size_t active_ = 0, supervisors_ = 0, significant_alive_ = 0;
};

}  // namespace throng::detail
