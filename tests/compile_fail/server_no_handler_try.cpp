// expect: throng: a message listed in this server's Protocol has no handler taking it
// The longest way from a start to the assertion.
#include <throng/throng.hpp>

class Deaf {
 public:
  struct Stop {};
  using Protocol = throng::Messages<Stop>;
};

void use() { (void)throng::gen_server::try_start_link<Deaf>({}); }
