// expect: throng: arguments kept for restarts must be copyable
// An argument that could be given to the first start only.
#include <throng/throng.hpp>

class Holder {
 public:
  using Protocol = throng::Messages<>;
  explicit Holder(std::unique_ptr<int>) {}
};

throng::supervisor::ChildSpec use() {
  return throng::supervisor::child<Holder>("holder", std::make_unique<int>(1));
}
