// expect: throng: call() needs a message with a Reply; use cast()
// A call of what is a cast.
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

void use(throng::ServerRef<Counter> counter) { counter.call(Counter::Add{1}); }
