// shortest_paths: the distances between all nodes of a graph, by the method of Floyd and Warshall, a process
// for each block of the matrix. What it stresses is steps in which each process needs the blocks of many
// others, and selective receive: some are a step ahead.
#include <algorithm>
#include <map>

#include "common.hpp"
#include "list.hpp"

namespace throng_bench {

using namespace throng;

namespace {

using Distances = std::vector<std::uint64_t>;  // a square, row by row

struct Neighbours {
  std::vector<Pid> pids;  // all blocks of the same row or column
};
struct Block {
  std::size_t step;  // how many nodes a path may lead through
  std::size_t number;
  Shared<Distances> distances;
};
struct Result {
  std::size_t number;
  Shared<Distances> distances;
};

struct Place {
  std::size_t number;
  std::size_t blocks;  // in a row
  std::size_t size;    // of a block
  std::size_t row() const { return number / blocks; }
  std::size_t column() const { return number % blocks; }
};

// Paths may lead through one node more, which is in the block row and the block column `through.first`.
Distances one_more(const Distances& mine, const Distances& from_row, const Distances& from_column,
                   std::size_t size, std::size_t node) {
  Distances next(mine);
  for (std::size_t i = 0; i < size; ++i)
    for (std::size_t j = 0; j < size; ++j)
      next[i * size + j] =
          std::min(mine[i * size + j], from_row[i * size + node] + from_column[node * size + j]);
  return next;
}

void relax(Pid master, Place place, Distances first) {
  const std::vector<Pid> neighbours = receive<Neighbours>().pids;
  Shared<Distances> mine(std::move(first));
  for (std::size_t step = 0; step < place.blocks * place.size; ++step) {
    for (Pid neighbour : neighbours) send(neighbour, Block{step, place.number, mine});
    std::map<std::size_t, Shared<Distances>> all{{place.number, mine}};
    for (std::size_t i = 0; i < neighbours.size(); ++i)
      receive(when([step](const Block& block) { return block.step == step; },
                   [&](Block block) { all.emplace(block.number, std::move(block.distances)); }));
    const std::size_t through = step / place.size;
    mine = Shared(one_more(*mine, *all.at(place.row() * place.blocks + through),
                           *all.at(through * place.blocks + place.column()), place.size, step % place.size));
  }
  send(master, Result{place.number, std::move(mine)});
}

Distances random_graph(std::size_t nodes, std::uint64_t heaviest, std::uint64_t seed) {
  Random random{seed};
  Distances graph(nodes * nodes);
  for (std::size_t i = 0; i < nodes; ++i)
    for (std::size_t j = i + 1; j < nodes; ++j)
      graph[i * nodes + j] = graph[j * nodes + i] = random.below(heaviest) + 1;
  return graph;
}

Distances one_after_another(Distances graph, std::size_t nodes) {
  for (std::size_t k = 0; k < nodes; ++k)
    for (std::size_t i = 0; i < nodes; ++i)
      for (std::size_t j = 0; j < nodes; ++j)
        graph[i * nodes + j] = std::min(graph[i * nodes + j], graph[i * nodes + k] + graph[k * nodes + j]);
  return graph;
}

// Calls f(a reference to the graph's element, a reference to the block's element) for each of a block.
template <class Graph, class Elements, class F>
void for_block(Graph& graph, Elements& block, const Place& place, F f) {
  const std::size_t nodes = place.blocks * place.size;
  for (std::size_t i = 0; i < place.size; ++i)
    for (std::size_t j = 0; j < place.size; ++j)
      f(graph[(place.row() * place.size + i) * nodes + place.column() * place.size + j],
        block[i * place.size + j]);
}

std::vector<Pid> spawn_blocks(Crew& crew, const Distances& graph, std::size_t blocks, std::size_t size) {
  std::vector<Pid> pids;
  for (std::size_t number = 0; number < blocks * blocks; ++number) {
    const Place place{number, blocks, size};
    Distances block(size * size);
    for_block(graph, block, place, [](std::uint64_t from, std::uint64_t& to) { to = from; });
    pids.push_back(crew.spawn(relax, self(), place, std::move(block)));
  }
  for (std::size_t number = 0; number < pids.size(); ++number) {
    const Place place{number, blocks, size};
    Neighbours neighbours;
    for (std::size_t i = 0; i < blocks; ++i) {
      if (i != place.row()) neighbours.pids.push_back(pids[i * blocks + place.column()]);
      if (i != place.column()) neighbours.pids.push_back(pids[place.row() * blocks + i]);
    }
    send(pids[number], std::move(neighbours));
  }
  return pids;
}

Outcome find_paths(const Parameters& parameters) {
  const std::size_t nodes = parameters.count, size = parameters.size("block");
  const std::size_t weight = parameters.size("weight");
  const std::size_t blocks = nodes / size;
  const Distances graph = random_graph(nodes, weight, parameters.size("seed"));
  Stopwatch watch;
  Crew crew;
  const std::vector<Pid> pids = spawn_blocks(crew, graph, blocks, size);
  Distances distances(nodes * nodes);
  for (std::size_t i = 0; i < pids.size(); ++i) {
    Result result = crew.receive<Result>();
    for_block(distances, *result.distances, Place{result.number, blocks, size},
              [](std::uint64_t& to, std::uint64_t from) { to = from; });
  }
  crew.await_ends();
  Outcome outcome = outcome_of(pids.size() * nodes, watch);
  require(distances == one_after_another(graph, nodes), "a distance is wrong");
  return outcome;
}

}  // namespace

Outcome shortest_paths(Runtime& runtime, const Parameters& parameters) {
  needs(parameters.size("block") > 0 && parameters.count % parameters.size("block") == 0 &&
            parameters.size("weight") > 0,
        "shortest_paths needs a count that its block divides, and a weight");
  return runtime.run(find_paths, parameters);
}

}  // namespace throng_bench
