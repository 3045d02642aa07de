// std::chrono's durations, time points and clocks, without its calendar and the streams that this brings: a
// tenth of the time in which a compiler reads all of throng. Where the standard library has no such part,
// everything. Who uses the calendar includes <chrono>.
#pragma once

#include <version>

#if defined(__GLIBCXX__) && __has_include(<bits/chrono.h>)
#include <bits/chrono.h>
#else
#include <chrono>
#endif
