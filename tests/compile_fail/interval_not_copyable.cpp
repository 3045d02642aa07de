// expect: throng: what an interval repeats must be copyable, once for each turn
// A message that can be sent once only.
#include <throng/throng.hpp>

using namespace throng;

void start() { timers::send_interval(1s, std::make_unique<int>(1)); }
