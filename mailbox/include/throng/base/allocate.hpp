// throng's own blocks: envelopes, control blocks, tables. Everything the library allocates for itself in a
// hot path comes from here; the host's malloc and operator new are neither used there nor replaced. Who: any
// floor. Thread: any; a block may be released on another thread than the one that took it. Invariants:
//   1. A block from allocate()/try_allocate() goes back through release() and nothing else.
//   2. Which allocator stands behind is decided once, at the first call, and never changes.
//   3. The first call loads a library, which wants a full-sized stack: whoever starts a runtime calls
//      allocator_name() once on the host's own thread before anything runs on a small stack.
#pragma once

#include <cstddef>

namespace throng::detail {

// At least `alignment` aligned. Requires: alignment is a power of two. Throws std::bad_alloc.
[[nodiscard]] void* allocate(std::size_t size, std::size_t alignment = alignof(std::max_align_t));

// The same, nullptr when there is no memory.
[[nodiscard]] void* try_allocate(std::size_t size,
                                 std::size_t alignment = alignof(std::max_align_t)) noexcept;

// nullptr is allowed and does nothing.
void release(void* block) noexcept;

// For the start-up report: which allocator, and if it is not the intended one, why and what to do.
[[nodiscard]] const char* allocator_name() noexcept;

}  // namespace throng::detail
