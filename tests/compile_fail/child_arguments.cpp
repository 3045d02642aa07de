// expect: throng: child<S>(id, args...) does not match any constructor of S
// A child spec whose arguments no constructor takes.
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

throng::supervisor::ChildSpec use() { return throng::supervisor::child<Counter>("counter", "one"); }
