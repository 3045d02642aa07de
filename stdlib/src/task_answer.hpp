// What a task's asker finds in its queue: an answer, or that there will be none.
#pragma once

#include <throng/stdlib/server_ref.hpp>
#include <throng/vm/inspect.hpp>

namespace throng::detail {

inline bool is_failure(const Message& answer) noexcept {
  return value_in(answer, message_type_of<Unanswered>) != nullptr;
}

}  // namespace throng::detail
