// expect: throng: this server's Protocol does not list this message
// A request of a message that belongs to another server.
#include <throng/throng.hpp>

class Counter {
 public:
  struct Add {
    int by;
  };
  struct Get {
    using Reply = int;
  };
  using Protocol = throng::Messages<Add, Get>;
  void handle_cast(Add add) { count_ += add.by; }
  int handle_call(Get) { return count_; }

 private:
  int count_ = 0;
};

struct Stranger {
  using Reply = int;
};

void use(throng::ServerRef<Counter> counter) { counter.send_request(Stranger{}); }
