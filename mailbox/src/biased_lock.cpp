#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <throng/base/biased_lock.hpp>

namespace throng::detail {
namespace {

long membarrier(int command) noexcept { return ::syscall(SYS_membarrier, command, 0, 0); }

}  // namespace

bool has_remote_fence() noexcept {
  static const bool registered = membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) == 0;
  return registered;
}

bool remote_fence() noexcept { return membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED) == 0; }

}  // namespace throng::detail
