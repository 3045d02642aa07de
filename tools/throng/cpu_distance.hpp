// How far apart two CPUs are: the round trip of one cache line between them.
#pragma once

#include <optional>

namespace throng::command {

// Nanoseconds, between the first and the last CPU that this program may use; the median of some batches, and
// done in a fraction of a second. Nothing: there is one CPU only. Thread: any, which is pinned meanwhile.
std::optional<double> cpu_distance();

}  // namespace throng::command
