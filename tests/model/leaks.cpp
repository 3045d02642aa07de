// An exploration that ends in a failure abandons its virtual threads where they are (explorer.hpp, 3), and
// what their frames own is lost. Tests that expect a failure would be reported for it, so the leak sanitizer
// looks for nothing in the model tests. Linked to all of them.
#include <throng/base/config.hpp>

#if THRONG_ASAN
extern "C" const char*
__lsan_default_options();  // NOLINT(bugprone-reserved-identifier): the sanitizer's hook
extern "C" const char* __lsan_default_options() { return "detect_leaks=0"; }
#endif
