// A scheduler under policies: who asks them, when, and what happens to what they hold.
#include <algorithm>
#include <deque>

#include "policies.hpp"

using namespace policies_test;

namespace {

class ByTag final : public Fifo {
 public:
  Runnable* dequeue() override {
    auto least = std::ranges::min_element(waiting, {}, [](const Runnable* r) { return r->tag(); });
    if (least == waiting.end()) return nullptr;
    Runnable* next = *least;
    waiting.erase(least);
    return next;
  }
};

class Central final : public Fifo {
 public:
  bool is_central() const override { return true; }
};

// Keeps to itself what it has until it was asked ten times.
class Reluctant final : public Fifo {
 public:
  Runnable* dequeue() override {
    if (++asked_ % 10 != 0) return nullptr;
    return Fifo::dequeue();
  }

 private:
  int asked_ = 0;
};

std::deque<Item> items(std::size_t count, int times, Count& done) {
  std::deque<Item> all;
  for (std::size_t i = 0; i < count; ++i) all.emplace_back(times, &done);
  return all;
}

void all_run(Scheduler& scheduler, std::size_t count, int times) {
  Count done;
  std::deque<Item> all = items(count, times, done);
  for (Item& item : all) scheduler.wake(item);
  CHECK(done.wait_for(static_cast<int>(count)));
  scheduler.stop();
  for (Item& item : all) CHECK(item.ran() == times);
}

}  // namespace

TEST_CASE("a policy is asked for every dispatch: what it puts first runs first") {
  std::vector<std::uint64_t> log;
  Scheduler scheduler(setup(0, each<ByTag>()));
  scheduler.start();
  std::deque<Item> all;
  for (std::uint64_t tag : {30U, 10U, 20U}) all.emplace_back(2).with_tag(tag).noting_in(log);
  for (Item& item : all) scheduler.wake(item);
  while (scheduler.poll(1)) {
  }
  CHECK(log == std::vector<std::uint64_t>{10, 10, 20, 20, 30, 30});
}

TEST_CASE("under a policy everything runs as often as it wants, with one worker and with several") {
  for (unsigned workers : {1U, 2U, 4U}) {
    CAPTURE(workers);
    Scheduler scheduler(setup(workers, each<Fifo>()));
    scheduler.start();
    all_run(scheduler, 2000, 20);
  }
}

TEST_CASE("a central policy serves all workers with one instance") {
  static std::atomic<int> made;
  made = 0;
  Scheduler scheduler(setup(3, [](WorkerId) {
    ++made;
    return std::make_unique<Central>();
  }));
  scheduler.start();
  all_run(scheduler, 2000, 20);
  CHECK(made == 1);
}

TEST_CASE("a policy that gives nothing for a while is asked again") {
  Scheduler scheduler(setup(2, each<Reluctant>()));
  scheduler.start();
  all_run(scheduler, 100, 3);
}

TEST_CASE("workers go offline and come back under a policy, and nothing is lost") {
  for (const PolicyFactory& policy : {each<Fifo>(), each<Central>()}) {
    Scheduler scheduler(setup(3, policy));
    scheduler.start();
    Count done;
    std::deque<Item> all = items(300, 300, done);
    for (Item& item : all) scheduler.wake(item);
    for (unsigned i = 0; done.now() < 300 && i < 100'000; ++i) {
      scheduler.set_online(i % 3 + 1);
      std::this_thread::yield();
    }
    scheduler.set_online(1);
    CHECK(done.wait_for(300));
    scheduler.stop();
    for (Item& item : all) CHECK(item.ran() == 300);
  }
}

TEST_CASE(
    "policies are exchanged under load, also for the built-in queues, and nothing is lost or runs twice") {
  Scheduler scheduler(setup(2, {}));
  scheduler.start();
  Count done;
  std::deque<Item> all = items(500, 400, done);
  for (Item& item : all) scheduler.wake(item);
  std::vector<PolicyFactory> policies{each<Fifo>(), each<Central>(), {}, each<ByTag>(), each<Reluctant>()};
  for (std::size_t i = 0; done.now() < 500 && i < 100'000; ++i) {
    scheduler.use_policy(policies[i % policies.size()]);
    std::this_thread::yield();
  }
  scheduler.use_policy({});
  CHECK(done.wait_for(500));
  scheduler.stop();
  for (Item& item : all) CHECK(item.ran() == 400);
}

TEST_CASE("a factory that makes nothing is refused with a sentence, and changes nothing") {
  Scheduler scheduler(setup(1, each<Fifo>()));
  scheduler.start();
  CHECK_THROWS_WITH_AS(
      scheduler.use_policy([](WorkerId) { return std::unique_ptr<SchedulingPolicy>(); }),
      "throng: the factory made no policy for worker 0; return one, or leave the factory empty for "
      "the built-in queues",
      std::invalid_argument);
  all_run(scheduler, 10, 2);
}
