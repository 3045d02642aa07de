// expect: throng: a message listed in this server's Protocol has no handler taking it
// A cast without a handle_cast.
#include <throng/throng.hpp>

class Deaf {
 public:
  struct Add {
    int by;
  };
  struct Stop {};
  using Protocol = throng::Messages<Add, Stop>;
  void handle_cast(Add) {}
};

void use() { throng::gen_server::start<Deaf>(); }
