// A server that is as it should be, for the cases that misuse one.
#pragma once

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
