// SCH-12 where checks are inserted, into the policy's code as well: loops end by the policy's slices, and the
// policy is not left in the middle, where its lock would stay held.
#include <throng/scheduler/policies.hpp>

#include "preemption/sink.hpp"
#include "semantics/support.hpp"

using namespace semantics;

namespace {

// Looks at all that waits, in loops that have checks in them.
class Scans final : public SchedulingPolicy {
 public:
  void enqueue(Runnable& runnable, Wake) override {
    waiting_.push_back(&runnable);
    for (std::uint64_t i = 0; i < 3000; ++i) sink = i;
  }
  Runnable* dequeue() override {
    if (waiting_.empty()) return nullptr;
    std::size_t least = 0;
    for (std::size_t i = 0; i < waiting_.size(); ++i) {
      if (waiting_[i]->tag() < waiting_[least]->tag()) least = i;
    }
    for (std::uint64_t i = 0; i < 3000; ++i) sink = i;
    Runnable* next = waiting_[least];
    waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(least));
    return next;
  }
  std::size_t size() const override { return waiting_.size(); }

 private:
  std::vector<Runnable*> waiting_;
};

void echo() {
  for (;;) receive([](Hello hello) { send(hello.from, Go{}); });
}

void computes_for_ever() {
  for (;;) compute(1000);
}

}  // namespace

TEST_CASE("SCH-12: a policy with checks in its own code is never left in the middle") {
  for (std::int32_t slice : {1, 4000}) {
    CAPTURE(slice);
    RuntimeOptions options = quiet(2);
    options.slice = slice;
    options.policy = [](WorkerId) { return std::make_unique<Scans>(); };
    Runtime runtime(options);
    CHECK(runtime.run([] {
      std::vector<Pid> others;
      for (int i = 0; i < 20; ++i) others.push_back(spawn(echo));
      for (int round = 0; round < 30; ++round) {
        for (Pid other : others) send(other, Hello{self()});
        for (std::size_t i = 0; i < others.size(); ++i) expect<Go>();
      }
      return true;
    }));
  }
}

TEST_CASE("SCH-12: loops without a call end by the slices of every policy") {
  for (std::string_view name : policies::names()) {
    if (name == "pct") continue;  // which starves on purpose
    CAPTURE(name);
    RuntimeOptions options = quiet(1);
    options.spare_threads = 0;
    options.policy = policies::named(name);
    Runtime runtime(options);
    CHECK(runtime.run([] {
      for (int i = 0; i < 3; ++i) spawn(computes_for_ever);
      Pid other = spawn(echo);
      for (int round = 0; round < 20; ++round) {
        send(other, Hello{self()});
        expect<Go>();
      }
      return true;
    }));
  }
}
