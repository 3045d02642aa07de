// The explorer's scheduling: one execution from its setup to its end. Included by explorer.hpp only.
#pragma once

#include <functional>
#include <throng_model/explorer.hpp>

namespace throng_model {

inline bool Explorer::run(const Setup& setup) {
  struct Activation {
    explicit Activation(Explorer* explorer) { active() = explorer; }
    ~Activation() { active() = nullptr; }
  };
  if (active() != nullptr) throw std::logic_error("throng_model: explore() inside an exploration");
  {
    Activation activation(this);
    try {
      prepare(setup);
      if (threads_count_ > 0) run_threads();
      if (!failed_ && !execution_.ends_.empty()) run_ends();
    } catch (const Abandoned&) {
    }
  }
  // Only now, so that what the destructors of the test's state do is no part of the execution.
  for (VirtualThread& thread : threads_) thread.body = nullptr;
  execution_ = Execution();
  return !failed_;
}

inline void Explorer::prepare(const Setup& setup) {
  ++execution_number();
  memory_.begin(options_.stale_loads);
  choices_.begin_execution();
  failed_ = on_fiber_ = false;
  mode_ = Mode::running;
  current_ = steps_ = 0;
  preemptions_ = spurious_failures_ = 0;
  if (trace_ != nullptr) trace_->clear();
  for (VirtualThread& thread : threads_) thread.started = false;
  setup(execution_);
  threads_count_ = execution_.threads_.size();
  for (std::size_t i = 1; i <= threads_count_; ++i) {
    memory_.fork(i);
    threads_[i].body = std::move(execution_.threads_[i - 1]);
    threads_[i].state = State::ready;
    threads_[i].picked = false;
  }
}

inline void Explorer::run_threads() {
  int first = decide(static_cast<int>(threads_count_), static_cast<int>(threads_count_), false);
  on_fiber_ = true;
  resume(static_cast<std::size_t>(first) + 1, main_);
  on_fiber_ = false;
  current_ = 0;
  mode_ = Mode::running;
  for (std::size_t i = 1; i <= threads_count_; ++i) memory_.join(i);
}

// On a fiber too, so that a failed check can leave it through noexcept code.
inline void Explorer::run_ends() {
  VirtualThread& root = threads_[0];
  root.body = [this] {
    for (const auto& end : execution_.ends_) end();
  };
  on_fiber_ = true;
  resume(0, main_);
  on_fiber_ = false;
}

inline void Explorer::thread_main() {
  Fiber::arrived(threads_[current_].fiber);
  for (;;) {
    std::string thrown;
    try {
      threads_[current_].body();
    } catch (const std::exception& exception) {
      thrown = std::string(name_of(current_)) + " threw: " + exception.what();
    } catch (...) {
      thrown = std::string(name_of(current_)) + " threw";
    }
    if (!thrown.empty()) fail(std::move(thrown));
    VirtualThread& self = threads_[current_];
    self.at_top = true;
    if (current_ == 0) {
      Fiber::switch_to(self.fiber, main_);
    } else {
      self.state = State::finished;
      reschedule(true);
    }
  }
}

inline bool Explorer::enabled(std::size_t index) {
  VirtualThread& thread = threads_[index];
  switch (thread.state) {
    case State::ready:
      return true;
    case State::blocked: {
      Mode before = std::exchange(mode_, Mode::inspecting);
      bool ready = (*thread.ready)();
      mode_ = before;
      return ready;
    }
    case State::spinning:
      // Who spins on what isn't modelled looks again after somebody else's step.
      return memory_.has_looked(index) ? memory_.another_round_may_differ(index) : steps_ > thread.yielded_at;
    case State::finished:
      break;
  }
  return false;
}

// Chooses who goes on. Returns when the caller is chosen (again).
inline void Explorer::reschedule(bool free_switch) {
  std::array<std::size_t, max_threads> candidates{};
  int count = 0;
  const std::size_t self = current_;
  const bool can_stay = enabled(self);
  if (can_stay) candidates[static_cast<std::size_t>(count++)] = self;
  for (std::size_t i = 1; i <= threads_count_; ++i) {
    if (i != self && enabled(i)) candidates[static_cast<std::size_t>(count++)] = i;
  }
  Fiber& from = threads_[self].fiber;
  if (count == 0) {
    std::string stuck = who_is_stuck();
    if (!stuck.empty()) fail("deadlock: nobody can go on: " + stuck);
    Fiber::switch_to(from, main_);  // all finished; comes back with the next execution
    return;
  }
  const bool counts = can_stay && !free_switch;
  const bool bounded = counts && options_.preemption_bound >= 0 && preemptions_ >= options_.preemption_bound;
  int pick = decide(count, bounded ? 1 : count, counts);
  if (counts && pick != 0) ++preemptions_;
  resume(candidates[static_cast<std::size_t>(pick)], from);
}

inline void Explorer::resume(std::size_t index, Fiber& from) {
  VirtualThread& next = threads_[index];
  next.picked = true;
  current_ = index;
  if (&next.fiber == &from) return;
  if (!next.started) {
    if (!next.at_top) next.fiber.start(&fiber_entry);
    next.started = true;
    next.at_top = false;
  }
  Fiber::switch_to(from, next.fiber);
}

inline void Explorer::step() {
  if (mode_ != Mode::running) return;
  if (++steps_ > options_.max_steps && on_fiber_)
    fail("an endless execution: does a spin loop lack its yield()?");
  if (current_ == 0) return;
  VirtualThread& self = threads_[current_];
  if (!self.picked) reschedule(false);
  self.picked = false;
}

inline void Explorer::yield() {
  if (mode_ != Mode::running || current_ == 0) return;
  if (++steps_ > options_.max_steps) fail("an endless execution: yield() never comes to an end");
  VirtualThread& self = threads_[current_];
  self.state = State::spinning;
  self.yielded_at = steps_;
  note("yields");
  reschedule(true);
  self.state = State::ready;
  memory_.end_round(current_);
}

inline void Explorer::block_until(const std::function<bool()>& ready) {
  if (mode_ != Mode::running) must_not_write();
  if (current_ == 0) {
    if (!ready()) fail("deadlock: the root would block");
    return;
  }
  if (++steps_ > options_.max_steps) fail("an endless execution");
  VirtualThread& self = threads_[current_];
  self.state = State::blocked;
  self.ready = &ready;
  const bool at_once = enabled(current_);
  if (!at_once) note("blocks");
  if (!at_once || !self.picked) reschedule(false);
  self.picked = false;
  self.state = State::ready;
  self.ready = nullptr;
  mode_ = Mode::waking;
  if (!ready()) fail("block_until: the predicate is not repeatable");
  mode_ = Mode::running;
  note(at_once ? "does not block" : "wakes up");
}

inline int Explorer::choose(int alternatives, const char* what) {
  if (alternatives < 1) fail("choose() among nothing");
  int taken = decide(alternatives, alternatives, false);
  if (alternatives > 1) note(std::string("chooses ") + std::to_string(taken) + " (" + what + ")");
  return taken;
}

inline int Explorer::decide(int total, int allowed, bool prefer_first) {
  auto taken = choices_.decide(total, allowed, prefer_first);
  if (taken) return *taken;
  fail("the schedule doesn't fit: another test, or one that does not behave the same when repeated");
}

inline void Explorer::fail(std::string sentence) {
  mode_ = Mode::running;
  note("FAILS: " + sentence);
  failed_ = true;
  sentence_ = std::move(sentence);
  sentence.clear();
  sentence.shrink_to_fit();  // the frame is never left
  if (!on_fiber_) throw Abandoned();
  threads_[current_].at_top = false;
  Fiber::switch_to(threads_[current_].fiber, main_);
  std::abort();  // an abandoned fiber is started anew, never resumed
}

inline std::string Explorer::who_is_stuck() const {
  std::string text;
  for (std::size_t i = 1; i <= threads_count_; ++i) {
    if (threads_[i].state == State::finished) continue;
    text += (text.empty() ? "" : ", ") + name_of(i);
    text += threads_[i].state == State::blocked ? " is blocked" : " spins on what nobody changes";
  }
  return text;
}

}  // namespace throng_model
