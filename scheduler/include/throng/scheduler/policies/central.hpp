// central: one queue for all workers, and runs of a few microseconds. Short work is not held up by long work,
// on whichever worker that is; the price is that all workers meet at one lock.
#pragma once

#include <throng/scheduler/policies/fifo.hpp>

namespace throng::policies {

class Central final : public Fifo {
 public:
  std::string_view name() const override { return "central"; }
  bool is_central() const override { return true; }
  std::int32_t slice(Runnable&) override { return 200; }  // about 5 microseconds
};

}  // namespace throng::policies
