// The one main() of the test executables. Who calls it: ctest, once per test file with --source-file.
// doctest's own signal handlers are off: the fault tests need throng's handler to be the only one, and a
// crash outside of it should end the executable at once, with a core.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#define DOCTEST_CONFIG_NO_POSIX_SIGNALS
#include <doctest/doctest.h>
