// expect: throng: a handler lists its events and calls: using Protocol = Messages<...>
// A handler that takes nothing.
#include <throng/throng.hpp>

using namespace throng;

class Lines {};

void start(const gen_event::Ref& manager) { manager.add_handler<Lines>(); }
