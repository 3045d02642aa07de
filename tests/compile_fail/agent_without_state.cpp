// expect: throng: the function that starts an agent returns its state
// An agent of nothing.
#include <throng/throng.hpp>

using namespace throng;

void start() {
  agent::start_link([] {});
}
