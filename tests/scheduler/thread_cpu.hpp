// How long the calling thread has had a CPU. Thread: any; says nothing to doctest.
#pragma once

#include <cstdint>
#include <ctime>

namespace throng::detail {

inline std::int64_t time_of_this_thread() noexcept {  // ns
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);  // fails for a clock that is unknown only
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace throng::detail
