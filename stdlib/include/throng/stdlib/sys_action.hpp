// What sys does inside a behaviour: an action that travels there as a question and answers it itself. One
// mechanism for looking, replacing, holding and tracing (SYS-1).
#pragma once

#include <memory>
#include <throng/base/owned.hpp>
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

}  // namespace detail
}  // namespace throng
