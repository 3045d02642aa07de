// What a runnable wants done where it may block: on a thread of the pool, or in a step of its own where the
// scheduler is simulated. Thread: it is a value.
#pragma once

namespace throng::detail {

struct Job {
  void (*run)(void*) noexcept = nullptr;
  void* argument = nullptr;
};

}  // namespace throng::detail
