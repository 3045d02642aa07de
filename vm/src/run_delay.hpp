// How long a thread could have run and was not let by the system, since it began: what has passed on the
// clock says nothing of what a thread did where others want the same CPU.
#pragma once

#include <cstdint>

namespace throng::detail {

class RunDelay {
 public:
  RunDelay() = default;
  ~RunDelay();
  RunDelay(const RunDelay&) = delete;
  RunDelay& operator=(const RunDelay&) = delete;

  // Thread: the one to be measured, before anybody reads.
  void attach() noexcept;
  // Nanoseconds; 0 if the system does not tell, and then waiting for a CPU counts as running. Thread: any.
  std::int64_t read() const noexcept;

 private:
  int file_ = -1;  // constant after attach(); -1: there is none
};

}  // namespace throng::detail
