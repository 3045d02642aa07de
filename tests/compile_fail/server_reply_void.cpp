// expect: throng: the handler returns something that does not convert to the message's Reply
// A handler that returns nothing where a number was promised, and does not take a From.
#include <throng/throng.hpp>

class Counter {
 public:
  struct Get {
    using Reply = int;
  };
  using Protocol = throng::Messages<Get>;
  void handle_call(Get) {}
};

void use() { throng::gen_server::start_link<Counter>(); }
