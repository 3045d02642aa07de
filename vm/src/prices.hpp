// What calls of the runtime cost, in reductions (SCH-1): about one for each 5 to 10 ns that a call takes
// beyond its waiting. What depends on its size (a receive that looks at many messages, a send to one who has
// fallen behind) is charged by the piece. stdlib charges the same way by charge().
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace throng::detail::price {

inline constexpr std::int32_t flag = 1;     // trap_exit, set_label
inline constexpr std::int32_t look_up = 1;  // whereis
inline constexpr std::int32_t receive = 1;  // and the same again for each message looked at
inline constexpr std::int32_t message_looked_at = 1;
inline constexpr std::int32_t wait_for_any = 1;  // AnyAnswer
inline constexpr std::int32_t glance = 2;        // is_alive, process_brief
inline constexpr std::int32_t own = 2;           // own, disown, entrust
inline constexpr std::int32_t cancel_timer = 2;
inline constexpr std::int32_t send = 4;
inline constexpr std::int32_t answer = 4;  // to a question
inline constexpr std::int32_t ask = 4;     // to open one; sending it is in there
inline constexpr std::int32_t exit_signal = 4;
inline constexpr std::int32_t tie = 4;  // link, monitor and their undoing; names
inline constexpr std::int32_t start_timer = 4;
inline constexpr std::int32_t spawn = 8;
inline constexpr std::int32_t blocking = 8;  // to hand the job over
inline constexpr std::int32_t inspect = 16;  // process_info, processes, runtime_info
inline constexpr std::int32_t refused_exit =
    64;  // an exit that a program swallowed, and that is thrown again

// To take in what has come, where that is much: about a nanosecond each.
inline constexpr std::int32_t of_many_taken(std::size_t signals) noexcept {
  constexpr std::size_t most = 1 << 20;  // several slices
  return static_cast<std::int32_t>(std::min(signals / 8, most));
}

}  // namespace throng::detail::price
