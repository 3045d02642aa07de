// Ticks: the count that checks inserted by a compiler take down, one word per thread. A check is
// `throng_ticks -= 1; if it is negative, call throng_preempt_slow` (or the same by the chunk); what that does
// is the vm's affair. See docs/design/preemption.md.
//
// Protocol: written by its own thread only, with plain instructions: by the checks, by the worker between two
// runs, and by the slow path. Nobody asks another thread to stop through this word: a decrement that is not
// locked would overwrite the wish.
#pragma once

extern "C" {
// The name is part of the interface to the compiler plugins. Initial-exec, so that a check is one
// instruction.
extern thread_local int throng_ticks __attribute__((tls_model("initial-exec")));
}

namespace throng::detail {

// A loop iteration or the entry of a function that calls others is one tick; a reduction is so many.
inline constexpr int ticks_per_reduction = 8;

// The calling thread's word. Never inlined and never to be kept across a switch, as current_worker().
int* ticks_word() noexcept;

}  // namespace throng::detail
