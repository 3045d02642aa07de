#include "key_locks.hpp"
#include "held.hpp"

#include <deque>
#include <stdexcept>
#include <throng/vm/process.hpp>

namespace throng::detail {

KeyLocks::Locks::iterator KeyLocks::find(const ItemRef& key) {
  auto [lock, end] = locks_.equal_range(key->hash);
  for (; lock != end; ++lock) {
    if (key->type.equal(lock->second.key.key(), key.key())) return lock;
  }
  return locks_.end();
}

bool KeyLocks::holds(const ItemRef& key, Pid process) {
  Held lock(mutex_);
  auto held = find(key);
  return held != locks_.end() && held->second.holder == process;
}

void KeyLocks::acquire(const ItemRef& key) {
  Pid me = self();
  if (!own(shared_from_this())) return;  // its end is settled (EXT-5)
  OpenQuestion turn;
  {
    Held lock(mutex_);
    auto held = find(key);
    if (held == locks_.end()) {
      locks_.emplace(key->hash, Lock{key, me, {}});
      return;
    }
    if (held->second.holder == me)
      throw std::logic_error("throng: lock(): the caller has this key already and would wait for itself");
    held->second.waiters.push_back({me, turn.reply_to()});
  }
  turn.wait(forever);
  if (!holds(key, me)) throw CallFailed(ExitReason::error("throng: lock(): the caller's end has begun"));
}

// A failure reaches the waiter without a call of the runtime's in which this process could be stopped.
void KeyLocks::release(const ItemRef& key) noexcept {
  ReplyTo turn;
  Pid me = self();
  {
    Held lock(mutex_);
    auto held = find(key);
    if (held != locks_.end() && held->second.holder == me) turn = pass_on(held);
  }
  turn.fail(ExitReason::normal);
}

ReplyTo KeyLocks::pass_on(Locks::iterator lock) {
  std::deque<Waiter>& waiters = lock->second.waiters;
  if (waiters.empty()) {
    locks_.erase(lock);
    return {};
  }
  Waiter next = std::move(waiters.front());
  waiters.pop_front();
  lock->second.holder = next.process;
  return std::move(next.turn);
}

void KeyLocks::give_up(const Farewell& farewell) noexcept {
  std::vector<ReplyTo> turns;
  {
    Held lock(mutex_);
    for (auto next = locks_.begin(); next != locks_.end();) {
      auto each = next++;
      std::erase_if(each->second.waiters, [&](Waiter& waiter) {
        if (waiter.process != farewell.process()) return false;
        turns.push_back(std::move(waiter.turn));  // nobody waits for it; it ends outside the lock
        return true;
      });
      if (each->second.holder == farewell.process()) turns.push_back(pass_on(each));
    }
  }
  for (ReplyTo& turn : turns) turn.fail(ExitReason::normal);
}

}  // namespace throng::detail
