#include "supervisor_engine.hpp"

#include <algorithm>
#include <throng/stdlib/logger.hpp>

namespace throng::detail {

using supervisor::ChildError;
using supervisor::ChildSpec;
using supervisor::Refusal;

namespace {

Unexpected<ChildError> refused(Refusal refusal) { return Unexpected(ChildError{refusal}); }

}  // namespace

SupervisorEngine::SupervisorEngine(supervisor::Spec spec)
    : spec_(std::move(spec)),
      window_(spec_.intensity),
      random_(static_cast<std::minstd_rand::result_type>(self().bits() | 1)) {
  std::vector<ChildSpec> children = std::move(spec_.children);
  for (ChildSpec& child : children) {
    Place place = add(std::move(child));
    std::optional<StartError> error = start(place);
    if (!error) continue;
    if (error->ignored) {  // it stays as one that does not run, unless it is temporary (SUP-2)
      if (place->second.spec.restart() == Restart::temporary) erase(place);
      continue;
    }
    ChildSpec failed = place->second.spec;
    report_supervisor("start_error", error->reason, failed, Pid());
    terminate(ExitReason::shutdown);
    gen_server::refuse(
        ExitReason::shutdown_with("failed_to_start_child: " + failed.id() + ": " + error->reason.text()));
  }
}

// -- the table of children

SupervisorEngine::Place SupervisorEngine::add(ChildSpec spec) {
  supervisors_ += spec.type() == supervisor::ChildType::supervisor ? 1 : 0;
  std::uint64_t place = next_place_++;
  by_id_.emplace(spec.id(), place);
  return children_.emplace_hint(children_.end(), place, Child{std::move(spec)});
}

SupervisorEngine::Place SupervisorEngine::find(const std::string& id) {
  auto found = by_id_.find(id);
  return found == by_id_.end() ? children_.end() : children_.find(found->second);
}

void SupervisorEngine::erase(Place place) {
  supervisors_ -= place->second.spec.type() == supervisor::ChildType::supervisor ? 1 : 0;
  by_id_.erase(place->second.spec.id());
  children_.erase(place);
}

// -- starting and ending one

std::optional<StartError> SupervisorEngine::start(Place place) {
  Child& child = place->second;
  child.pending = 0;
  Expected<Pid, StartError> started = child.spec.start();
  if (!started) return std::move(started).error();
  child.pid = *started;
  child.pauses.started();
  by_pid_.emplace(child.pid, place->first);
  ++active_;
  significant_alive_ += child.spec.is_significant() ? 1 : 0;
  report_progress(child.spec, child.pid);
  return std::nullopt;
}

// Of one that runs: it is no more. What that means is the caller's to say.
void SupervisorEngine::end(Place place) {
  Child& child = place->second;
  if (!child.pid) return;
  ender_.end(child.pid, child.spec);
  by_pid_.erase(std::exchange(child.pid, Pid()));
  --active_;
  significant_alive_ -= child.spec.is_significant() ? 1 : 0;
}

void SupervisorEngine::handle_info(Exit exit) {
  auto found = by_pid_.find(exit.from);
  if (found != by_pid_.end()) {
    ended(children_.find(found->second), exit.reason);
  } else if (!ender_.expects(exit.from)) {
    logger::report(logger::Level::error, "supervisor " + self().text() + " got the exit of a stranger, " +
                                             exit.from.text() + ": " + exit.reason.text());
  }
}

// A child ended by itself (SUP-3, SUP-8).
void SupervisorEngine::ended(Place place, const ExitReason& reason) {
  Child& child = place->second;
  by_pid_.erase(std::exchange(child.pid, Pid()));
  --active_;
  significant_alive_ -= child.spec.is_significant() ? 1 : 0;
  if (child.spec.restart() == Restart::permanent || is_abnormal(reason))
    report_supervisor("child_terminated", reason, child.spec, Pid());
  if (wants_restart(child.spec.restart(), reason)) {
    Duration pause = child.pauses.next(spec_.backoff, random_);
    if (pause == Duration::zero()) {
      restart(place);
    } else {
      auto [first, last] = taken_along(place);
      end_others(first, last);
      retry_later(place, pause);
    }
    return;
  }
  leave_if_significant(place);
  if (child.spec.restart() == Restart::temporary) erase(place);
}

void SupervisorEngine::leave_if_significant(Place place) {
  if (!place->second.spec.is_significant()) return;
  bool leaves = spec_.auto_shutdown == AutoShutdown::any_significant ||
                (spec_.auto_shutdown == AutoShutdown::all_significant && !has_significant_left());
  if (leaves) gen_server::stop(ExitReason::shutdown);
}

// Those that run or will be restarted. Walks over the children only when the last one that runs has ended.
bool SupervisorEngine::has_significant_left() const {
  if (significant_alive_ > 0) return true;
  return std::any_of(children_.begin(), children_.end(), [](const auto& child) {
    return child.second.spec.is_significant() && child.second.pending != 0;
  });
}

// -- restarting

void SupervisorEngine::restart(Place place) {
  if (!window_.add()) give_up(place);
  try_restart(place);
}

// The children that go and come with this one, in the order of their start (SUP-4).
std::pair<SupervisorEngine::Place, SupervisorEngine::Place> SupervisorEngine::taken_along(Place place) {
  switch (spec_.strategy) {
    case Strategy::one_for_all:
      return {children_.begin(), children_.end()};
    case Strategy::rest_for_one:
      return {place, children_.end()};
    case Strategy::one_for_one:
      break;
  }
  return {place, std::next(place)};
}

// In reverse order. Temporary bystanders are not started again (SUP-3).
void SupervisorEngine::end_others(Place first, Place last) {
  for (Place at = last; at != first;) {
    --at;
    at->second.pending = 0;
    bool was_running = static_cast<bool>(at->second.pid);
    end(at);
    if (was_running && at->second.spec.restart() == Restart::temporary) {
      Place gone = at++;
      bool is_first = gone == first;
      if (is_first) first = at;
      erase(gone);
      if (is_first) return;
    }
  }
}

void SupervisorEngine::try_restart(Place place) {
  auto [first, last] = taken_along(place);
  // All whose specs are kept, those that did not run among them, as in OTP.
  std::vector<std::uint64_t> again;
  for (Place at = first; at != last; ++at) {
    if (at->second.spec.restart() != Restart::temporary) again.push_back(at->first);
  }
  end_others(first, last);
  for (std::uint64_t number : again) {
    Place at = children_.find(number);
    std::optional<StartError> error = start(at);
    if (!error || error->ignored) continue;
    report_supervisor("start_error", error->reason, at->second.spec, Pid());
    retry_later(at, at->second.pauses.next(spec_.backoff, random_));
    return;
  }
}

// By a message to itself, so that it stays responsive however often the start fails (SUP-5).
void SupervisorEngine::retry_later(Place place, Duration pause) {
  place->second.pending = next_number_++;
  TryRestart retry{place->first, place->second.pending};
  if (pause == Duration::zero()) {
    send(self(), retry);
  } else {
    send_after(pause, self(), retry);
  }
}

void SupervisorEngine::handle_info(TryRestart retry) {
  Place place = children_.find(retry.place);
  if (place == children_.end() || place->second.pending != retry.number) return;
  restart(place);
}

void SupervisorEngine::give_up(Place place) {
  report_supervisor("shutdown", ExitReason::error("reached_max_restart_intensity"), place->second.spec,
                    Pid());
  gen_server::stop(ExitReason::shutdown);
}

// In reverse order of the start, whatever the strategy (SUP-6).
void SupervisorEngine::terminate(const ExitReason&) {
  for (auto at = children_.end(); at != children_.begin();) end(--at);
}

// -- management (SUP-9)

SupervisorProtocol::Started SupervisorEngine::handle_call(P::StartChild start_child) {
  Place there = find(start_child.spec.id());
  if (there != children_.end()) {
    if (!there->second.pid) return refused(Refusal::already_present);
    return Unexpected(ChildError{Refusal::already_started, {}, there->second.pid});
  }
  supervisor::Spec alone = spec_;
  alone.children = {start_child.spec};
  if (std::optional<std::string> wrong = supervisor::check_childspecs(alone))
    return Unexpected(ChildError{Refusal::invalid_spec, {ExitReason::error(*wrong)}, {}});
  Place place = add(std::move(start_child.spec));
  std::optional<StartError> error = start(place);
  if (!error) return std::optional(place->second.pid);
  bool keep = error->ignored && place->second.spec.restart() != Restart::temporary;
  if (!error->ignored) report_supervisor("start_error", error->reason, place->second.spec, Pid());
  if (!keep) erase(place);
  if (error->ignored) return std::optional<Pid>();
  return Unexpected(ChildError{Refusal::start_failed, *error, {}});
}

SupervisorProtocol::Started SupervisorEngine::handle_call(P::RestartChild restart_child) {
  Place place = find(restart_child.id);
  if (place == children_.end()) return refused(Refusal::not_found);
  if (place->second.pid) return refused(Refusal::running);
  if (place->second.pending != 0) return refused(Refusal::restarting);
  std::optional<StartError> error = start(place);
  if (!error) return std::optional(place->second.pid);
  if (error->ignored) return std::optional<Pid>();
  report_supervisor("start_error", error->reason, place->second.spec, Pid());
  return Unexpected(ChildError{Refusal::start_failed, *error, {}});
}

SupervisorProtocol::Done SupervisorEngine::handle_call(P::TerminateChild terminate_child) {
  Place place = find(terminate_child.id);
  if (place == children_.end()) return refused(Refusal::not_found);
  place->second.pending = 0;
  end(place);
  if (place->second.spec.restart() == Restart::temporary) erase(place);
  return {};
}

SupervisorProtocol::Done SupervisorEngine::handle_call(P::DeleteChild delete_child) {
  Place place = find(delete_child.id);
  if (place == children_.end()) return refused(Refusal::not_found);
  if (place->second.pid) return refused(Refusal::running);
  if (place->second.pending != 0) return refused(Refusal::restarting);
  erase(place);
  return {};
}

std::vector<supervisor::ChildInfo> SupervisorEngine::handle_call(P::WhichChildren) {
  std::vector<supervisor::ChildInfo> infos;
  for (const auto& [place, child] : children_)
    infos.push_back(info_of(child.spec, child.pid, child.pending != 0));
  return infos;
}

std::optional<supervisor::ChildInfo> SupervisorEngine::handle_call(P::WhichChild which) {
  Place place = find(which.id);
  if (place == children_.end()) return std::nullopt;
  return info_of(place->second.spec, place->second.pid, place->second.pending != 0);
}

supervisor::ChildCount SupervisorEngine::handle_call(P::CountChildren) {
  return {children_.size(), active_, supervisors_, children_.size() - supervisors_};
}

std::optional<ChildSpec> SupervisorEngine::handle_call(P::GetChildSpec get) {
  Place place = find(get.id);
  if (place == children_.end()) return std::nullopt;
  return place->second.spec;
}

std::string SupervisorEngine::format_status() const {
  return "supervisor of " + std::to_string(children_.size()) + " children, " + std::to_string(active_) +
         " active";
}

}  // namespace throng::detail
