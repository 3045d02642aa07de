// expect: throng: this type is not Sendable: it may reach memory of another process
// A message that is a pointer.
#include <throng/throng.hpp>

void use(throng::Pid to, int* at) { throng::send(to, at); }
