// replay: makes the choices that were noted before, one after the other; behind the last one, first come,
// first served. With one worker the same program goes the same way, as far as time and the host do not
// interfere.
#pragma once

#include <throng/scheduler/policies/choices.hpp>
#include <utility>

namespace throng::policies {

class Replay final : public ByChoice {
 public:
  explicit Replay(Choices choices) : choices_(std::move(choices)) {}
  std::string_view name() const override { return "replay"; }

 private:
  std::size_t choose(std::size_t) override { return next_ < choices_.size() ? choices_[next_++] : 0; }
  Choices choices_;
  std::size_t next_ = 0;
};

}  // namespace throng::policies
