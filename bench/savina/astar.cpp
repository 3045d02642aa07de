// astar: a way through a grid of three dimensions, looked for by workers that claim the nodes they reach.
// What it stresses is an array that all change, beside a master that everything to be done goes through.
#include <algorithm>
#include <deque>
#include <utility>

#include "common.hpp"
#include "list.hpp"

namespace throng_bench {

using namespace throng;

namespace {

using Node = std::uint32_t;

struct Graph {
  std::vector<std::vector<Node>> neighbours;
  Node target;
};

struct Work {
  Node node;
};
struct Done {};
struct Found {};

struct Worker {
  Pid master;
  Shared<Graph> graph;
  Atomics parents;  // of the claimed nodes, plus 1; 0: nobody was there
  std::size_t threshold;
  std::size_t busy;  // steps of arithmetic for each node
  std::uint64_t noise = 88172645463325252u;
};

void compute(Worker& worker) {
  for (std::size_t i = 0; i < worker.busy; ++i) {
    worker.noise ^= worker.noise << 13;
    worker.noise ^= worker.noise >> 7;
    worker.noise ^= worker.noise << 17;
  }
}

// Whether the target was found. `open`: nodes that are claimed and not looked at.
bool search_from(Worker& worker, std::deque<Node>& open) {
  for (std::size_t seen = 0; !open.empty() && seen < worker.threshold; ++seen) {
    compute(worker);
    const Node node = open.front();
    open.pop_front();
    for (Node neighbour : worker.graph->neighbours[node]) {
      if (worker.parents.compare_exchange(neighbour, 0, std::int64_t{node} + 1) != 0) continue;
      if (neighbour == worker.graph->target) return true;
      open.push_back(neighbour);
    }
  }
  return false;
}

void search(Worker& worker, Work work) {
  std::deque<Node> open{work.node};
  if (search_from(worker, open)) {
    send(worker.master, Found{});
  } else {
    for (Node node : open) send(worker.master, Work{node});
  }
  send(worker.master, Done{});
}

// Each node has some of the six neighbours that are one further on one or two axes.
Graph random_grid(std::size_t side, std::uint64_t seed) {
  Random random{seed};
  const std::size_t axis = side * 4 / 5;
  Graph graph{{}, static_cast<Node>((axis * side + axis) * side + axis)};
  for (std::size_t i = 0; i < side * side * side; ++i) {
    const std::size_t place[3] = {i / (side * side), i / side % side, i % side};
    std::vector<Node> neighbours;
    for (unsigned step = 1; step < 7; ++step) {
      if (random.below(2) == 0 && !(step == 6 && neighbours.empty())) continue;
      std::size_t index = 0;
      for (unsigned dimension = 0; dimension < 3; ++dimension)
        index = index * side + std::min(side - 1, place[dimension] + (step >> (2 - dimension) & 1));
      if (index != i && std::ranges::find(neighbours, index) == neighbours.end())
        neighbours.push_back(static_cast<Node>(index));
    }
    graph.neighbours.push_back(std::move(neighbours));
  }
  return graph;
}

struct Reached {
  std::size_t nodes = 0;
  bool target = false;
};

Reached one_after_another(const Graph& graph) {
  std::vector<char> reached(graph.neighbours.size(), 0);
  std::vector<Node> open{0};
  reached[0] = 1;
  for (std::size_t i = 0; i < open.size(); ++i)
    for (Node neighbour : graph.neighbours[open[i]])
      if (std::exchange(reached[neighbour], char{1}) == 0) open.push_back(neighbour);
  return {open.size(), reached[graph.target] != 0};
}

// From the target back to node 0, along edges.
bool is_way(const Graph& graph, const Atomics& parents) {
  std::size_t node = graph.target;
  for (std::size_t steps = 0; node != 0; ++steps) {
    const std::int64_t parent = parents.get(node) - 1;
    if (parent < 0 || steps > graph.neighbours.size()) return false;
    const auto& next = graph.neighbours[static_cast<std::size_t>(parent)];
    if (std::ranges::find(next, node) == next.end()) return false;
    node = static_cast<std::size_t>(parent);
  }
  return true;
}

bool direct(Crew& crew, const std::vector<Pid>& workers) {
  std::size_t sent = 0, done = 0;
  bool found = false;
  auto give = [&](Work work) { send(workers[sent++ % workers.size()], work); };
  give({0});
  while (!found && done < sent)
    crew.take(
        give, [&](Found) { found = true; }, [&](Done) { ++done; });
  return found;
}

Outcome find_way(const Parameters& parameters) {
  const std::size_t side = parameters.count;
  const Shared<Graph> graph(random_grid(side, parameters.size("seed")));
  const Atomics parents(graph->neighbours.size());
  Stopwatch watch;
  Crew crew;
  std::vector<Pid> workers;
  for (std::size_t i = 0; i < parameters.processes; ++i)
    workers.push_back(
        crew.spawn([](Worker worker) { return rest(std::move(worker), search, end_of<Worker>); },
                   Worker{self(), graph, parents, parameters.size("threshold"), parameters.size("busy")}));
  const bool found = direct(crew, workers);
  stop_all(crew, workers);
  Outcome outcome = outcome_of(1, watch);
  std::size_t claimed = 1;
  for (std::size_t i = 0; i < parents.size(); ++i) claimed += parents.get(i) != 0 ? 1 : 0;
  outcome.operations = claimed;
  const Reached reached = one_after_another(*graph);
  require(found == reached.target, "the target was not found, or found where there is no way");
  require(found ? is_way(*graph, parents) : claimed == reached.nodes,
          "the way is none, or a node was missed");
  return outcome;
}

}  // namespace

Outcome astar(Runtime& runtime, const Parameters& parameters) {
  needs(2 <= parameters.count && parameters.count <= 400 && parameters.size("threshold") > 0,
        "astar needs a count from 2 to 400 and a threshold");
  return runtime.run(find_way, parameters);
}

}  // namespace throng_bench
