// expect: throng: a process body may not capture; pass values as arguments
// A task that reaches into its starter.
#include <throng/throng.hpp>

using namespace throng;

void start() {
  int here = 1;
  auto task = task::async([&here] { return here; });
}
