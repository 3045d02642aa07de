// expect: throng: the handler returns something that does not convert to the message's Reply
// A handler that returns a text where a number was promised.
#include <throng/throng.hpp>

class Counter {
 public:
  struct Get {
    using Reply = int;
  };
  using Protocol = throng::Messages<Get>;
  std::string handle_call(Get) { return "one"; }
};

void use() { throng::gen_server::start_link<Counter>(); }
