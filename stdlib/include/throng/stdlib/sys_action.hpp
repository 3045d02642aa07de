// What sys does inside a behaviour: an action that travels there as a question and answers it itself. One
// mechanism for looking, replacing, holding and tracing (SYS-1).
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <throng/base/owned.hpp>
#include <throng/scheduler/clock.hpp>
#include <throng/vm/call.hpp>

namespace throng {

class Behaviour;

namespace detail {

class SysAction {
 public:
  SysAction() = default;
  SysAction(const SysAction&) = delete;
  SysAction& operator=(const SysAction&) = delete;
  virtual ~SysAction() = default;
  // In the behaviour's process, between two callbacks. Answers, or hands the obligation on.
  virtual void act(Behaviour& behaviour, ReplyTo reply_to) = 0;
};

struct SysRequest {
  static constexpr bool sendable = true;
  Owned<SysAction> action;
};

// What sys was asked to observe. Made when first needed; a behaviour that nobody observes pays one
// comparison.
struct Debug {
  bool trace = false;
  std::size_t log_limit = 0;
  std::deque<std::string> log;
  bool statistics = false;
  Clock::time_point since{};
  std::uint64_t messages_in = 0;
  std::uint64_t reductions_before = 0;
};

}  // namespace detail
}  // namespace throng
