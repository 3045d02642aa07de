// expect: throng: these arguments do not match any constructor of the handler
// A handler that is made of something else.
#include <throng/throng.hpp>

using namespace throng;

struct Line {};

class Lines {
 public:
  using Protocol = Messages<Line>;
  explicit Lines(int) {}
  void handle_event(const Line&) {}
};

void start(const gen_event::Ref& manager) { manager.add_handler<Lines>(std::string("one")); }
