// The controller: which applications there are, which run, and what the end of one means for the others. A
// server; what it runs for others takes place in the masters, so it is never busy for long.
#include <throng/stdlib/application.hpp>

#include <algorithm>
#include <map>
#include <throng/stdlib/gen_server.hpp>
#include <throng/stdlib/logger.hpp>

#include "application_directory.hpp"
#include "application_master.hpp"

namespace throng::application {
namespace {

using detail::Directory;
using Outcome = Expected<void, ExitReason>;

ExitReason error(const std::string& text) { return ExitReason::error("throng: " + text); }

class Controller {
 public:
  struct Load {
    using Reply = Outcome;
    Spec spec;
  };
  struct Unload {
    using Reply = Outcome;
    std::string name;
  };
  struct Start {
    using Reply = Outcome;
    std::string name;
    Type type;
    bool may_run;  // then it is no failure that it does
  };
  struct Stop {
    using Reply = Outcome;
    std::string name;
  };
  struct Find {
    using Reply = std::optional<Spec>;
    std::string name;
  };
  struct Known {
    using Reply = std::vector<std::string>;
  };
  struct Which {
    using Reply = std::vector<Running>;
  };
  struct AwaitEnd {
    using Reply = End;
  };
  using Protocol = Messages<Load, Unload, Start, Stop, Find, Known, Which, AwaitEnd>;
  using Info = Messages<Down, detail::ApplicationStarted>;

  Controller() { own(std::make_shared<detail::Office>(detail::directory())); }

  Outcome handle_call(Load load);
  Outcome handle_call(Unload unload);
  void handle_call(Start start, From<Start> from);
  void handle_call(Stop stop, From<Stop> from);
  std::optional<Spec> handle_call(Find find) {
    auto found = specs_.find(find.name);
    return found == specs_.end() ? std::nullopt : std::optional(found->second);
  }
  std::vector<std::string> handle_call(Known) {
    std::vector<std::string> names;
    for (const auto& [name, spec] : specs_) names.push_back(name);
    return names;
  }
  std::vector<Running> handle_call(Which) {
    std::vector<Running> all;
    for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry)
      if (entry->is_up) all.push_back(entry->shown);
    return all;
  }
  void handle_call(AwaitEnd, From<AwaitEnd> from) {
    waiting_.push_back(std::move(from));
    tell_of_end();
  }
  void handle_info(detail::ApplicationStarted started);
  void handle_info(Down down);

 private:
  struct Entry {
    Running shown;
    Pid master{};
    Monitor watch{};
    bool is_up = false;
    bool is_stopping = false;
    std::vector<From<Start>> starters{};
    std::vector<From<Stop>> stoppers{};
  };
  using Entries = std::vector<Entry>;

  Entries::iterator find(const std::string& name) {
    return std::find_if(entries_.begin(), entries_.end(),
                        [&](const Entry& e) { return e.shown.name == name; });
  }
  std::optional<ExitReason> why_not(const Start& start);
  void ask_to_stop(Entry& entry) {
    entry.is_stopping = true;
    send(entry.master, detail::StopApplication{});
  }
  void ended_by_itself(const Entry& entry, const ExitReason& reason);
  void stop_next();
  void tell_of_end();

  std::map<std::string, Spec> specs_;
  Entries entries_;  // in the order of their starts
  std::optional<End> end_;
  std::vector<From<AwaitEnd>> waiting_;
};

Outcome Controller::handle_call(Load load) {
  if (load.spec.name.empty()) return Unexpected(error("application::load(): an application has a name"));
  std::string name = load.spec.name;
  if (specs_.contains(name)) return Unexpected(error("application " + name + " is loaded already"));
  detail::directory().put_where_missing(name, load.spec.env);
  specs_.emplace(name, std::move(load.spec));
  return {};
}

Outcome Controller::handle_call(Unload unload) {
  if (find(unload.name) != entries_.end())
    return Unexpected(error("application " + unload.name + " runs; stop it before it is unloaded"));
  if (specs_.erase(unload.name) == 0)
    return Unexpected(error("application " + unload.name + " is not loaded"));
  detail::directory().remove_all(unload.name);
  return {};
}

std::optional<ExitReason> Controller::why_not(const Start& start) {
  if (end_)
    return error("no application can be started any more: " + end_->name + " has ended with " +
                 end_->reason.text());
  auto spec = specs_.find(start.name);
  if (spec == specs_.end()) return error("application " + start.name + " is not loaded");
  for (const std::string& needed : spec->second.dependencies) {
    auto entry = find(needed);
    if (entry == entries_.end() || !entry->is_up || entry->is_stopping)
      return error("application " + start.name + " needs " + needed +
                   ", which does not run; ensure_all_started() starts both");
  }
  return std::nullopt;
}

void Controller::handle_call(Start start, From<Start> from) {
  if (auto entry = find(start.name); entry != entries_.end()) {
    if (start.may_run && entry->is_up && !entry->is_stopping) {
      from.reply(Outcome());
    } else if (start.may_run && !entry->is_up) {
      entry->starters.push_back(std::move(from));
    } else {
      from.reply(Outcome(Unexpected(error("application " + start.name + " runs already"))));
    }
    return;
  }
  if (std::optional<ExitReason> reason = why_not(start)) {
    from.reply(Outcome(Unexpected(*std::move(reason))));
    return;
  }
  const Spec& spec = specs_.at(start.name);
  Spawned master = spawn_monitor(detail::run_application, spec, self());
  entries_.push_back({{spec.name, spec.description, start.type, {}}, master.process, master.monitor});
  entries_.back().starters.push_back(std::move(from));
}

void Controller::handle_call(Stop stop, From<Stop> from) {
  auto entry = find(stop.name);
  if (entry == entries_.end()) {
    from.reply(Outcome(Unexpected(error("application " + stop.name + " does not run"))));
    return;
  }
  entry->stoppers.push_back(std::move(from));
  if (!entry->is_stopping) ask_to_stop(*entry);
}

void Controller::handle_info(detail::ApplicationStarted started) {
  for (Entry& entry : entries_) {
    if (entry.master != started.master) continue;
    entry.is_up = true;
    entry.shown.top = started.top;
    for (From<Start>& from : std::exchange(entry.starters, {})) from.reply(Outcome());
    logger::report(logger::Level::info, "application " + entry.shown.name + " started",
                   {{"report", "progress"}, {"application", entry.shown.name}});
    return;
  }
}

void Controller::handle_info(Down down) {
  auto found =
      std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.watch == down.monitor; });
  if (found == entries_.end()) return;
  Entry entry = std::move(*found);
  entries_.erase(found);
  for (From<Start>& from : entry.starters) {
    from.reply(Outcome(Unexpected(
        down.reason.is_normal() ? error("application " + entry.shown.name + " was stopped as it started")
                                : down.reason)));
  }
  for (From<Stop>& from : entry.stoppers) from.reply(Outcome());
  if (entry.is_up && !entry.is_stopping) ended_by_itself(entry, down.reason);
  if (end_) stop_next();
}

