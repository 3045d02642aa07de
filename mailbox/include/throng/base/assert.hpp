// Assertions for throng's own bugs, never for a caller's: a caller gets an exception or an exit reason.
// THRONG_ASSERT is always on and costs one predicted branch; THRONG_DEBUG_ASSERT vanishes with NDEBUG.
#pragma once

namespace throng::detail {

// Prints one line on stderr (file, line, sentence) and aborts. Thread: any.
[[noreturn]] void assertion_failed(const char* file, int line, const char* condition,
                                   const char* sentence) noexcept;

}  // namespace throng::detail

#define THRONG_ASSERT(condition, sentence) \
  (static_cast<bool>(condition)            \
       ? static_cast<void>(0)              \
       : ::throng::detail::assertion_failed(__FILE__, __LINE__, #condition, sentence))

#ifdef NDEBUG
#define THRONG_DEBUG_ASSERT(condition, sentence) static_cast<void>(0)
#else
#define THRONG_DEBUG_ASSERT(condition, sentence) THRONG_ASSERT(condition, sentence)
#endif
