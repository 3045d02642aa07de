// The number of a worker within its scheduler, 0 and up.
#pragma once

#include <cstdint>

namespace throng {

struct WorkerId {
  std::uint32_t number = 0;
  friend bool operator==(WorkerId, WorkerId) = default;
};

}  // namespace throng
