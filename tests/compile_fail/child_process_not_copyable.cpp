// expect: throng: arguments kept for restarts must be copyable
// The same for a plain process.
#include <throng/throng.hpp>

void body(std::unique_ptr<int>) {}

throng::supervisor::ChildSpec use() {
  return throng::supervisor::process("holder", body, std::make_unique<int>(1));
}
