// What binds a process to others: links, monitors both ways, aliases. Made on first need, so a process that
// has none of it pays eight bytes. Owner only.
#pragma once

#include <map>
#include <throng/mailbox/message.hpp>
#include <throng/vm/call.hpp>
#include <throng/vm/possession.hpp>
#include <throng/vm/process.hpp>
#include <unordered_map>
#include <vector>

#include "signals.hpp"

namespace throng::detail {

class AnyAnswer;

struct Relations {
  // A link is active while unlink_id is 0. After unlink() the entry stays, inactive, until the other side has
  // acknowledged this id: a link signal that arrives before was sent before the other saw the unlink, and an
  // exit signal through it no longer counts (LNK-2). Linking again makes it active; the late acknowledgement,
  // whose id no longer matches, is ignored.
  struct Link {
    std::uint64_t unlink_id = 0;
  };
  // What one of my monitors watches, and what its Down shall carry.
  struct Watch {
    Pid watched;
    std::uint64_t tag = 0;
  };
  std::unordered_map<Pid, Link> links;
  std::unordered_map<std::uint64_t, Watch> monitors;    // mine: reference → watched
  std::unordered_map<std::uint64_t, Pid> monitored_by;  // of me: reference → watcher
  std::unordered_map<std::uint64_t, AliasKind> aliases;
  std::unordered_map<std::uint64_t, Pid> spawn_requests;  // reply still to come (SPN-4) → child if linked

  // A question that is open beside the first, or watched.
  struct Open {
    Message answer{};              // once it is here
    AnyAnswer* watcher = nullptr;  // told when it is
    std::uint64_t label = 0;
  };
  std::unordered_map<std::uint64_t, Open> questions;
  // Askers who will be told why: their questions were dropped while the reason was not yet settled.
  std::vector<OpenAt> orphans;
  std::map<const Possession*, std::shared_ptr<Possession>> possessions;
  std::vector<Message> locals;  // one value of each type, see process_local.hpp
  // Who has suspended this one, and how often; whom this one has. And those who wait until it is (SCH-11).
  std::unordered_map<Pid, std::uint32_t> suspenders;
  std::unordered_map<Pid, std::uint32_t> suspended;
  std::vector<Inquiry> to_tell_of_suspension;
  std::string label;       // set_label()
  Signal* late = nullptr;  // who asked after the end was settled, answered when the process is gone

  bool is_linked(Pid other) const {
    auto link = links.find(other);
    return link != links.end() && link->second.unlink_id == 0;
  }

  // The monitor has ended, in whatever way: an alias that was made to end with it ends too (ALI-2).
  void end_alias_of_monitor(std::uint64_t reference) {
    auto alias = aliases.find(reference);
    if (alias == aliases.end() || alias->second == AliasKind::explicit_unalias) return;
    aliases.erase(alias);
  }
};

}  // namespace throng::detail
