// What a thread did with the time that passed: it ran, or waited for something, or wanted to run and was kept
// off the CPU. For who watches it: the clock alone does not tell the last from the others.
#pragma once

#include <cstdint>
#include <ctime>

namespace throng::detail {

class ThreadTime {
 public:
  ThreadTime() = default;
  ~ThreadTime();
  ThreadTime(const ThreadTime&) = delete;
  ThreadTime& operator=(const ThreadTime&) = delete;

  // Thread: the one to be watched, before anybody watches.
  void attach() noexcept;

  // The rest is for one thread that watches, while the other lives.

  // Counts from 0 again.
  void begin() noexcept;
  // How long (ns) it has run or waited for something else than a CPU since begin(), of the `passed` ns since
  // the last call. Where the system does not tell, all that has passed.
  std::int64_t add(std::int64_t passed) noexcept;

 private:
  std::int64_t ran() const noexcept;
  bool wants_a_cpu() const noexcept;

  clockid_t clock_{};       // constant after attach(): of its processor time
  bool has_clock_ = false;  // constant after attach()
  int file_ = -1;           // constant after attach(): its state; -1: there is none
  std::int64_t ran_before_ = 0;
  std::int64_t could_act_ = 0;
};

}  // namespace throng::detail
