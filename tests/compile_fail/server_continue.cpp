// expect: throng: continue_with() needs a handle_continue taking this message
// A continue that nobody takes.
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

void use(Counter& counter) { throng::gen_server::continue_with(counter, 1); }
