#include <throng/mailbox/inbox.hpp>

namespace throng::detail {

Signal* Inbox::close() noexcept {
  return oldest_first(word_.exchange(closed, std::memory_order_acq_rel));  // pairs: push CAS, both halves
}

void Inbox::reopen() noexcept {
  word_.store(empty, std::memory_order_release);  // pairs: push's acquire load and CAS
}

Signal* Inbox::oldest_first(std::uintptr_t word) noexcept {
  if (word <= closed) return nullptr;
  return turned_round(reinterpret_cast<Signal*>(word), [](const Signal&) { return true; }).oldest;
}

}  // namespace throng::detail
