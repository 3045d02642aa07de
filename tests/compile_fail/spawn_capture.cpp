// expect: throng: a process body may not capture; pass values as arguments
// A body that captures by reference.
#include <throng/throng.hpp>

void use(int n) {
  throng::spawn([&n] { ++n; });
}