void Controller::ended_by_itself(const Entry& entry, const ExitReason& reason) {
  constexpr const char* types[] = {"permanent", "transient", "temporary"};
  const char* type = types[static_cast<std::size_t>(entry.shown.type)];
  logger::report(reason.is_normal() ? logger::Level::notice : logger::Level::error,
                 "application " + entry.shown.name + " (" + type + ") ended: " + reason.text(),
                 {{"report", "application"},
                  {"application", entry.shown.name},
                  {"type", type},
                  {"reason", reason.text()}});
  bool goes_on =
      entry.shown.type == Type::temporary || (entry.shown.type == Type::transient && reason.is_normal());
  if (!goes_on && !end_) end_ = End{entry.shown.name, reason};
}

// One after another: the next when the one before is down.
void Controller::stop_next() {
  if (entries_.empty()) {
    tell_of_end();
  } else if (!entries_.back().is_stopping) {
    ask_to_stop(entries_.back());
  }
}

void Controller::tell_of_end() {
  if (!end_ || !entries_.empty()) return;
  for (From<AwaitEnd>& from : std::exchange(waiting_, {})) from.reply(*end_);
}

ServerRef<Controller> controller() {
  Directory& all = detail::directory();
  if (Pid there = all.controller()) return ServerRef<Controller>(there);
  ServerRef<Controller> mine = gen_server::start<Controller>();
  Pid chosen = all.offer(mine.pid());
  if (chosen != mine.pid()) exit(mine.pid(), ExitReason::kill);
  return ServerRef<Controller>(chosen);
}

template <class M>
void ask(M&& message) {
  Outcome outcome = controller().call(std::forward<M>(message), detail::forever);
  if (!outcome) throw Failed(std::move(outcome).error());
}

// Depth first; `path` are those that wait for this one.
void ensure_started(const std::string& name, Type type, std::vector<std::string>& started,
                    std::vector<std::string>& path) {
  std::vector<Running> running = which_applications();
  if (std::any_of(running.begin(), running.end(), [&](const Running& r) { return r.name == name; })) return;
  std::optional<Spec> spec = spec_of(name);
  if (!spec) throw Failed(error("application " + name + " is not loaded"));
  if (std::find(path.begin(), path.end(), name) != path.end())
    throw Failed(error("application " + name + " needs itself, by its dependencies"));
  path.push_back(name);
  for (const std::string& needed : spec->dependencies) ensure_started(needed, type, started, path);
  path.pop_back();
  ask(Controller::Start{name, type, true});
  started.push_back(name);
}

}  // namespace

void load(Spec spec) { ask(Controller::Load{std::move(spec)}); }
void unload(const std::string& name) { ask(Controller::Unload{name}); }
std::vector<std::string> loaded_applications() { return controller().call(Controller::Known{}); }
std::optional<Spec> spec_of(const std::string& name) { return controller().call(Controller::Find{name}); }

void start(const std::string& name, Type type) { ask(Controller::Start{name, type, false}); }

Expected<void, ExitReason> try_start(const std::string& name, Type type) {
  return controller().call(Controller::Start{name, type, false}, detail::forever);
}

std::vector<std::string> ensure_all_started(const std::string& name, Type type) {
  std::vector<std::string> started, path;
  try {
    ensure_started(name, type, started, path);
  } catch (const Failed&) {
    for (auto last = started.rbegin(); last != started.rend(); ++last)
      static_cast<void>(controller().call(Controller::Stop{*last}, detail::forever));
    throw;
  }
  return started;
}

void stop(const std::string& name) { ask(Controller::Stop{name}); }

void stop_all() {
  for (const Running& running : which_applications())
    static_cast<void>(controller().call(Controller::Stop{running.name}, detail::forever));
}

std::vector<Running> which_applications() { return controller().call(Controller::Which{}); }

End wait_for_end() { return controller().call(Controller::AwaitEnd{}, detail::forever); }

std::optional<std::string> get_env(const std::string& application, const std::string& key) {
  return detail::directory().get(application, key);
}
std::string get_env(const std::string& application, const std::string& key, std::string otherwise) {
  return detail::directory().get(application, key).value_or(std::move(otherwise));
}
void put_env(const std::string& application, const std::string& key, std::string value) {
  detail::directory().put(application, key, std::move(value));
}
void delete_env(const std::string& application, const std::string& key) {
  detail::directory().remove(application, key);
}
Env get_all_env(const std::string& application) { return detail::directory().all(application); }

}  // namespace throng::application
