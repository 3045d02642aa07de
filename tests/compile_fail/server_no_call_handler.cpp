// expect: throng: a message listed in this server's Protocol has no handler taking it
// A call without a handle_call; in a supervisor's child.
#include <throng/throng.hpp>

class Deaf {
 public:
  struct Get {
    using Reply = int;
  };
  using Protocol = throng::Messages<Get>;
};

throng::supervisor::ChildSpec use() { return throng::supervisor::child<Deaf>("deaf"); }
