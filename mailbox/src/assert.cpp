#include <throng/base/assert.hpp>

#include <cstdio>
#include <cstdlib>

namespace throng::detail {

void assertion_failed(const char* file, int line, const char* condition, const char* sentence) noexcept {
  std::fprintf(stderr, "throng: internal error: %s (%s, at %s:%d). This is a bug in throng.\n", sentence,
               condition, file, line);
  std::abort();
}

}  // namespace throng::detail
