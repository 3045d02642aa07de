// expect: throng: cast() would lose the message's Reply; use call()
// A cast of what is a call.
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

void use(throng::ServerRef<Counter> counter) { counter.cast(Counter::Get{}); }
