// The seam of the atomics. Lock-free engines name `Atomic<T>`, never std::atomic: an ordinary build gets
// std::atomic unchanged, a model build (THRONG_MODEL, tests/model) gets a twin that asks an explorer which
// thread goes on before every operation, so that the shipped code itself is explored, not a copy of it.
// Rejected: std::atomic_thread_fence. ThreadSanitizer does not see fences; every order here is on an
// operation.
#pragma once

#if defined(THRONG_MODEL)
#include <throng_model/atomic.hpp>
namespace throng::detail {
template <class T>
using Atomic = ::throng_model::Atomic<T>;
// Tiny constants under the explorer make the rare edges (full ring, wrap) reachable in a few steps.
inline constexpr bool under_model = true;
}  // namespace throng::detail
#else
#include <atomic>
namespace throng::detail {
template <class T>
using Atomic = std::atomic<T>;
inline constexpr bool under_model = false;
}  // namespace throng::detail
#endif
