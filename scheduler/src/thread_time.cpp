#include "thread_time.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>

namespace throng::detail {

ThreadTime::~ThreadTime() {
  if (file_ >= 0) ::close(file_);
}

void ThreadTime::attach() noexcept {
  has_clock_ = pthread_getcpuclockid(pthread_self(), &clock_) == 0;
  char path[64];
  std::snprintf(path, sizeof(path), "/proc/self/task/%d/stat", ::gettid());
  file_ = ::open(path, O_RDONLY | O_CLOEXEC);
}

void ThreadTime::begin() noexcept {
  ran_before_ = ran();
  could_act_ = 0;
}

std::int64_t ThreadTime::add(std::int64_t passed) noexcept {
  std::int64_t now = ran();
  bool waits_for_cpu = has_clock_ && wants_a_cpu();
  std::int64_t counted = waits_for_cpu ? std::min(now - ran_before_, passed) : passed;
  // A manual clock may stand still while the thread runs: what does not count yet will.
  ran_before_ = waits_for_cpu ? ran_before_ + counted : now;
  could_act_ += counted;
  return could_act_;
}

std::int64_t ThreadTime::ran() const noexcept {
  timespec time{};
  if (!has_clock_ || clock_gettime(clock_, &time) != 0) return 0;
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

// Linux writes the state behind the name, which is in parentheses and may hold some itself. One that runs has
// the same letter as one that would.
bool ThreadTime::wants_a_cpu() const noexcept {
  char line[128] = {};
  if (file_ < 0 || ::pread(file_, line, sizeof(line) - 1, 0) <= 0) return false;
  const char* name_ends = std::strrchr(line, ')');
  return name_ends != nullptr && name_ends[1] == ' ' && name_ends[2] == 'R';
}

}  // namespace throng::detail
