// expect: throng: these arguments do not match any constructor of the server
// A start with an argument that the constructor does not take.
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

void use() { throng::gen_server::start<Counter>(1, 2); }
