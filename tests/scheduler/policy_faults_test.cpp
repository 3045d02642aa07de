// Policies that go wrong: each is named in one sentence, and everything runs to its end all the same.
#include <deque>

#include "policy_crowd.hpp"

using namespace policies_test;

namespace {

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
