#include <throng/scheduler/event_track.hpp>

#include <algorithm>

namespace throng::detail {

EventTrack::Copy EventTrack::copy(std::uint64_t since) const {
  std::uint64_t capacity = mask_ + 1;
  std::uint64_t end = written();
  std::uint64_t begin = std::max(since, end > capacity ? end - capacity : 0);
  Copy copied;
  if (begin < end) copied.events.reserve(static_cast<std::size_t>(end - begin));
  for (std::uint64_t i = begin; i < end; ++i) {
    const Slot& slot = slots_[i & mask_];
    TrackEvent event;
    event.time = static_cast<std::int64_t>(slot.time.load(std::memory_order_acquire));  // pairs: put
    event.subject = slot.subject.load(std::memory_order_acquire);                       // pairs: put
    std::uint64_t small = slot.small.load(std::memory_order_acquire);                   // pairs: put
    event.amount = static_cast<std::uint32_t>(small >> 16);
    event.detail = static_cast<std::uint8_t>(small >> 8);
    event.kind = static_cast<std::uint8_t>(small);
    copied.events.push_back(event);
  }
  std::uint64_t claimed = claimed_.load(std::memory_order_relaxed);  // relaxed: see Protocol
  std::uint64_t whole = std::min(std::max(begin, claimed > capacity ? claimed - capacity : 0), end);
  if (whole > begin)
    copied.events.erase(copied.events.begin(),
                        copied.events.begin() + static_cast<std::ptrdiff_t>(whole - begin));
  copied.lost = whole > since ? whole - since : 0;
  return copied;
}

}  // namespace throng::detail
