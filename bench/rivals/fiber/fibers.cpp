#include "fibers.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace rival {
namespace {

// What every workload has in Boost.Fiber, and what some have beside it. Sharing: whether workers have one
// queue or steal from each other's. Suspend: whether a worker without work sleeps; what wakes it is a fiber
// of its own that can go on, and never work of others. So it helps nobody, which is best for those who talk
// to each other.
constexpr Parameter one_after_the_other[] = {{"sharing", 0}, {"suspend", 1}};
constexpr Parameter side_by_side[] = {{"sharing", 0}, {"suspend", 0}};
constexpr Parameter fib_parameters[] = {{"sharing", 0}, {"suspend", 0}, {"n", 38}, {"cutoff", 22}};
constexpr Parameter idle_parameters[] = {{"sharing", 0}, {"suspend", 1}, {"seconds", 10}};

constexpr std::size_t root_stack_bytes = 256 * 1024;

class Threads {
 public:
  explicit Threads(const Parameters& parameters);
  ~Threads();
  void run(std::function<void()> root);  // Thread: the program's first

 private:
  void use_algorithm() const;
  void lead();
  void follow();

  const unsigned count_;
  const bool sharing_;
  const bool suspend_;
  std::mutex mutex_;
  std::condition_variable changed_;
  // -- guarded by mutex_
  std::function<void()> root_;
  bool ended_ = false;
  // -- closed by the leader for the others
  Channel<int> over_{2};
  std::vector<std::thread> threads_;  // last: they use the others
};

Threads::Threads(const Parameters& parameters)
    : count_(parameters.workers), sharing_(parameters["sharing"] != 0), suspend_(parameters["suspend"] != 0) {
  for (unsigned i = 0; i < count_; ++i) threads_.emplace_back([this, i] { i == 0 ? lead() : follow(); });
}

Threads::~Threads() {
  {
    std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }
  for (std::thread& thread : threads_) thread.join();
}

void Threads::use_algorithm() const {
  if (count_ == 1) {
    fibers::use_scheduling_algorithm<fibers::algo::round_robin>();
  } else if (sharing_) {
    fibers::use_scheduling_algorithm<fibers::algo::shared_work>(suspend_);
  } else {
    fibers::use_scheduling_algorithm<fibers::algo::work_stealing>(count_, suspend_);
  }
}

// The first thread starts each root as a fiber, which any thread may go on with. Between runs it sleeps, and
// there is no fiber that would have to wait for that.
void Threads::lead() {
  use_algorithm();
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return root_ != nullptr || ended_; });
    if (root_ == nullptr) break;
    lock.unlock();
    fibers::fiber(fibers::launch::post, std::allocator_arg, fibers::fixedsize_stack(root_stack_bytes), root_)
        .join();
    lock.lock();
    root_ = nullptr;
    changed_.notify_all();
  }
  over_.close();
}

void Threads::follow() {
  use_algorithm();
  int nothing = 0;
  over_.pop(nothing);  // other fibers run meanwhile
}

void Threads::run(std::function<void()> root) {
  std::unique_lock lock(mutex_);
  root_ = std::move(root);
  changed_.notify_all();
  changed_.wait(lock, [this] { return root_ == nullptr; });
}

}  // namespace

void run_root(const Parameters& parameters, std::function<void()> root) {
  static Threads threads(parameters);  // a program has one workload, so all runs agree
  threads.run(std::move(root));
}

std::string_view runtime_name() { return "Boost.Fiber 1.74"; }

void adapt(Workload& workload) {
  workload.more = one_after_the_other;
  if (workload.name == "skynet" || workload.name == "hog_latency") workload.more = side_by_side;
  if (workload.name == "fib") workload.more = fib_parameters;
  if (workload.name == "idle") workload.more = idle_parameters;
}

}  // namespace rival
