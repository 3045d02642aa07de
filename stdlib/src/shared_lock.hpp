// A mutex that readers share, where a writer that waits lets no more readers in. std::shared_mutex of glibc
// prefers readers: one that reads in a loop takes it again before a writer that was woken can, and a writer
// here is a worker, which then stands still. The price: a thread must not take it shared twice.
//
// Thread: any. For sections without a call of the runtime's.
#pragma once

#include <pthread.h>

#include <mutex>
#include <shared_mutex>

namespace throng::detail {

class SharedLock {
 public:
  SharedLock() noexcept {
    pthread_rwlockattr_t attributes;
    pthread_rwlockattr_init(&attributes);
#if defined(__GLIBC__)
    pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
#endif
    pthread_rwlock_init(&lock_, &attributes);
    pthread_rwlockattr_destroy(&attributes);
  }
  ~SharedLock() { pthread_rwlock_destroy(&lock_); }
  SharedLock(const SharedLock&) = delete;
  SharedLock& operator=(const SharedLock&) = delete;

  void lock() noexcept { pthread_rwlock_wrlock(&lock_); }
  void unlock() noexcept { pthread_rwlock_unlock(&lock_); }
  void lock_shared() noexcept { pthread_rwlock_rdlock(&lock_); }
  void unlock_shared() noexcept { pthread_rwlock_unlock(&lock_); }

 private:
  pthread_rwlock_t lock_;
};

}  // namespace throng::detail
