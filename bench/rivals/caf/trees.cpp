// skynet and fib: trees of actors that grow, compute and report to their parents.
#include "system.hpp"
#include "work.hpp"

namespace rival {
namespace {

// A node waits for its children and adds up.
class Node : public caf::event_based_actor {
 public:
  Node(caf::actor_config& config, caf::actor parent)
      : event_based_actor(config), parent_(std::move(parent)) {}

 protected:
  caf::behavior add_up(std::uint64_t sum, std::size_t children) {
    sum_ = sum;
    children_ = children;
    if (children == 0) {
      send(parent_, sum_);
      return {};
    }
    return {[this](std::uint64_t value) {
      sum_ += value;
      if (--children_ > 0) return;
      send(parent_, sum_);
      quit();
    }};
  }

 private:
  caf::actor parent_;
  std::uint64_t sum_ = 0;
  std::size_t children_ = 0;
};

class SkynetNode : public Node {
 public:
  SkynetNode(caf::actor_config& config, caf::actor parent, Share share)
      : Node(config, std::move(parent)), share_(share) {}

  caf::behavior make_behavior() override {
    if (share_.size == 1) return add_up(share_.first, 0);
    caf::actor me = caf::actor_cast<caf::actor>(this);
    for (std::size_t i = 0; i < share_.children(); ++i) spawn<SkynetNode>(me, share_.child(i));
    return add_up(0, share_.children());
  }

 private:
  Share share_;
};

// A call above the cutoff is an actor; what is not is computed by its caller, once its siblings are on their
// way.
class FibNode : public Node {
 public:
  FibNode(caf::actor_config& config, caf::actor parent, FibCall call)
      : Node(config, std::move(parent)), call_(call) {}

  caf::behavior make_behavior() override {
    std::uint64_t sum = 0;
    std::size_t children = 0;
    caf::actor me = caf::actor_cast<caf::actor>(this);
    for (FibCall call : call_.calls())
      if (call.is_process()) spawn<FibNode>(me, call), ++children;
    for (FibCall call : call_.calls())
      if (!call.is_process()) sum += fib_here(call.n);
    return add_up(sum, children);
  }

 private:
  FibCall call_;
};

// Grows the tree and takes its sum.
template <class NodeKind, class Root>
class Tree : public Driver {
 public:
  Tree(caf::actor_config& config, Run* run, Root root, std::uint64_t* result)
      : Driver(config, run), root_(root), result_(result) {}

  caf::behavior make_behavior() override {
    Stopwatch watch;
    spawn<NodeKind>(me(), root_);
    return {[this, watch](std::uint64_t sum) {
      outcome.nanoseconds = watch.nanoseconds();
      *result_ = sum;
      quit();
    }};
  }

 private:
  Root root_;
  std::uint64_t* result_;
};

}  // namespace

Outcome skynet(const Parameters& parameters) {
  const Share root{0, parameters.count};
  std::uint64_t sum = 0;
  Outcome outcome = run_in_system<Tree<SkynetNode, Share>>(Policy::stealing, parameters, root, &sum);
  outcome.operations = nodes(root);
  require(sum == root.size * (root.size - 1) / 2, "the sum of the leaves is another one");
  return outcome;
}

Outcome fib(const Parameters& parameters) {
  const FibCall root = fib_call(parameters);
  std::uint64_t result = 0;
  Outcome outcome = run_in_system<Tree<FibNode, FibCall>>(Policy::stealing, parameters, root, &result);
  outcome.operations = processes_of(root);
  check_fib(root, result);
  return outcome;
}

}  // namespace rival
