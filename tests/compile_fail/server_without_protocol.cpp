// expect: throng: a server lists its messages: using Protocol = Messages<...>
// A class that does not say what it takes.
#include <throng/throng.hpp>

class Silent {};

void use() { throng::gen_server::start<Silent>(); }
