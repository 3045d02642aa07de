// Policies that go wrong in one of their lesser functions, or before they are there at all: a report names
// the fault, with what the policy says of itself, and everything runs to its end under the built-in queues.
#include "policy_crowd.hpp"

using namespace policies_test;

namespace {

// The one fault that a policy has in a test, at the first call of that name.
enum class At {
  name,
  dump,
  dump_after_words,
  enqueue,
  attach,
  detach,
  place,
  slice,
  slice_below_zero,
  stopping,
  should_preempt,
  changed,
  tick,
  size,
};

template <At at>
class Throws : public Fifo {
 public:
  void enqueue(Runnable& runnable, Wake wake) override {
    fail_at(At::enqueue);
    Fifo::enqueue(runnable, wake);
  }
  void attach(Runnable&) override { fail_at(At::attach); }
  void detach(Runnable&) override { fail_at(At::detach); }
  WorkerId place(Runnable&, Wake, WorkerId waker) override {
    fail_at(At::place);
    return waker;
  }
  std::int32_t slice(Runnable&) override {
    fail_at(At::slice);
    return at == At::slice_below_zero ? -1 : 0;
  }
  void stopping(Runnable&, Stop, std::uint32_t) override { fail_at(At::stopping); }
  bool should_preempt(const Runnable&, const Runnable&) override {
    fail_at(At::should_preempt);
    return false;
  }
  void changed(Runnable&, Attribute) override { fail_at(At::changed); }
  void tick() override { fail_at(At::tick); }
  std::size_t size() const override {
    fail_at(At::size);
    return Fifo::size();
  }
  std::string_view name() const override {
    fail_at(At::name);
    return "throws";
  }
  void dump(std::string& out) const override {
    fail_at(At::dump);
    out += own_words;
    fail_at(At::dump_after_words);
  }

 protected:
  static void fail_at(At here) {
    if (at == here) throw std::runtime_error("what it throws");
  }
};

// Its name() or dump() throws when it has been thrown out for another fault.
template <At at>
class FailsAndThrows final : public Throws<at> {
 public:
  std::int32_t slice(Runnable&) override { return -1; }
};

template <At at>
std::string report_of() {
  std::string report = survives(each<Throws<at>>());
  CHECK(contains(report, "wait in throws: its own words)"));
  return report;
}

// Does in its one run what processes do: wakes another, asks for something else, ends.
class Lively final : public Runnable {
 public:
  Lively(Count& done, Lively* next) : Runnable(run), done_(done), next_(next) {}

 private:
  static Settled run(Runnable& runnable, Worker& worker) noexcept {
    auto& lively = static_cast<Lively&>(runnable);
    if (lively.next_ != nullptr) worker.enqueue(*lively.next_, SchedulingPolicy::Wake::woken);
    if (worker.under_policy) worker.changed(lively, SchedulingPolicy::Attribute::weight);
    if (worker.under_policy) worker.stopping(lively, SchedulingPolicy::Stop::ended);
    lively.done_.add();
    return Settled::done;
  }
  Count& done_;
  Lively* next_;
};

template <At at>
std::string report_of_lively() {
  Reports reports;
  Count done;
  Scheduler scheduler(reporting_to(reports, setup(2, each<Throws<at>>())));
  scheduler.start();
  Lively last(done, nullptr), first(done, &last);
  scheduler.wake(first);
  CHECK(done.wait_for(2));
  std::string report = reports.wait();
  scheduler.stop();
  CHECK(reports.count() == 1);
  CHECK(contains(report, "wait in throws: its own words)"));
  return report;
}

// Works until somebody says that it is enough, so that there is always something to count.
class Busy final : public Runnable {
 public:
  explicit Busy(Count& done) : Runnable(run), done_(done) {}
  std::atomic<bool> enough{false};

 private:
  static Settled run(Runnable& runnable, Worker& worker) noexcept {
    auto& busy = static_cast<Busy&>(runnable);
    worker.budget -= 10;
    if (!busy.enough) return Settled::yielded;
    busy.done_.add();
    return Settled::done;
  }
  Count& done_;
};

// The report on a policy that holds three and does not say so.
std::string report_of_liar(PolicyFactory policy) {
  Reports reports;
  Count done;
  Scheduler scheduler(reporting_to(reports, setup(1, std::move(policy))));
  scheduler.start();
  std::deque<Busy> all;
  for (int i = 0; i < 3; ++i) scheduler.wake(all.emplace_back(done));
  std::string report = reports.wait();
  for (Busy& busy : all) busy.enough = true;
  CHECK(done.wait_for(3));
  scheduler.stop();
  CHECK(reports.count() == 1);
  return report;
}

class SaysMore final : public Fifo {
 public:
  std::size_t size() const override { return Fifo::size() + 1; }
  void dump(std::string& out) const override { out += own_words; }
};

class SaysNone final : public Fifo {
 public:
  std::size_t size() const override { return 0; }
  void dump(std::string& out) const override { out += own_words; }
};

class Constructed : public Fifo {
 public:
  Constructed() { ++alive; }
  ~Constructed() override { --alive; }
  static inline std::atomic<int> alive{0};
};

PolicyFactory throws_for_worker_1() {
  return [](WorkerId worker) -> std::unique_ptr<SchedulingPolicy> {
    if (worker.number == 1) throw std::runtime_error("no such quota");
    return std::make_unique<Constructed>();
  };
}

class NobodyKnowsWhere final : public Fifo {
 public:
  bool is_central() const override { throw std::runtime_error("central or not"); }
};

// Keeps back all that it has, and counts it.
class KeepsBack final : public Fifo {
 public:
  explicit KeepsBack(Count& got) : got_(got) {}
  void enqueue(Runnable& runnable, Wake wake) override {
    Fifo::enqueue(runnable, wake);
    got_.add();
  }
  Runnable* dequeue() override { return nullptr; }

