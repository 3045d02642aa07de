// expect: throng: child<S>(id, args...) does not match any constructor of S
// A child spec whose arguments no constructor takes.
#include "counter.hpp"

throng::supervisor::ChildSpec use() { return throng::supervisor::child<Counter>("counter", "one"); }
