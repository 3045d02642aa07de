// What two clocks showed at the same moments, so that a reading of the one can be told in the other.
//
// Between two moments readings lie on a line. Not from the first to the last: one of the clocks may stand
// still while the machine sleeps, and the system slows the other down or hurries it on to keep with the date.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace throng::detail {

struct Moment {
  std::int64_t time = 0;   // ns
  std::int64_t stamp = 0;  // by the other clock
};

// Thread: one at a time.
class Moments {
 public:
  // Requires: not before the last one. Of very many it keeps every second.
  void add(const Moment& moment);
  void clear() noexcept { moments_.clear(); }
  // Requires: there is one at least. Before the first and behind the last moment the next stretch is drawn
  // out.
  std::int64_t time_of(std::int64_t stamp) const noexcept;
  std::size_t size() const noexcept { return moments_.size(); }

 private:
  std::vector<Moment> moments_;
};

}  // namespace throng::detail
