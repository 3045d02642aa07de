// Locks and preemption: the library's own are never held by a process that was preempted, a host's need
// NoPreempt; without it they only delay those who want them.
#include <throng/stdlib/table.hpp>
#include <throng/vm/no_preempt.hpp>

#include <atomic>
#include <mutex>

#include "preemption/sink.hpp"
#include "semantics/support.hpp"

using namespace semantics;

namespace {

// Dear to hash and to compare: the slice is used up inside the table's functions, under its locks.
struct Dear {
  static constexpr bool sendable = true;
  int value = 0;
  friend bool operator==(const Dear& a, const Dear& b) {
    compute(50'000);
    return a.value == b.value;
  }
  friend bool operator<(const Dear& a, const Dear& b) {
    compute(50'000);
    return a.value < b.value;
  }
};

}  // namespace

template <>
struct std::hash<Dear> {
  std::size_t operator()(const Dear&) const noexcept { return 1; }  // all in one place
};

namespace {

template <TableKind kind>
int share_a_table(Runtime& runtime) {
  using Shared = Table<Dear, int, kind>;
  return runtime.run([] {
    auto table = Shared::create({.access = TableAccess::public_table});
    std::vector<Monitor> ends;
    for (int p = 0; p < 4; ++p) {
      ends.push_back(spawn_monitor(
                         [](Shared shared, int own) {
                           for (int i = 0; i < 12; ++i) {
                             shared.insert(Dear{own * 100 + i}, i);
                             (void)shared.lookup(Dear{own * 100 + i});
                           }
                         },
                         table, p)
                         .monitor);
    }
    for (Monitor end : ends) expect_down(end);
    return static_cast<int>(table.size());
  });
}

}  // namespace

TEST_CASE("ETS-1: keys that take longer than a slice to compare keep nobody waiting for ever") {
  RuntimeOptions alone = quiet(1);
  alone.spare_threads = 0;  // who would help where the library does not keep its promise
  Runtime runtime(alone);
  CHECK(share_a_table<TableKind::set>(runtime) == 48);
  CHECK(share_a_table<TableKind::ordered_set>(runtime) == 48);
}

TEST_CASE("a host's mutex under NoPreempt is never held by a process that does not run") {
  RuntimeOptions alone = quiet(1);
  alone.spare_threads = 0;  // who would help where the library does not keep its promise
  Runtime runtime(alone);
  int count = runtime.run([] {
    static std::mutex mutex;
    static int counter = 0;
    counter = 0;
    std::vector<Monitor> ends;
    for (int p = 0; p < 4; ++p) {
      ends.push_back(spawn_monitor([] {
                       for (int i = 0; i < 50; ++i) {
                         NoPreempt no_preempt;
                         std::lock_guard lock(mutex);
                         compute(20'000);
                         ++counter;
                       }
                     }).monitor);
    }
    for (Monitor end : ends) expect_down(end);
    return counter;
  });
  CHECK(count == 200);
}
