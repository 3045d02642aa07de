// The process behind a dynamic supervisor, and the calls of its Ref.
#include <throng/stdlib/dynamic_supervisor.hpp>

#include <throng/stdlib/logger.hpp>
#include <unordered_map>

#include "supervision.hpp"

namespace throng {
namespace detail {
namespace {

using supervisor::ChildError;
using supervisor::ChildSpec;
using supervisor::Refusal;

// Invariants:
//   1. A child that runs is in children_ under its pid, and linked to this process.
//   2. One that waits to be restarted is in waiting_ under the number its message carries.
class DynamicEngine {
 public:
  using P = DynamicProtocol;
  using Protocol = P::Protocol;
  struct TryRestart {
    std::uint64_t number;
  };
  using Info = Messages<Exit, TryRestart>;

  explicit DynamicEngine(dynamic_supervisor::Options options)
      : options_(std::move(options)),
        window_(options_.intensity),
        random_(static_cast<std::minstd_rand::result_type>(self().bits() | 1)) {}

  SupervisorProtocol::Started handle_call(P::StartChild start_child) {
    if (children_.size() + waiting_.size() >= options_.max_children)
      return Unexpected(ChildError{Refusal::max_children});
    if (start_child.spec.is_significant())
      return Unexpected(ChildError{
          Refusal::invalid_spec,
          {ExitReason::error("throng: the child \"" + start_child.spec.id() +
                             "\" is significant; a dynamic supervisor does not end with its children")},
          {}});
    Child child{std::move(start_child.spec), {}};
    std::optional<StartError> error;
    std::optional<Pid> pid = start(child, error);
    if (pid || error->ignored) return pid;
    report_supervisor("start_error", error->reason, child.spec, Pid());
    return Unexpected(ChildError{Refusal::start_failed, *std::move(error), {}});
  }

  SupervisorProtocol::Done handle_call(P::TerminateChild terminate_child) {
    auto found = children_.find(terminate_child.pid);
    if (found == children_.end()) return Unexpected(ChildError{Refusal::not_found});
    Child child = forget(found);
    ender_.end(terminate_child.pid, child.spec);
    return {};
  }

  std::vector<supervisor::ChildInfo> handle_call(P::WhichChildren) {
    std::vector<supervisor::ChildInfo> infos;
    for (const auto& [pid, child] : children_) infos.push_back(info_of(child.spec, pid, false));
    for (const auto& [number, child] : waiting_) infos.push_back(info_of(child.spec, Pid(), true));
    return infos;
  }

  supervisor::ChildCount handle_call(P::CountChildren) {
    std::size_t all = children_.size() + waiting_.size();
    return {all, children_.size(), supervisors_, all - supervisors_};
  }

  void handle_info(Exit exit) {
    auto found = children_.find(exit.from);
    if (found == children_.end()) {
      if (!ender_.expects(exit.from))
        logger::report(logger::Level::error, "dynamic supervisor " + self().text() +
                                                 " got the exit of a stranger, " + exit.from.text() + ": " +
                                                 exit.reason.text());
      return;
    }
    Child child = forget(found);
    if (child.spec.restart() == Restart::permanent || is_abnormal(exit.reason))
      report_supervisor("child_terminated", exit.reason, child.spec, exit.from);
    if (!wants_restart(child.spec.restart(), exit.reason)) return;
    Duration pause = child.pauses.next(options_.backoff, random_);
    pause == Duration::zero() ? restart(std::move(child)) : retry_later(std::move(child), pause);
  }

  void handle_info(TryRestart retry) {
    auto found = waiting_.find(retry.number);
    if (found == waiting_.end()) return;
    Child child = std::move(found->second);
    supervisors_ -= is_supervisor(child) ? 1 : 0;
    waiting_.erase(found);
    restart(std::move(child));
  }

