#include <throng/scheduler/policies.hpp>

#include <array>
#include <stdexcept>
#include <string>
#include <throng/scheduler/policies/affinity.hpp>
#include <throng/scheduler/policies/beam.hpp>
#include <throng/scheduler/policies/central.hpp>
#include <throng/scheduler/policies/edf.hpp>
#include <throng/scheduler/policies/eevdf.hpp>
#include <throng/scheduler/policies/fair_share.hpp>
#include <throng/scheduler/policies/fifo.hpp>
#include <throng/scheduler/policies/longest_queue.hpp>
#include <throng/scheduler/policies/lottery.hpp>
#include <throng/scheduler/policies/mlfq.hpp>
#include <throng/scheduler/policies/pct.hpp>
#include <throng/scheduler/policies/random_walk.hpp>
#include <throng/scheduler/policies/replay.hpp>

namespace throng::policies {
namespace {

using Policy = std::unique_ptr<SchedulingPolicy>;

struct Entry {
  std::string_view name;
  Policy (*make)(WorkerId worker);
};

template <class P>
Policy plain(WorkerId) {
  return std::make_unique<P>();
}
// Its lots begin with the worker's number: every run draws the same ones.
template <class P>
Policy seeded(WorkerId worker) {
  return std::make_unique<P>(std::uint64_t{worker.number});
}

constexpr std::array<Entry, 14> entries{{
    {"built_in", nullptr},
    {"affinity", [](WorkerId worker) -> Policy { return std::make_unique<Affinity>(worker); }},
    {"beam", plain<Beam>},
    {"central", plain<Central>},
    {"edf", plain<Edf>},
    {"eevdf", plain<Eevdf>},
    {"fair_share", plain<FairShare>},
    {"fifo", plain<Fifo>},
    {"longest_queue", plain<LongestQueue>},
    {"lottery", seeded<Lottery>},
    {"mlfq", plain<Mlfq>},
    {"pct", seeded<Pct>},
    {"random_walk", seeded<RandomWalk>},
    {"replay", [](WorkerId) -> Policy { return std::make_unique<Replay>(Choices()); }},
}};

}  // namespace

PolicyFactory named(std::string_view name) {
  std::string known;
  for (const Entry& entry : entries) {
    if (entry.name == name) return entry.make;
    known += (known.empty() ? "" : ", ") + std::string(entry.name);
  }
  throw std::invalid_argument("throng: there is no policy \"" + std::string(name) + "\"; there are " + known);
}

std::vector<std::string_view> names() {
  std::vector<std::string_view> names;
  for (const Entry& entry : entries) names.push_back(entry.name);
  return names;
}

}  // namespace throng::policies
