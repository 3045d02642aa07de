// Two views of a scope's groups. The public one is a table that everybody reads: the scope adds to it, and a
// process that ends is taken out at once. The scope's own view decides what watchers are told: it learns of
// an end by a message, so what a watcher got at first and the changes after it always fit together.
//
// Invariants:
//   1. Only the scope adds to either view. The ends of processes take out of the public one alone.
//   2. A process that has ended gets into neither view again: its Membership says so.
#include <throng/stdlib/pg.hpp>

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <throng/vm/possession.hpp>
#include <throng/vm/process.hpp>
#include <throng/vm/runtime_local.hpp>
#include <unordered_map>

#include "held.hpp"
#include "shared_lock.hpp"

namespace throng {
namespace detail {

using Members = std::map<std::string, std::vector<Pid>, std::less<>>;

// Takes the process out once, the last time that it joined. False: it is not there.
bool take_out(Members& members, std::string_view group, Pid process) {
  auto found = members.find(group);
  if (found == members.end()) return false;
  std::vector<Pid>& processes = found->second;
  auto last = std::find(processes.rbegin(), processes.rend(), process);
  if (last == processes.rend()) return false;
  processes.erase(std::next(last).base());
  if (processes.empty()) members.erase(found);
  return true;
}

// How a process stands in the public view. Guarded by the view's mutex.
struct Standing {
  bool ended = false;
  std::vector<std::string> groups{};  // one for each joining
};

// The public view of one scope.
class GroupTable {
 public:
  explicit GroupTable(Pid scope) : scope_(scope) {}

  Pid scope() const noexcept { return scope_; }
  // False: it has ended (invariant 2).
  bool add(const std::string& group, Pid process, Standing& standing) {
    Held lock(mutex_);
    if (standing.ended) return false;
    members_[group].push_back(process);
    standing.groups.push_back(group);
    return true;
  }
  void remove(const std::string& group, Pid process, Standing& standing) {
    Held lock(mutex_);
    if (standing.ended) return;
    take_out(members_, group, process);
    standing.groups.erase(std::find(standing.groups.begin(), standing.groups.end(), group));
  }
  void end(Pid process, Standing& standing) {
    Held lock(mutex_);
    standing.ended = true;
    for (const std::string& group : standing.groups) take_out(members_, group, process);
    standing.groups.clear();
  }
  std::vector<Pid> of(std::string_view group) const {
    HeldShared lock(mutex_);
    auto found = members_.find(group);
    return found != members_.end() ? found->second : std::vector<Pid>();
  }
  std::vector<std::string> groups() const {
    HeldShared lock(mutex_);
    std::vector<std::string> names;
    for (const auto& [name, processes] : members_) names.push_back(name);
    return names;
  }

 private:
  const Pid scope_;
  mutable SharedLock mutex_;
  Members members_;  // guarded by mutex_
};

namespace {

// The runtime's scopes that run.
class Scopes {
 public:
  std::shared_ptr<GroupTable> find(std::string_view scope) const {
    HeldShared lock(mutex_);
    auto found = tables_.find(scope);
    return found != tables_.end() ? found->second : nullptr;
  }
  bool add(const std::string& scope, std::shared_ptr<GroupTable> table) {
    Held lock(mutex_);
    return tables_.try_emplace(scope, std::move(table)).second;
  }
  void remove(const std::string& scope, const std::shared_ptr<GroupTable>& table) {
    Held lock(mutex_);
    auto found = tables_.find(scope);
    if (found != tables_.end() && found->second == table) tables_.erase(found);
  }

 private:
  mutable SharedLock mutex_;
  std::map<std::string, std::shared_ptr<GroupTable>, std::less<>> tables_;  // guarded by mutex_
};

// Of the scope's process: the scope.
class ScopeOwner final : public Possession {
 public:
  ScopeOwner(Scopes& scopes, std::string name, std::shared_ptr<GroupTable> table)
      : scopes_(scopes), name_(std::move(name)), table_(std::move(table)) {}
  void give_up(const Farewell&) noexcept override { scopes_.remove(name_, table_); }

