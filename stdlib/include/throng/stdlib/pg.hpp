// Groups of processes (PG-1): a process joins as often as it likes, and leaves by leaving as often, or by
// ending. What Erlang has as pg, on one node.
//
//     pg::start_link();                                       // the default scope
//     pg::join("rooms/7");                                    // the caller
//     for (Pid member : pg::members("rooms/7")) send(member, Said{"hello"});
//
// A scope is a process that keeps groups of its own. Looking at members happens in the caller, without a
// message; a process that has ended is in no group any more when its end is seen. What changes goes through
// the scope, which tells the watchers: they get, in one step, what there is and from then on every change.
//
// Thread: in a process. Errors: CallFailed with noproc where a change is asked of a scope that does not run;
// looking at one gives nothing.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <throng/base/owned.hpp>
#include <throng/stdlib/gen_server.hpp>
#include <vector>

namespace throng {

namespace pg {

inline constexpr std::string_view default_scope = "pg";

// Names one act of watching; what it gives carries it.
class Watch {
 public:
  static constexpr bool sendable = true;
  constexpr Watch() = default;
  constexpr explicit Watch(std::uint64_t number) : number_(number) {}
  constexpr std::uint64_t number() const noexcept { return number_; }
  friend constexpr auto operator<=>(Watch, Watch) = default;

 private:
  std::uint64_t number_ = 0;
};

// To watchers: who has joined or left. A process that joined twice is there twice.
struct Joined {
  Watch watch;
  std::string group;
  std::vector<Pid> processes;
};
struct Left {
  Watch watch;
  std::string group;
  std::vector<Pid> processes;
};

using Groups = std::map<std::string, std::vector<Pid>>;

}  // namespace pg

namespace detail {
class GroupTable;
class GroupScope;
}  // namespace detail

namespace pg {

// What runs a scope: an ordinary server, for supervisors as well.
class ScopeServer {
 public:
  struct Join {
    using Reply = void;
    std::string group;
    std::vector<Pid> processes;
  };
  struct Leave {
    using Reply = bool;
    std::string group;
    std::vector<Pid> processes;
  };
  struct WatchGroup {
    using Reply = std::pair<Watch, std::vector<Pid>>;
    std::string group;
    Pid watcher;
  };
  struct WatchAll {
    using Reply = std::pair<Watch, Groups>;
    Pid watcher;
  };
  struct Unwatch {
    using Reply = bool;
    Watch watch;
  };
  // Of a process that has ended.
  struct Gone {
    Pid process;
  };
  using Protocol = Messages<Join, Leave, WatchGroup, WatchAll, Unwatch>;
  using Info = Messages<Gone, Down>;

  explicit ScopeServer(std::string scope = std::string(default_scope));
  ~ScopeServer();
  ScopeServer(const ScopeServer&) = delete;
  ScopeServer& operator=(const ScopeServer&) = delete;

  void handle_call(Join join);
  bool handle_call(Leave leave);
  WatchGroup::Reply handle_call(WatchGroup request);
  WatchAll::Reply handle_call(WatchAll request);
  bool handle_call(Unwatch request);
  void handle_info(Gone gone);
  void handle_info(Down down);

 private:
  detail::Owned<detail::GroupScope> scope_;
};

// The scope's process has the scope's name. Errors: StartFailed, as where it runs already.
ServerRef<ScopeServer> start_link(std::string scope = std::string(default_scope));

void join(std::string group, Pid process = self(), std::string_view scope = default_scope);
// All in one step; one may be there several times.
void join(std::string group, std::vector<Pid> processes, std::string_view scope = default_scope);
// Takes one joining back. False: it had not joined.
bool leave(std::string group, Pid process = self(), std::string_view scope = default_scope);
// False: none of them had joined.
bool leave(std::string group, std::vector<Pid> processes, std::string_view scope = default_scope);

// In the order of joining; a process that joined twice is there twice.
std::vector<Pid> members(std::string_view group, std::string_view scope = default_scope);
// Those that have members, in alphabetical order.
std::vector<std::string> which_groups(std::string_view scope = default_scope);

// The members, and from now on a Joined or Left for every change.
std::pair<Watch, std::vector<Pid>> monitor(std::string group, std::string_view scope = default_scope);
// The same for all groups of the scope.
std::pair<Watch, Groups> monitor_scope(std::string_view scope = default_scope);
// Nothing of it comes any more, nor is it queued. False: it was over.
bool demonitor(Watch watch, std::string_view scope = default_scope);

}  // namespace pg
}  // namespace throng
