// Tells a scheduler's workers to rest and come back, as its own looks at breadth do.
#pragma once

#include <throng/scheduler/scheduler.hpp>

namespace throng::detail {

struct SchedulerAccess {
  static void take_part(Scheduler& scheduler, std::uint32_t workers) noexcept {
    scheduler.take_part(workers);
  }
};

}  // namespace throng::detail
