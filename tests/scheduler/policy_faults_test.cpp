// Policies that go wrong: each is named in one sentence, and everything runs to its end all the same.
#include "policies.hpp"

using namespace policies_test;

namespace {

constexpr std::size_t enough = 200;
constexpr int times = 50;

// Long enough for a thread that is off its CPU in the middle of a policy's call on a loaded machine: that
// must not be taken for the fault.
constexpr std::int64_t half_a_second = 500'000'000;

// Many items on their way under a policy, until it is thrown out; then under the built-in queues.
struct Crowd {
  Crowd(PolicyFactory policy, unsigned workers, std::int64_t limit)
      : scheduler(options_of(reports, std::move(policy), workers, limit)) {
    scheduler.start();
    for (std::size_t i = 0; i < enough; ++i) all.emplace_back(times, &done);
    for (Item& item : all) scheduler.wake(item);
  }
  bool are_through(int but = 0) { return done.wait_for(static_cast<int>(enough) - but); }
  void stop() {
    scheduler.stop();
    for (Item& item : all) CHECK(item.ran() == times);
  }

  Reports reports;
  Count done;
  std::deque<Item> all;
  Scheduler scheduler;

 private:
  static SchedulerSetup options_of(Reports& reports, PolicyFactory policy, unsigned workers,
                                   std::int64_t limit) {
    SchedulerSetup options = reporting_to(reports, setup(workers, std::move(policy)));
    options.policy_limit = limit;
    return options;
  }
};

// The report.
std::string survives(PolicyFactory policy, unsigned workers = 2, std::int64_t limit = 10 * half_a_second) {
  Crowd crowd(std::move(policy), workers, limit);
  CHECK(crowd.are_through());
  std::string report = crowd.reports.wait();
  crowd.stop();
  CHECK(crowd.reports.count() == 1);
  return report;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Goes wrong at the hundredth call, once.
class Fault : public Fifo {
 protected:
  bool is_time() { return ++calls_ == 100; }

 private:
  int calls_ = 0;
};

class Loses final : public Fault {
 public:
  void enqueue(Runnable& runnable, Wake wake) override {
    if (!is_time()) Fifo::enqueue(runnable, wake);
  }
};

class LosesWithoutSayingSo final : public Fault {
 public:
  void enqueue(Runnable& runnable, Wake wake) override {
    is_time() ? static_cast<void>(++lost_) : Fifo::enqueue(runnable, wake);
  }
  std::size_t size() const override { return Fifo::size() + lost_; }

 private:
  std::size_t lost_ = 0;
};

class Doubles final : public Fault {
 public:
  void enqueue(Runnable& runnable, Wake wake) override {
    Fifo::enqueue(runnable, wake);
    if (is_time()) Fifo::enqueue(runnable, wake);
  }
};

class GivesAStranger final : public Fault {
 public:
  Runnable* dequeue() override { return is_time() ? &stranger_ : Fifo::dequeue(); }

 private:
  Item stranger_;
};

class KeepsAll final : public Fault {
 public:
  Runnable* dequeue() override {
    stopped_ = stopped_ || is_time();
    return stopped_ ? nullptr : Fifo::dequeue();
  }
  void dump(std::string& out) const override { out += "it does not feel like it"; }

 private:
  bool stopped_ = false;
};

// Serves all but the first one that it got.
class Starves final : public Fifo {
 public:
  Runnable* dequeue() override {
    if (waiting.size() < 2) return nullptr;
    Runnable* next = waiting[1];
    waiting.erase(waiting.begin() + 1);
    return next;
  }
};

class ThrowsInEnqueue final : public Fault {
 public:
  void enqueue(Runnable& runnable, Wake wake) override {
    if (is_time()) throw std::runtime_error("no room");
    Fifo::enqueue(runnable, wake);
  }
};

class ThrowsInDequeue final : public Fault {
 public:
  Runnable* dequeue() override {
    if (is_time()) throw 5;
    return Fifo::dequeue();
  }
};

class ThrowsInAHook final : public Fault {
 public:
  void running(Runnable&) override {
    if (is_time()) throw std::runtime_error("running");
  }
};

std::atomic<bool> released;

class Blocks final : public Fault {
 public:
  Runnable* dequeue() override {
    while (is_time() && !released) released.wait(false);
    return Fifo::dequeue();
  }
};

class BlocksInEnqueue final : public Fault {
 public:
  bool is_central() const override { return true; }
  void enqueue(Runnable& runnable, Wake wake) override {
    Fifo::enqueue(runnable, wake);
    while (is_time() && !released) released.wait(false);
  }
};

// While a policy is stuck in a call the others run to their end; it is let go when the report is there, or
// nothing could be joined.
std::string survives_blocked(PolicyFactory policy) {
  released = false;
  Crowd crowd(std::move(policy), 2, 50'000'000);
  CHECK(crowd.are_through(1));  // but for the one whose worker is held, perhaps
  std::string report = crowd.reports.wait();
  released = true;
  released.notify_all();
  CHECK(crowd.are_through());
  crowd.stop();
  return report;
}

}  // namespace

TEST_CASE("a policy that loses a runnable is named and replaced, and the runnable runs") {
  CHECK(contains(survives(each<Loses>()), "has lost"));
  CHECK(contains(survives(each<LosesWithoutSayingSo>(), 2, half_a_second),
                 "has not served somebody for longer than policy_limit"));
}

TEST_CASE("a policy that gives a runnable twice, or a stranger, is named, and nothing runs twice at a time") {
  std::string report = survives(each<Doubles>());
  CAPTURE(report);
  CHECK((contains(report, "gave a runnable that it does not hold") || contains(report, "doubled")));
  report = survives(each<GivesAStranger>());
  CAPTURE(report);
  CHECK(contains(report, "gave a runnable that it does not hold"));
}

TEST_CASE("a policy that starves somebody, or everybody, is named with its dump") {
  std::string report = survives(each<KeepsAll>(), 2, half_a_second);
  CAPTURE(report);
  CHECK(contains(report, "throng: the policy of worker "));
  CHECK(contains(report, "has not served somebody for longer than policy_limit; the built-in queues go on"));
  CHECK(contains(report, "it does not feel like it"));
  CHECK(contains(survives(each<Starves>(), 1, half_a_second), "has not served somebody"));
}

TEST_CASE("a policy that throws is named with what it threw") {
  CHECK(contains(survives(each<ThrowsInEnqueue>()), "threw no room"));
  CHECK(contains(survives(each<ThrowsInDequeue>()), "threw what is no std::exception"));
  CHECK(contains(survives(each<ThrowsInAHook>()), "threw running"));
}

TEST_CASE("a policy that does not come back from a call is named, and others go on") {
  CHECK(contains(survives_blocked(each<Blocks>()), "does not come back from a call"));
  CHECK(contains(survives_blocked(each<BlocksInEnqueue>()),
                 "throng: the policy does not come back from a call"));
}
