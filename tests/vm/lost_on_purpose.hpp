// A process that is ended where it stands, its destructors not run, loses what lies on its stack: a message
// it was sending, the exception it was unwinding by. That is the price and no leak to be found, so the leak
// sanitizer must not look for what was allocated meanwhile. It switches that by thread: use this in a process
// of a runtime with as many workers as `workers` says.
// Rejected: suppressions by function name; they need a symbolizer, which not every machine with a compiler
// has.
#pragma once

#include <throng/base/config.hpp>

#if THRONG_ASAN
#include <sanitizer/lsan_interface.h>
#endif

namespace throng_trap {

class LostOnPurpose {
 public:
  static constexpr unsigned workers = THRONG_ASAN ? 1 : 2;

#if THRONG_ASAN
  LostOnPurpose() { __lsan_disable(); }
  ~LostOnPurpose() { __lsan_enable(); }
#else
  LostOnPurpose() {}
  ~LostOnPurpose() {}
#endif
  LostOnPurpose(const LostOnPurpose&) = delete;
  LostOnPurpose& operator=(const LostOnPurpose&) = delete;
};

}  // namespace throng_trap
