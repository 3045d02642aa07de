// pcmark: five tables in order, which many short-lived processes walk through and change as they go. What it
// stresses is walks through tables that others change, and spawning as others end.
//
// Reading a value and writing it back are two steps, as published, so two processes may write the same: a
// value says how many have changed it at least one after another, and not how many in all.
#include <algorithm>
#include <vector>

#include "list.hpp"

namespace throng_bench {

using namespace throng;

namespace {

using Counts = Table<std::size_t, std::size_t, TableKind::ordered_set>;
constexpr std::size_t number_of_tables = 5;

struct Done {
  std::size_t values;  // that it has changed
  std::size_t sum;     // of what they were
  std::size_t sum_of_all_below;
};

std::size_t sum_up_to(std::size_t last) {
  std::size_t sum = 0;
  for (std::size_t i = last; i > 0; --i) sum += i;
  return sum;
}

void change_all(Pid master, std::vector<Counts> tables) {
  std::size_t sum = 0, values = 0;
  for (const Counts& table : tables) {
    sum = table.fold(sum, [&](std::size_t before, std::size_t key, std::size_t value) {
      table.insert(key, value + 1);
      ++values;
      return before + value;
    });
  }
  send(master, Done{values, sum, sum_up_to(sum)});
}

std::vector<Counts> make_tables(std::size_t size) {
  std::vector<Counts> tables;
  for (std::size_t i = 0; i < number_of_tables; ++i) {
    tables.push_back(Counts::create({.access = TableAccess::public_table}));
    for (std::size_t key = 1; key <= size; ++key) tables.back().insert(key, 1);
  }
  return tables;
}

// Each process sees values from 1 to what all others can have made of them.
void check(const Done& done, std::size_t values, std::size_t total) {
  require(done.values == values, "a process has not changed each value once");
  require(done.sum >= values && done.sum <= values * total, "a process saw a value that nobody wrote");
  require(done.sum_of_all_below == done.sum * (done.sum + 1) / 2, "a process added wrongly");
}

Outcome change(const Parameters& parameters) {
  const std::size_t total = parameters.count, size = parameters.size("size");
  const std::size_t ongoing = std::min(parameters.processes, total), values = number_of_tables * size;
  Stopwatch watch;
  const std::vector<Counts> tables = make_tables(size);
  for (std::size_t i = 0; i < ongoing; ++i) spawn_link(change_all, self(), tables);
  for (std::size_t i = 0; i < total; ++i) {
    check(receive<Done>(), values, total);
    if (i + ongoing < total) spawn_link(change_all, self(), tables);
  }
  Outcome outcome = outcome_of(values * total, watch);
  std::size_t found = 0;
  for (const Counts& table : tables)
    found += table.count_if([&](std::size_t, std::size_t value) { return value > 1 && value <= 1 + total; });
  require(found == values, "a value was never changed, or too often, or is gone");
  return outcome;
}

}  // namespace

Outcome pcmark(Runtime& runtime, const Parameters& parameters) {
  needs(parameters.size("size") > 0, "pcmark needs tables of a size");
  return runtime.run(change, parameters);
}

}  // namespace throng_bench