  void terminate(const ExitReason&) {
    std::vector<ChildEnder::Doomed> doomed;
    doomed.reserve(children_.size());
    for (const auto& [pid, child] : children_) doomed.push_back({pid, &child.spec});
    ender_.end_all(doomed);
  }

  std::string format_status() const {
    return "dynamic supervisor of " + std::to_string(children_.size()) + " children, " +
           std::to_string(waiting_.size()) + " being restarted";
  }

 private:
  struct Child {
    ChildSpec spec;
    Pauses pauses;
  };

  static bool is_supervisor(const Child& child) {
    return child.spec.type() == supervisor::ChildType::supervisor;
  }

  std::optional<Pid> start(Child& child, std::optional<StartError>& error) {
    Expected<Pid, StartError> started = child.spec.start();
    if (!started) {
      error = std::move(started).error();
      return std::nullopt;
    }
    child.pauses.started();
    report_progress(child.spec, *started);
    supervisors_ += is_supervisor(child) ? 1 : 0;
    children_.emplace(*started, std::move(child));
    return *started;
  }

  Child forget(std::unordered_map<Pid, Child>::iterator place) {
    Child child = std::move(place->second);
    supervisors_ -= is_supervisor(child) ? 1 : 0;
    children_.erase(place);
    return child;
  }

  void restart(Child child) {
    if (!window_.add()) {
      report_supervisor("shutdown", ExitReason::error("reached_max_restart_intensity"), child.spec, Pid());
      gen_server::stop(ExitReason::shutdown);
    }
    std::optional<StartError> error;
    if (start(child, error) || error->ignored) return;
    report_supervisor("start_error", error->reason, child.spec, Pid());
    Duration pause = child.pauses.next(options_.backoff, random_);
    retry_later(std::move(child), pause);
  }

  // By a message to itself: it stays responsive however often the start fails (SUP-5).
  void retry_later(Child child, Duration pause) {
    TryRestart retry{next_number_++};
    supervisors_ += is_supervisor(child) ? 1 : 0;
    waiting_.emplace(retry.number, std::move(child));
    pause == Duration::zero() ? send(self(), retry) : static_cast<void>(send_after(pause, self(), retry));
  }

  dynamic_supervisor::Options options_;
  std::unordered_map<Pid, Child> children_;
  std::unordered_map<std::uint64_t, Child> waiting_;
  std::uint64_t next_number_ = 1;
  std::size_t supervisors_ = 0;
  RestartWindow window_;
  ChildEnder ender_;
  std::minstd_rand random_;
};

}  // namespace
}  // namespace detail

namespace dynamic_supervisor {
namespace {

using P = detail::DynamicProtocol;

}  // namespace

Expected<std::optional<Pid>, ChildError> Ref::try_start_child(ChildSpec spec) const {
  return server_.call(P::StartChild{std::move(spec)}, detail::forever);
}

Expected<void, ChildError> Ref::try_terminate_child(Pid child) const {
  return server_.call(P::TerminateChild{child}, detail::forever);
}

std::optional<Pid> Ref::start_child(ChildSpec spec) const {
  return detail::or_refused(try_start_child(std::move(spec)));
}

void Ref::terminate_child(Pid child) const { detail::or_refused(try_terminate_child(child)); }

std::vector<ChildInfo> Ref::which_children() const {
  return server_.call(P::WhichChildren{}, detail::forever);
}

ChildCount Ref::count_children() const { return server_.call(P::CountChildren{}, detail::forever); }

void Ref::stop(ExitReason reason, Duration timeout) const {
  gen_server::stop(server_, std::move(reason), timeout);
}

Expected<Ref, StartError> try_start_link(Options options) {
  return detail::start_supervisor<Ref, detail::DynamicEngine>(std::move(options));
}

Ref start_link(Options options) { return detail::or_start_failed(try_start_link(std::move(options))); }

ChildSpec child(std::string id, Options options) {
  return detail::supervisor_child(std::move(id), try_start_link, std::move(options));
}

}  // namespace dynamic_supervisor
}  // namespace throng
