#include <throng/mailbox/inbox.hpp>

namespace throng::detail {

Signal* Inbox::close() noexcept {
  std::uintptr_t word = word_.exchange(closed, std::memory_order_acq_rel);  // pairs: push CAS, both halves
  return word > closed ? oldest_first(reinterpret_cast<Signal*>(word)) : nullptr;
}

void Inbox::reopen() noexcept {
  word_.store(empty, std::memory_order_release);  // pairs: push's acquire load and CAS
}

}  // namespace throng::detail
