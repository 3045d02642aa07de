// expect: throng: an event listed in this handler's Protocol has no handle_event taking it
// A handler that forgot one.
#include <throng/throng.hpp>

using namespace throng;

struct Line {};
struct Other {};

class Lines {
 public:
  using Protocol = Messages<Line, Other>;
  void handle_event(const Line&) {}
};

void start(const gen_event::Ref& manager) { manager.add_handler<Lines>(); }
