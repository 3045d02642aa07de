#include <throng/stdlib/child.hpp>

namespace throng {
namespace supervisor {

ChildSpec::ChildSpec(std::string id, ChildType type, std::shared_ptr<const ChildStarter> starter)
    : id_(std::move(id)),
      type_(type),
      shutdown_(type == ChildType::worker ? Duration(std::chrono::seconds(5)) : detail::forever),
      starter_(std::move(starter)) {}

ChildSpec ChildSpec::with_id(std::string id) const {
  ChildSpec changed = *this;
  changed.id_ = std::move(id);
  return changed;
}

ChildSpec ChildSpec::named(ProcessName name) const {
  ChildSpec changed = *this;
  changed.options_.name = std::move(name);
  return changed;
}

ChildSpec ChildSpec::restart(Restart restart) const {
  ChildSpec changed = *this;
  changed.restart_ = restart;
  return changed;
}

ChildSpec ChildSpec::shutdown(Duration timeout) const {
  ChildSpec changed = *this;
  changed.shutdown_ = timeout;
  return changed;
}

ChildSpec ChildSpec::brutal_kill() const { return shutdown(Duration::zero()); }

ChildSpec ChildSpec::significant(bool on) const {
  ChildSpec changed = *this;
  changed.significant_ = on;
  return changed;
}

ChildSpec ChildSpec::with(StartOptions options) const {
  ChildSpec changed = *this;
  if (!options.name) options.name = changed.options_.name;
  changed.options_ = std::move(options);
  return changed;
}

// What goes wrong here, such as a limit of the runtime's, is the child's failure and not its supervisor's.
Expected<Pid, StartError> ChildSpec::start() const {
  try {
    return starter_->start(options_);
  } catch (...) {
    std::optional<ExitReason> reason = reason_in_flight();
    if (!reason) throw;
    return Unexpected(StartError{*std::move(reason)});
  }
}

}  // namespace supervisor

namespace detail {

Expected<Pid, StartError> start_child_behaviour(std::unique_ptr<Behaviour> behaviour,
                                                const StartOptions& options) {
  return started_as<Pid>(start_behaviour(std::move(behaviour), options, {.link = true}));
}

Expected<Pid, StartError> start_child_process(Body* body, const StartOptions& options, OpenQuestion& named) {
  SpawnOptions spawn = options.spawn;
  spawn.trap_exit = spawn.trap_exit || options.trap_exit;
  throng::ReceiveMark mark;
  Spawned spawned = spawn_body(spawn, body, {.link = true});
  if (!options.name) return spawned.process;
  Message answer = named.wait(options.timeout);
  if (is_started(answer)) return spawned.process;
  clear_away(mark, spawned, {.link = true}, !answer);
  return Unexpected(start_error_of(answer));
}

void claim_name_first(const ProcessName& name, ReplyTo named, Pid parent) {
  if (!name) return;
  std::optional<Pid> holder = name.claim();
  if (holder) unlink(parent);
  named.answer(Started{holder, {}, false});
  if (holder) throng::exit(ExitReason::normal);
}

}  // namespace detail
}  // namespace throng
