// expect: throng: these arguments do not match any constructor of the server
// A start with an argument that the constructor does not take.
#include "counter.hpp"

void use() { throng::gen_server::start<Counter>(1, 2); }