 private:
  Scopes& scopes_;
  const std::string name_;
  const std::shared_ptr<GroupTable> table_;
};

// Of a process: being a member of groups of one scope.
class Membership final : public Possession {
 public:
  explicit Membership(std::shared_ptr<GroupTable> table) : table_(std::move(table)) {}
  void give_up(const Farewell& farewell) noexcept override {
    table_->end(farewell.process(), standing_);
    farewell.send(table_->scope(), pg::ScopeServer::Gone{farewell.process()});
  }
  bool add(const std::string& group, Pid process) { return table_->add(group, process, standing_); }
  void remove(const std::string& group, Pid process) { table_->remove(group, process, standing_); }

 private:
  const std::shared_ptr<GroupTable> table_;
  Standing standing_;
};

}  // namespace

// The scope's own view, and who watches. Its process's alone.
class GroupScope {
 public:
  explicit GroupScope(const std::string& name) : table_(std::make_shared<GroupTable>(self())) {
    Scopes& scopes = throng::runtime_local<Scopes>();
    own(std::make_shared<ScopeOwner>(scopes, name, table_));
    if (!scopes.add(name, table_)) throw BadName("throng: pg: the scope \"" + name + "\" runs already");
  }

  void join(const std::string& group, const std::vector<Pid>& processes) {
    std::vector<Pid> joined;
    for (Pid process : processes) {
      if (!membership_of(process).add(group, process)) continue;
      members_[group].push_back(process);
      ++counts_[process][group];
      joined.push_back(process);
    }
    tell<pg::Joined>(group, joined);
  }

  bool leave(const std::string& group, const std::vector<Pid>& processes) {
    std::vector<Pid> left;
    for (Pid process : processes) {
      if (!take_out(members_, group, process)) continue;
      membership_of(process).remove(group, process);
      auto counts = counts_.find(process);
      if (--counts->second[group] == 0) counts->second.erase(group);
      if (counts->second.empty()) counts_.erase(counts);
      left.push_back(process);
    }
    tell<pg::Left>(group, left);
    return !left.empty();
  }

  void end_of(Pid process) {
    memberships_.erase(process);
    auto counts = counts_.extract(process);
    if (!counts) return;
    for (const auto& [group, count] : counts.mapped()) {
      for (std::size_t i = 0; i < count; ++i) take_out(members_, group, process);
      tell<pg::Left>(group, std::vector<Pid>(count, process));
    }
  }

  std::vector<Pid> members(const std::string& group) const {
    auto found = members_.find(group);
    return found != members_.end() ? found->second : std::vector<Pid>();
  }
  pg::Groups groups() const { return {members_.begin(), members_.end()}; }

  pg::Watch watch(Pid watcher, std::optional<std::string> group) {
    pg::Watch watch(++last_watch_);
    watchers_.emplace(watch, Watcher{watcher, throng::monitor(watcher), std::move(group)});
    return watch;
  }
  bool unwatch(pg::Watch watch) {
    auto found = watchers_.find(watch);
    if (found == watchers_.end()) return false;
    throng::demonitor(found->second.end, true);
    watchers_.erase(found);
    return true;
  }
  void end_of_watcher(const Down& down) {
    std::erase_if(watchers_, [&](const auto& watcher) { return watcher.second.end == down.monitor; });
  }

 private:
  struct Watcher {
    Pid process;
    Monitor end;
    std::optional<std::string> group;  // nothing: all of the scope
  };

  Membership& membership_of(Pid process) {
    std::shared_ptr<Membership>& membership = memberships_[process];
    if (!membership) {
      membership = std::make_shared<Membership>(table_);
      entrust(process, membership);
    }
    return *membership;
  }

  template <class Event>
  void tell(const std::string& group, const std::vector<Pid>& processes) {
    if (processes.empty()) return;
    for (const auto& [watch, watcher] : watchers_) {
      if (!watcher.group || *watcher.group == group) send(watcher.process, Event{watch, group, processes});
    }
  }

