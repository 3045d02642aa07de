// The policies that come with the library, on plain runnables: what all of them keep, and what each promises.
#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <throng/scheduler/policies.hpp>
#include <throng/scheduler/policies/random_walk.hpp>
#include <throng/scheduler/policies/replay.hpp>

#include "policies.hpp"

using namespace policies_test;

namespace {

using Log = std::vector<std::uint64_t>;

// Runs items on the host's thread; the tags in the order of their runs, at most so many.
Log order_under(const PolicyFactory& policy, std::deque<Item>& items, std::size_t most = 100'000) {
  Log log;
  Scheduler scheduler(setup(0, policy));
  scheduler.start();
  for (Item& item : items) scheduler.wake(item.noting_in(log));
  while (log.size() < most && scheduler.poll(1)) {
  }
  return log;
}

std::size_t count(const Log& log, std::uint64_t tag) {
  return static_cast<std::size_t>(std::ranges::count(log, tag));
}

}  // namespace

TEST_CASE("under every policy everything runs as often as it wants, with one worker and with three") {
  for (std::string_view name : policies::names()) {
    for (unsigned workers : {1U, 3U}) {
      CAPTURE(name);
      CAPTURE(workers);
      Reports reports;
      Scheduler scheduler(reporting_to(reports, setup(workers, policies::named(name))));
      scheduler.start();
      Count done;
      std::deque<Item> all;
      for (int i = 0; i < 500; ++i) {
        all.emplace_back(20, &done)
            .with_tag(static_cast<std::uint64_t>(i))
            .with_priority(static_cast<Priority>(i % 4));
      }
      for (Item& item : all) scheduler.wake(item);
      CHECK(done.wait_for(500));
      scheduler.stop();
      for (Item& item : all) CHECK(item.ran() == 20);
      CHECK(reports.count() == 0);
    }
  }
}

TEST_CASE("a wrong name is answered with all the names there are") {
  CHECK_THROWS_WITH_AS(
      policies::named("fastest"),
      "throng: there is no policy \"fastest\"; there are built_in, affinity, beam, central, edf, "
      "eevdf, fair_share, fifo, longest_queue, lottery, mlfq, pct, random_walk, replay",
      std::invalid_argument);
  CHECK_FALSE(policies::named("built_in"));
  for (std::string_view name : policies::names()) {
    if (PolicyFactory make = policies::named(name)) CHECK(make(WorkerId{})->name() == name);
  }
}

TEST_CASE("fifo and central: first come, first served, and who yields goes behind the others") {
  for (const char* name : {"fifo", "central"}) {
    std::deque<Item> items;
    for (std::uint64_t tag : {1U, 2U, 3U}) items.emplace_back(2).with_tag(tag);
    CHECK(order_under(policies::named(name), items) == Log{1, 2, 3, 1, 2, 3});
  }
}

TEST_CASE("beam: max before high before normal, and a low one has an eighth of the turns of a normal one") {
  std::deque<Item> items;
  items.emplace_back(1000).with_tag(1).with_priority(Priority::low);
  items.emplace_back(1000).with_tag(2).with_priority(Priority::normal);
  items.emplace_back(3).with_tag(3).with_priority(Priority::high);
  items.emplace_back(3).with_tag(4).with_priority(Priority::max);
  Log log = order_under(policies::named("beam"), items, 96);
  CHECK(Log(log.begin(), log.begin() + 6) == Log{4, 4, 4, 3, 3, 3});
  CHECK(count(log, 1) == 10);  // of 90
}

TEST_CASE("edf: the earliest deadline first, who has none last") {
  std::deque<Item> items;
  for (std::uint64_t tag : {0U, 30U, 10U, 20U}) items.emplace_back(2).with_tag(tag);
  for (std::size_t i = 1; i < 4; ++i) items[i].with_deadline(static_cast<std::int64_t>(items[i].tag()));
  CHECK(order_under(policies::named("edf"), items) == Log{10, 10, 20, 20, 30, 30, 0, 0});
}

