// Locks of keys, for processes: who waits gives its worker away, who ends gives up what it holds. Whoever is
// first in line gets it.
//
// Protocol: who holds a key stands in the table of holders, under the mutex. An answer, of whatever kind,
// only says that it may be the waiter's turn: the table decides, so that an answer of a dying holder is as
// good as any.
//
// Thread: in a process.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <throng/stdlib/table_item.hpp>
#include <throng/vm/call.hpp>
#include <throng/vm/possession.hpp>
#include <unordered_map>

namespace throng::detail {

class KeyLocks final : public Possession, public std::enable_shared_from_this<KeyLocks> {
 public:
  // Waits until it is the caller's. Errors: std::logic_error if it is already.
  void acquire(const ItemRef& key);
  // If the caller has it.
  void release(const ItemRef& key) noexcept;
  void give_up(const Farewell& farewell) noexcept override;

 private:
  struct Waiter {
    Pid process;
    ReplyTo turn;
  };
  struct Lock {
    ItemRef key;
    Pid holder;
    std::deque<Waiter> waiters;
  };
  using Locks = std::unordered_multimap<std::uint64_t, Lock>;

  Locks::iterator find(const ItemRef& key);
  bool holds(const ItemRef& key, Pid process);
  // The next in line has it; who shall be told so, or nobody.
  ReplyTo pass_on(Locks::iterator lock);

  std::mutex mutex_;
  Locks locks_;  // guarded by mutex_: those that somebody has, by the hash of their keys
};

}  // namespace throng::detail