  const std::shared_ptr<GroupTable> table_;
  Members members_;
  std::unordered_map<Pid, std::map<std::string, std::size_t>> counts_;  // how often in which group
  std::unordered_map<Pid, std::shared_ptr<Membership>> memberships_;    // of those that joined and live
  std::map<pg::Watch, Watcher> watchers_;
  std::uint64_t last_watch_ = 0;
};

}  // namespace detail

namespace pg {
namespace {

std::shared_ptr<detail::GroupTable> table_of(std::string_view scope) {
  charge(1);
  return throng::runtime_local<detail::Scopes>().find(scope);
}

ServerRef<ScopeServer> server_of(std::string_view scope) {
  auto table = table_of(scope);
  return ServerRef<ScopeServer>(table ? table->scope() : Pid());
}

constexpr Duration as_long_as_it_takes = detail::forever;

}  // namespace

ScopeServer::ScopeServer(std::string scope) : scope_(std::make_unique<detail::GroupScope>(scope)) {}
ScopeServer::~ScopeServer() = default;

void ScopeServer::handle_call(Join join) { scope_->join(join.group, join.processes); }
bool ScopeServer::handle_call(Leave leave) { return scope_->leave(leave.group, leave.processes); }
ScopeServer::WatchGroup::Reply ScopeServer::handle_call(WatchGroup request) {
  std::vector<Pid> members = scope_->members(request.group);
  return {scope_->watch(request.watcher, std::move(request.group)), std::move(members)};
}
ScopeServer::WatchAll::Reply ScopeServer::handle_call(WatchAll request) {
  return {scope_->watch(request.watcher, std::nullopt), scope_->groups()};
}
bool ScopeServer::handle_call(Unwatch request) { return scope_->unwatch(request.watch); }
void ScopeServer::handle_info(Gone gone) { scope_->end_of(gone.process); }
void ScopeServer::handle_info(Down down) { scope_->end_of_watcher(down); }

ServerRef<ScopeServer> start_link(std::string scope) {
  StartOptions options{.name = ProcessName(scope)};
  return gen_server::start_link<ScopeServer>(std::move(options), std::move(scope));
}

void join(std::string group, Pid process, std::string_view scope) {
  join(std::move(group), std::vector<Pid>{process}, scope);
}
void join(std::string group, std::vector<Pid> processes, std::string_view scope) {
  server_of(scope).call(ScopeServer::Join{std::move(group), std::move(processes)}, as_long_as_it_takes);
}
bool leave(std::string group, Pid process, std::string_view scope) {
  return leave(std::move(group), std::vector<Pid>{process}, scope);
}
bool leave(std::string group, std::vector<Pid> processes, std::string_view scope) {
  return server_of(scope).call(ScopeServer::Leave{std::move(group), std::move(processes)},
                               as_long_as_it_takes);
}

std::vector<Pid> members(std::string_view group, std::string_view scope) {
  auto table = table_of(scope);
  return table ? table->of(group) : std::vector<Pid>();
}
std::vector<std::string> which_groups(std::string_view scope) {
  auto table = table_of(scope);
  return table ? table->groups() : std::vector<std::string>();
}

std::pair<Watch, std::vector<Pid>> monitor(std::string group, std::string_view scope) {
  return server_of(scope).call(ScopeServer::WatchGroup{std::move(group), self()}, as_long_as_it_takes);
}
std::pair<Watch, Groups> monitor_scope(std::string_view scope) {
  return server_of(scope).call(ScopeServer::WatchAll{self()}, as_long_as_it_takes);
}
bool demonitor(Watch watch, std::string_view scope) {
  bool active = server_of(scope).call(ScopeServer::Unwatch{watch}, as_long_as_it_takes);
  auto take_queued = [watch](auto sample) {
    using Event = decltype(sample);
    return receive(
        when([watch](const Event& event) { return event.watch == watch; }, [](Event) { return true; }),
        after(Duration::zero(), [] { return false; }));
  };
  while (take_queued(Joined{}) || take_queued(Left{})) {
  }
  return active;
}

}  // namespace pg
}  // namespace throng
