// expect: throng: the answer does not convert to the message's Reply
// An answer given later, of a wrong type.
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

void use(throng::From<Counter::Get> from) { from.reply("one"); }