TEST_CASE("fair_share, eevdf, lottery: runs are shared by weight") {
  for (const char* name : {"fair_share", "eevdf", "lottery"}) {
    CAPTURE(name);
    std::deque<Item> items;
    items.emplace_back(100'000).with_tag(0).with_weight(300);
    items.emplace_back(100'000).with_tag(0).with_weight(100);
    items[0].with_cost(100);
    items[1].with_cost(100);
    Scheduler scheduler(setup(0, policies::named(name)));
    scheduler.start();
    for (Item& item : items) scheduler.wake(item);
    for (int i = 0; i < 8000; ++i) scheduler.poll(1);
    CHECK(items[0].ran() > 5700);
    CHECK(items[0].ran() < 6300);
    CHECK(items[0].ran() + items[1].ran() == 8000);
  }
}

TEST_CASE("eevdf: who asks for less at a time is served more often for the same share") {
  std::deque<Item> items;
  items.emplace_back(100'000).with_tag(400).with_cost(400);
  items.emplace_back(100'000).with_tag(4000).with_cost(4000);
  Scheduler scheduler(setup(0, policies::named("eevdf")));
  scheduler.start();
  for (Item& item : items) scheduler.wake(item);
  for (int i = 0; i < 1100; ++i) scheduler.poll(1);
  CHECK(items[0].ran() > 950);
  CHECK(items[0].ran() < 1050);
}

TEST_CASE("mlfq: who uses up its slices goes behind those who don't, and does not starve") {
  std::deque<Item> items;
  items.emplace_back(100'000).with_tag(1).with_cost(10'000);
  items.emplace_back(100'000).with_tag(2).with_cost(1);
  Log log = order_under(policies::named("mlfq"), items, 5000);
  CHECK(count(log, 1) < 50);
  CHECK(count(log, 1) >= 4);
}

TEST_CASE("longest_queue: most that waits goes first") {
  std::deque<Item> items;
  for (std::uint64_t tag : {1U, 2U, 3U}) items.emplace_back(1).with_tag(tag);
  items[1].with_backlog(100);
  items[2].with_backlog(50);
  CHECK(order_under(policies::named("longest_queue"), items) == Log{2, 3, 1});
}

TEST_CASE("affinity: who is woken goes where it ran last, and wakes that worker") {
  // Woken again and again by the host, hence on whichever worker takes it in, it has run on one worker only.
  class Wanderer final : public Runnable {
   public:
    explicit Wanderer(Count& ran) : Runnable(run), ran_(ran) {}
    std::map<std::uint32_t, int> workers;

   private:
    static Settled run(Runnable& runnable, Worker& worker) noexcept {
      auto& self = static_cast<Wanderer&>(runnable);
      ++self.workers[worker.id().number];
      Count& ran = self.ran_;
      if (worker.under_policy) worker.stopping(runnable, detail::Stop::waits);
      ran.add();
      return Settled::waiting;
    }
    Count& ran_;
  };
  SchedulerSetup three = setup(3, policies::named("affinity"));
  three.spare_threads = 0;  // one would run it when that worker's thread is off its CPU for a tick
  Scheduler scheduler(three);
  scheduler.start();
  Count ran;
  Wanderer wanderer(ran);
  bool came = true;
  for (int i = 1; came && i <= 2000; ++i) {
    scheduler.wake(wanderer);
    came = ran.wait_for(i);
  }
  CHECK(came);
  scheduler.stop();
  CHECK(wanderer.workers.size() == 1);
}

TEST_CASE("pct: the same seed gives the same order, others give others") {
  auto order = [](std::uint32_t seed) {
    std::deque<Item> items;
    for (std::uint64_t tag = 0; tag < 6; ++tag) items.emplace_back(2).with_tag(tag);
    PolicyFactory pct = policies::named("pct");
    return order_under([&](WorkerId) { return pct(WorkerId{seed}); }, items);
  };
  CHECK(order(1) == order(1));
  std::set<Log> orders;
  for (std::uint32_t seed = 0; seed < 20; ++seed) orders.insert(order(seed));
  CHECK(orders.size() > 10);
}

TEST_CASE("replay goes the way that random_walk noted") {
  auto ten = [] {
    std::deque<Item> items;
    for (std::uint64_t tag = 0; tag < 10; ++tag) items.emplace_back(5).with_tag(tag);
    return items;
  };
  std::set<Log> walks;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    auto notes = std::make_shared<policies::Choices>();
    std::deque<Item> first = ten(), second = ten();
    Log walked =
        order_under([&](WorkerId) { return std::make_unique<policies::RandomWalk>(seed, notes); }, first);
    CHECK(order_under([&](WorkerId) { return std::make_unique<policies::Replay>(*notes); }, second) ==
          walked);
    walks.insert(walked);
  }
  CHECK(walks.size() == 10);
}
