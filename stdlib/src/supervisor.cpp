// The calls of a supervisor's Ref, and how supervisors are started.
#include <throng/stdlib/supervisor.hpp>
#include <unordered_set>

#include "supervisor_engine.hpp"

namespace throng::supervisor {
namespace {

using detail::or_refused;
using P = detail::SupervisorProtocol;

const char* text_of(Refusal refusal) {
  switch (refusal) {
    case Refusal::not_found:
      return "there is no such child";
    case Refusal::running:
      return "the child runs";
    case Refusal::restarting:
      return "the child is being restarted";
    case Refusal::already_started:
      return "a child of this id runs already";
    case Refusal::already_present:
      return "there is a child of this id that does not run; restart or delete it";
    case Refusal::invalid_spec:
      return "the spec is not valid";
    case Refusal::start_failed:
      return "the child did not start";
    case Refusal::max_children:
      return "there are as many children as max_children allows";
  }
  return "";
}

}  // namespace

std::string ChildError::text() const {
  std::string text = text_of(refusal);
  bool has_reason = refusal == Refusal::start_failed || refusal == Refusal::invalid_spec;
  return has_reason ? text + ": " + start.reason.text() : text;
}

Expected<std::optional<Pid>, ChildError> Ref::try_start_child(ChildSpec spec) const {
  return server_.call(P::StartChild{std::move(spec)}, detail::forever);
}

Expected<std::optional<Pid>, ChildError> Ref::try_restart_child(std::string id) const {
  return server_.call(P::RestartChild{std::move(id)}, detail::forever);
}

Expected<void, ChildError> Ref::try_terminate_child(std::string id) const {
  return server_.call(P::TerminateChild{std::move(id)}, detail::forever);
}

Expected<void, ChildError> Ref::try_delete_child(std::string id) const {
  return server_.call(P::DeleteChild{std::move(id)}, detail::forever);
}

std::optional<Pid> Ref::start_child(ChildSpec spec) const {
  return or_refused(try_start_child(std::move(spec)));
}

std::optional<Pid> Ref::restart_child(std::string id) const {
  return or_refused(try_restart_child(std::move(id)));
}

void Ref::terminate_child(std::string id) const { or_refused(try_terminate_child(std::move(id))); }

void Ref::delete_child(std::string id) const { or_refused(try_delete_child(std::move(id))); }

std::vector<ChildInfo> Ref::which_children() const {
  return server_.call(P::WhichChildren{}, detail::forever);
}

std::optional<ChildInfo> Ref::which_child(std::string id) const {
  return server_.call(P::WhichChild{std::move(id)}, detail::forever);
}

ChildCount Ref::count_children() const { return server_.call(P::CountChildren{}, detail::forever); }

std::optional<ChildSpec> Ref::get_childspec(std::string id) const {
  return server_.call(P::GetChildSpec{std::move(id)}, detail::forever);
}

void Ref::stop(ExitReason reason, Duration timeout) const {
  gen_server::stop(server_, std::move(reason), timeout);
}

std::optional<std::string> check_childspecs(const Spec& spec) {
  std::unordered_set<std::string> ids;
  for (const ChildSpec& child : spec.children) {
    if (!ids.insert(child.id()).second)
      return "throng: two children have the id \"" + child.id() + "\"; ids must differ";
    if (!child.is_significant()) continue;
    if (child.restart() == Restart::permanent)
      return "throng: the child \"" + child.id() +
             "\" is significant and permanent; only transient and temporary children can be significant";
    if (spec.auto_shutdown == AutoShutdown::never)
      return "throng: the child \"" + child.id() +
             "\" is significant, but its supervisor's auto_shutdown is never; set it to any_significant or "
             "all_significant";
  }
  return std::nullopt;
}

Expected<Ref, StartError> try_start_link(Spec spec) {
  if (std::optional<std::string> wrong = check_childspecs(spec))
    return Unexpected(StartError{ExitReason::error(*std::move(wrong))});
  return detail::start_supervisor<Ref, detail::SupervisorEngine>(std::move(spec));
}

Ref start_link(Spec spec) { return detail::or_start_failed(try_start_link(std::move(spec))); }

ChildSpec tree(std::string id, Spec spec) {
  return detail::supervisor_child(std::move(id), try_start_link, std::move(spec));
}

}  // namespace throng::supervisor
