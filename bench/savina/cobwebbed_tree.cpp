// cobwebbed_tree: the root of a tree decides, one node at a time, which nodes get children; then all nodes
// are visited and compute. What it stresses is an unbalanced tree of processes, some of which are urgent.
#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <utility>

#include "common.hpp"
#include "list.hpp"

namespace throng_bench {

using namespace throng;

namespace {

struct MayGrow {  // to the root, once from each node
  Pid node;
};
struct Grow {
  std::size_t children;
  std::size_t units;   // of work, for each child
  std::size_t unit;    // steps of a unit
  std::size_t urgent;  // which child is; none, if there is no such
};
struct Visit {};
struct Fold {};  // ends a node when all below it have ended
// What is below a node, and itself.
struct Ended {
  std::size_t nodes = 0;
  std::size_t visited = 0;
  std::size_t urgent = 0;
  std::uint64_t digest = 0;  // of what they have worked off

  Ended& operator+=(const Ended& other) {
    nodes += other.nodes;
    visited += other.visited;
    urgent += other.urgent;
    digest += other.digest;
    return *this;
  }
};

// Work is steps of a xorshift generator: each needs the one before it, and the last shows that all were done.
constexpr std::uint64_t first_noise = 88172645463325252u;
constexpr std::size_t units_before_asking = 100;

std::uint64_t work(std::uint64_t noise, std::size_t steps) {
  for (std::size_t i = 0; i < steps; ++i) {
    noise ^= noise << 13;
    noise ^= noise >> 7;
    noise ^= noise << 17;
  }
  return noise;
}

struct Node {
  Pid parent;
  Pid root;
  std::size_t units = 0;
  std::size_t unit = 1;
  Ended ended{.nodes = 1};
  std::vector<Pid> children{};
  std::size_t missing = 0;  // children that have not ended
  std::uint64_t noise = first_noise;
};

void grow(Node& node, Grow grant);
void visit(Node& node, Visit);
void fold(Node& node, Fold);
void add_up(Node& node, Ended ended);

auto live(Node node) {
  node.noise = work(node.noise, units_before_asking * node.unit);
  send(node.root, MayGrow{self()});
  return rest(std::move(node), grow, visit, fold, add_up);
}

void spawn_children(Node& node, const Grow& grant) {
  for (std::size_t i = 0; i < grant.children; ++i) {
    Node child{.parent = self(), .root = node.root, .units = grant.units, .unit = grant.unit};
    const bool is_urgent = i == grant.urgent;
    child.ended.urgent = is_urgent ? 1 : 0;
    node.children.push_back(spawn({.priority = is_urgent ? Priority::high : Priority::normal}, live, child));
  }
  node.missing = node.children.size();
}

void grow(Node& node, Grow grant) { spawn_children(node, grant); }

void visit(Node& node, Visit) {
  node.noise = work(node.noise, node.units * node.unit);
  ++node.ended.visited;
  node.ended.digest += node.noise;
  for (Pid child : node.children) send(child, Visit{});
}

void end_if_alone(Node& node) {
  if (node.missing > 0) return;
  send(node.parent, node.ended);
  exit(ExitReason::normal);
}

void fold(Node& node, Fold) {
  for (Pid child : node.children) send(child, Fold{});
  end_if_alone(node);
}

void add_up(Node& node, Ended ended) {
  node.ended += ended;
  --node.missing;
  end_if_alone(node);
}

// Who decides: the tree's shape depends on the order in which nodes ask, its size does not.
class Root {
 public:
  explicit Root(const Parameters& parameters)
      : most_(parameters.count),
        children_(parameters.size("children")),
        average_(parameters["average"]),
        deviation_(parameters["deviation"]),
        urgent_percent_(parameters.size("urgent")),
        unit_(parameters.size("unit")),
        random_{parameters.size("seed")} {}

  Outcome run() {
    Stopwatch watch;
    Node root{.parent = self(), .root = self()};
    spawn_children(root, next_grant(children_));
    for (std::size_t asked = 1; asked < size_; ++asked) answer(receive<MayGrow>().node);
    for (Pid child : root.children) send(child, Visit{});
    for (Pid child : root.children) send(child, Fold{});
    for (; root.missing > 0; --root.missing) root.ended += receive<Ended>();
    Outcome outcome = outcome_of(size_, watch);
    require(root.ended.nodes == size_, "a node is missing or doubled");
    require(root.ended.visited + 1 == size_, "a node was not visited once");
    require(root.ended.digest == expected_digest(), "a node did not work as long as it was told");
    require(root.ended.urgent == urgent_, "an urgent node is missing or doubled");
    outcome.extra["urgent_nodes"] = static_cast<double>(urgent_);
    return outcome;
  }

 private:
  void answer(Pid node) {
    if (size_ + children_ > most_ || random_.below(2) == 0) return;
    const bool has_urgent = random_.below(100) <= urgent_percent_;
    const std::size_t urgent = has_urgent ? random_.below(children_) : children_;
    urgent_ += has_urgent ? 1 : 0;
    send(node, next_grant(urgent));
  }

  Grow next_grant(std::size_t urgent) {
    Grow grant{children_, normal_units(), unit_, urgent};
    size_ += children_;
    nodes_by_units_[grant.units] += children_;
    return grant;
  }

  std::uint64_t expected_digest() const {
    std::uint64_t digest = 0, noise = first_noise;
    std::size_t steps = 0;
    for (auto [units, nodes] : nodes_by_units_) {
      const std::size_t all = (units_before_asking + units) * unit_;
      noise = work(noise, all - std::exchange(steps, all));
      digest += nodes * noise;
    }
    return digest;
  }

  // Normally distributed, by the method of Box and Muller; at least 1.
  std::size_t normal_units() {
    const double radius = std::sqrt(-2 * std::log(1 - random_.unit()));
    const double units = average_ + deviation_ * radius * std::cos(2 * std::numbers::pi * random_.unit());
    return static_cast<std::size_t>(std::max(units, 1.0));
  }

  std::size_t most_;
  std::size_t children_;
  double average_;
  double deviation_;
  std::size_t urgent_percent_;
  std::size_t unit_;
  Random random_;
  std::size_t size_ = 1;
  std::map<std::size_t, std::size_t> nodes_by_units_;
  std::size_t urgent_ = 0;
};

}  // namespace

Outcome cobwebbed_tree(Runtime& runtime, const Parameters& parameters) {
  needs(parameters.size("children") > 0, "cobwebbed_tree needs children");
  return runtime.run([](const Parameters& given) { return Root(given).run(); }, parameters);
}

}  // namespace throng_bench
