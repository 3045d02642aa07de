// A scheduling policy of the program's own: tenants share the processor equally, however many processes each
// of them has. docs/policies.md gets here step by step.
#include <throng/scheduler/policy.hpp>
#include <throng/throng.hpp>

#include <cstdio>
#include <deque>
#include <map>

using namespace throng;

// The tag of a process says whose it is. Each tenant has a queue, and the queues take turns.
class Tenants final : public SchedulingPolicy {
 public:
  std::string_view name() const override { return "tenants"; }

  void enqueue(Runnable& runnable, Wake) override {
    std::deque<Runnable*>& queue = queues_[runnable.tag()];
    if (queue.empty()) turns_.push_back(runnable.tag());
    queue.push_back(&runnable);
    ++size_;
  }

  Runnable* dequeue() override {
    if (turns_.empty()) return nullptr;
    auto tenant = queues_.find(turns_.front());
    turns_.pop_front();
    Runnable* next = tenant->second.front();
    tenant->second.pop_front();
    --size_;
    if (tenant->second.empty()) {
      queues_.erase(tenant);
    } else {
      turns_.push_back(tenant->first);
    }
    return next;
  }

  std::size_t size() const override { return size_; }

  void dump(std::string& out) const override { out += std::to_string(queues_.size()) + " tenants"; }

 private:
  std::map<std::uint64_t, std::deque<Runnable*>> queues_;  // of those tenants who have something ready
  std::deque<std::uint64_t> turns_;                        // the same tenants
  std::size_t size_ = 0;
};

struct Turn {
  int tenant;
};

void works(Pid judge, int tenant) {
  for (;;) {
    send(judge, Turn{tenant});
    charge(4000);  // as much as a slice: others get their turn
  }
}

int main() {
  Runtime runtime({.workers = 1, .policy = [](WorkerId) { return std::make_unique<Tenants>(); }});
  runtime.run([] {
    set_tag(3);  // the judge is a tenant of its own
    for (int i = 0; i < 100; ++i) spawn({.tag = 1}, works, self(), 1);
    spawn({.tag = 2}, works, self(), 2);
    int turns[3] = {};
    for (int i = 0; i < 2000; ++i) ++turns[receive<Turn>().tenant];
    std::printf("100 processes of tenant 1 had %d turns, the one of tenant 2 had %d\n", turns[1], turns[2]);
  });
}