 private:
  Count& got_;
};

template <int Nth>
class ThrowsOnExchange final : public Fifo {
 public:
  void enqueue(Runnable& runnable, Wake wake) override {
    if (wake == Wake::exchanged && ++exchanged_ == Nth) throw std::runtime_error("full house");
    Fifo::enqueue(runnable, wake);
  }
  void dump(std::string& out) const override { out += own_words; }

 private:
  int exchanged_ = 0;
};

// Many wait under one policy and come to the next by an exchange: the report on that one.
std::string report_of_exchange(const PolicyFactory& next) {
  Count got;
  Crowd crowd([&](WorkerId) { return std::make_unique<KeepsBack>(got); }, 1, std::int64_t{1} << 62);
  CHECK(got.wait_for(static_cast<int>(enough)));
  crowd.scheduler.use_policy(next);
  CHECK(crowd.are_through());
  std::string report = crowd.reports.wait();
  crowd.stop();
  CHECK(crowd.reports.count() == 1);
  return report;
}

}  // namespace

TEST_CASE("SCH-13: a policy whose name() or dump() throws is named all the same, with what it could say") {
  std::string report = survives(each<FailsAndThrows<At::name>>());
  CHECK(contains(report, "gave a slice of less than nothing; the built-in queues go on ("));
  CHECK(contains(report, " wait in a policy whose name() throws: its own words)"));
  report = survives(each<FailsAndThrows<At::dump>>());
  CHECK(contains(report, " wait in throws; its dump() throws)"));
  report = survives(each<FailsAndThrows<At::dump_after_words>>());
  CHECK(contains(report, " wait in throws: its own words; its dump() throws)"));
}

TEST_CASE(
    "SCH-13: a policy that throws in any other function is named with what it threw and with its dump") {
  CHECK(contains(report_of<At::enqueue>(), "threw what it throws; the built-in queues go on ("));
  CHECK(contains(report_of<At::attach>(), "threw what it throws"));
  CHECK(contains(report_of<At::place>(), "threw what it throws"));
  CHECK(contains(report_of<At::slice>(), "threw what it throws"));
  CHECK(contains(report_of<At::slice_below_zero>(), "gave a slice of less than nothing"));
  CHECK(contains(report_of<At::stopping>(), "threw what it throws"));
  CHECK(contains(report_of<At::tick>(), "threw what it throws"));
  CHECK(contains(report_of_liar(each<Throws<At::size>>()), "threw what it throws"));
  CHECK(contains(report_of_lively<At::should_preempt>(), "threw what it throws"));
  CHECK(contains(report_of_lively<At::changed>(), "threw what it throws"));
  CHECK(contains(report_of_lively<At::detach>(), "threw what it throws"));
}

TEST_CASE("SCH-13: a policy whose size() lies is named, whether it says more or none at all") {
  for (const PolicyFactory& liar : {each<SaysMore>(), each<SaysNone>()}) {
    std::string report = report_of_liar(liar);
    CHECK(contains(report, "it says that it holds more or fewer than it was given"));
    CHECK(contains(report, " wait in a policy: its own words)"));
  }
}

TEST_CASE("SCH-13: a factory that throws does so to who chose the policy, and nothing else has changed") {
  CHECK_THROWS_WITH_AS(Scheduler(setup(2, throws_for_worker_1())), "no such quota", std::runtime_error);
  CHECK(Constructed::alive == 0);
  CHECK_THROWS_WITH_AS(Scheduler(setup(2, each<NobodyKnowsWhere>())), "central or not", std::runtime_error);

  Reports reports;
  Count done;
  Scheduler scheduler(reporting_to(reports, setup(2, each<Constructed>())));
  scheduler.start();
  CHECK_THROWS_WITH_AS(scheduler.use_policy(throws_for_worker_1()), "no such quota", std::runtime_error);
  CHECK(Constructed::alive == 2);
  std::deque<Item> all;
  for (std::size_t i = 0; i < enough; ++i) scheduler.wake(all.emplace_back(times, &done));
  CHECK(done.wait_for(static_cast<int>(enough)));
  scheduler.stop();
  CHECK(reports.count() == 0);
}

TEST_CASE("SCH-13: a policy that throws when others' runnables come to it is named, and all of them run") {
  for (const PolicyFactory& next : {each<ThrowsOnExchange<1>>(), each<ThrowsOnExchange<100>>(),
                                    each<ThrowsOnExchange<static_cast<int>(enough)>>()}) {
    std::string report = report_of_exchange(next);
    CHECK(contains(report, "threw full house"));
    CHECK(contains(report, "200 wait in a policy: its own words)"));
  }
}
