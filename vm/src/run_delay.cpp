#include "run_delay.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>

namespace throng::detail {

RunDelay::~RunDelay() {
  if (file_ >= 0) ::close(file_);
}

// Linux's schedstat of a thread: nanoseconds on a CPU, nanoseconds in the queue for one, and how often.
void RunDelay::attach() noexcept {
  char path[64];
  std::snprintf(path, sizeof(path), "/proc/self/task/%d/schedstat", gettid());
  file_ = ::open(path, O_RDONLY | O_CLOEXEC);
}

std::int64_t RunDelay::read() const noexcept {
  char line[96] = {};
  if (file_ < 0 || ::pread(file_, line, sizeof(line) - 1, 0) <= 0) return 0;
  long long ran = 0, waited = 0;
  return std::sscanf(line, "%lld %lld", &ran, &waited) == 2 ? waited : 0;
}

}  // namespace throng::detail
