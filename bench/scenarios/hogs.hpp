// The loops of hog_latency that no compiler put checks into.
#pragma once

#include <atomic>
#include <cstdint>

namespace throng_bench {

extern volatile std::uint64_t hog_sink;

// Nobody can stop such a loop but itself: true while it shall go on.
extern std::atomic<bool> hogs_may_go_on;
void plain_hog();

}  // namespace throng_bench
