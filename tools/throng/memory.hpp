// What this process uses of the machine's memory, and what it may yet use.
#pragma once

#include <cstddef>

namespace throng::command {

// Resident bytes, from /proc/self/statm. 0: the system doesn't say.
std::size_t resident_bytes();

// What can be had before the system starts to swap or the limit of a container is hit. SIZE_MAX: the system
// doesn't say.
std::size_t available_bytes();

// What `ulimit -v` leaves, used or not. SIZE_MAX: no limit.
std::size_t available_addresses();

}  // namespace throng::command
