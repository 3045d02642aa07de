// A lock for what one thread does all the time and others hardly ever: the owner pays two plain stores and a
// load, the others a system call. For what a watchdog must be able to reach into while the owner is stuck
// somewhere else.
//
//     owner                                  another
//     owner_in = true                        wanted = true
//     (no reordering by the compiler)        membarrier(): every thread of this program passes a full fence
//     wanted?  yes: owner_in = false, wait   owner_in?  yes: wait, or give up
//
// After membarrier() has returned, either the owner's store is visible to the other, or the owner's load is
// still to come and sees `wanted`: a fence that only the one who comes rarely pays for. What one of them
// wrote inside is seen by the next: owner_in and wanted are stored release and loaded acquire.
//
// Rejected: a spin lock; its exchange costs the owner 5 ns on each of the hottest paths. Handing the
// structure over by a flag that the owner looks at between two runs: it is stuck.
#pragma once

#include <throng/base/atomic.hpp>
#include <throng/base/config.hpp>
#include <throng/base/spin_lock.hpp>

namespace throng::detail {

// Whether other threads can be made to pass a fence, found out once. Without: the owner executes its own.
bool has_remote_fence() noexcept;
// False: it could not be done, and nothing is ordered.
[[nodiscard]] bool remote_fence() noexcept;

class BiasedLock {
 public:
  // Thread: owner.
  THRONG_INLINE void lock() noexcept {
    owner_in_.store(true, before_fence);  // pairs: the other's look at it, by the fences
    own_fence();
    if (wanted_.load(after_fence)) [[unlikely]]  // pairs: unlock_for_other's release, and the fences
      wait_and_lock();
  }
  void unlock() noexcept {
    owner_in_.store(false, std::memory_order_release);  // pairs: try_lock_for_other's acquire
  }

  // False: another one is in, or the owner does not come out: its thread may have been descheduled inside.
  // Thread: any but the owner's.
  [[nodiscard]] bool try_lock_for_other() noexcept {
    if (!others_.try_lock()) return false;
    wanted_.store(true, before_fence);  // pairs: the owner's look at it, by the fences
    if (!others_fence()) {
      unlock_for_other();
      return false;
    }
    for (int round = 0; owner_in_.load(after_fence);
         ++round) {  // pairs: the owner's releases, and the fences
      if (round == patience) {
        unlock_for_other();
        return false;
      }
      spin_pause(round);
    }
    return true;
  }
  void unlock_for_other() noexcept {
    wanted_.store(false, std::memory_order_release);  // pairs: lock's acquire
    others_.unlock();
  }

 private:
  // Lets the other one go first.
  THRONG_NOINLINE void wait_and_lock() noexcept {
    do {
      owner_in_.store(false, std::memory_order_release);  // pairs: try_lock_for_other's acquire
      for (int round = 0; wanted_.load(std::memory_order_relaxed); ++round)  // relaxed: asked again below
        spin_pause(round);
      owner_in_.store(true, before_fence);  // pairs: the other's look at it, by the fences
      own_fence();
    } while (wanted_.load(after_fence));  // pairs: unlock_for_other's release, and the fences
  }

#if defined(THRONG_MODEL) || THRONG_TSAN
  static constexpr int patience = under_model ? 2 : 256;
  // Explorer and thread sanitizer know no fences: one order of all operations stands for them.
  static constexpr std::memory_order before_fence = std::memory_order_seq_cst;  // pairs: after_fence
  static constexpr std::memory_order after_fence = std::memory_order_seq_cst;   // pairs: before_fence
  static void own_fence() noexcept {}
  static bool others_fence() noexcept { return true; }
#else
  static constexpr int patience = 256;
  static constexpr std::memory_order before_fence = std::memory_order_relaxed;  // relaxed: the fence orders
  static constexpr std::memory_order after_fence = std::memory_order_acquire;  // pairs: releases of the other
  void own_fence() const noexcept {
    if (has_remote_fence_) [[likely]] {
      std::atomic_signal_fence(std::memory_order_seq_cst);  // pairs: others_fence
    } else {
      std::atomic_thread_fence(std::memory_order_seq_cst);  // pairs: others_fence
    }
  }
  bool others_fence() const noexcept {
    if (has_remote_fence_) return remote_fence();
    std::atomic_thread_fence(std::memory_order_seq_cst);  // pairs: own_fence
    return true;
  }

  const bool has_remote_fence_ = has_remote_fence();
#endif

  // Protocol: stored by the owner alone; true while it is in, or about to look whether it may.
  Atomic<bool> owner_in_{false};
  // Protocol: stored by whoever holds others_; true while one wants to be in, or is.
  Atomic<bool> wanted_{false};
  SpinLock others_;
};

}  // namespace throng::detail
