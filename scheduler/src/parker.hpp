// Where one worker sleeps. unpark() is remembered, so an unpark before the park isn't lost.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <limits>
#include <mutex>

namespace throng::detail {

class Parker {
 public:
  // Sleeps until unparked or for `nanoseconds` (INT64_MAX: without end). True: unparked. Thread: the worker.
  bool park(std::int64_t nanoseconds) {
    std::unique_lock lock(mutex_);
    if (nanoseconds == std::numeric_limits<std::int64_t>::max()) {
      changed_.wait(lock, [this] { return unparked_; });
    } else {
      // A bounded wait each time: no clock overflows, and the caller loops anyway.
      auto longest = std::chrono::hours(24);
      auto span = std::chrono::nanoseconds(nanoseconds);
      changed_.wait_for(lock, span < longest ? span : longest, [this] { return unparked_; });
    }
    bool unparked = unparked_;
    unparked_ = false;
    return unparked;
  }

  // Thread: any.
  void unpark() {
    {
      std::lock_guard lock(mutex_);
      unparked_ = true;
    }
    changed_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool unparked_ = false;  // guarded by mutex_
};

}  // namespace throng::detail
