// ets_test: processes that write all keys of one table, beside others that read them. What it stresses is a
// small public table that is changed and read from all workers at once.
#include <algorithm>
#include <vector>

#include "list.hpp"

namespace throng_bench {

using namespace throng;

namespace {

using Owners = Table<std::size_t, Pid>;  // who has written a key last

struct Go {};
struct Done {
  std::size_t found;
};

void write_all(const Owners& table, std::size_t keys) {
  for (std::size_t key = keys; key > 0; --key) table.insert(key, self());
}

void write(Pid master, Owners table, std::size_t keys) {
  receive<Go>();
  write_all(table, keys);
  write_all(table, keys);
  send(master, Done{0});
}

void read(Pid master, Owners table, std::size_t keys) {
  receive<Go>();
  std::size_t found = 0;
  for (int round = 0; round < 2; ++round)
    for (std::size_t key = keys; key > 0; --key) found += table.lookup(key) ? 1 : 0;
  send(master, Done{found});
}

Outcome access(const Parameters& parameters) {
  const std::size_t keys = parameters.count, writers = parameters.size("writers");
  const std::size_t readers = parameters.size("readers");
  Stopwatch watch;
  const Owners table = Owners::create({.access = TableAccess::public_table});
  write_all(table, keys);
  std::vector<Pid> pids;
  for (std::size_t i = 0; i < writers; ++i) pids.push_back(spawn_link(write, self(), table, keys));
  for (std::size_t i = 0; i < readers; ++i) pids.push_back(spawn_link(read, self(), table, keys));
  for (Pid pid : pids) send(pid, Go{});
  std::size_t found = 0;
  for (std::size_t i = 0; i < pids.size(); ++i) found += receive<Done>().found;
  Outcome outcome = outcome_of(2 * keys * pids.size(), watch);
  require(found == 2 * keys * readers, "a key was not there for a reader");
  require(table.size() == keys, "the table has too few or too many keys");
  table.for_each([&](std::size_t, Pid writer) {
    require(std::find(pids.begin(), pids.begin() + static_cast<std::ptrdiff_t>(writers), writer) !=
                pids.begin() + static_cast<std::ptrdiff_t>(writers),
            "a key has a value that no writer wrote last");
  });
  return outcome;
}

}  // namespace

Outcome ets_test(Runtime& runtime, const Parameters& parameters) {
  needs(parameters.size("writers") > 0, "ets_test needs a writer");
  return runtime.run(access, parameters);
}

}  // namespace throng_bench
