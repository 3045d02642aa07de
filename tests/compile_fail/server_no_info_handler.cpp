// expect: throng: a message listed in this server's Info has no handle_info taking it
// An info without a handle_info.
#include <throng/throng.hpp>

class Deaf {
 public:
  using Protocol = throng::Messages<>;
  using Info = throng::Messages<throng::Down>;
};

void use() { throng::gen_server::start<Deaf>(); }
