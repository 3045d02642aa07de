// skynet and fib: trees of fibers that grow, compute and report to their parents.
#include "fibers.hpp"
#include "work.hpp"

namespace rival {
namespace {

using Sums = Channel<std::uint64_t>;

// The channel lies on the parent's stack. A push ends with the lock that the parent needs to take the value,
// so the parent may end as soon as it has the last one.
void skynet_node(Sums& parent, Share share) {
  if (share.size == 1) {
    parent.push(share.first);
    return;
  }
  Sums sums(room_for(10));
  for (std::size_t i = 0; i < share.children(); ++i)
    spawn([&sums, part = share.child(i)] { skynet_node(sums, part); }).detach();
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < share.children(); ++i) sum += sums.value_pop();
  parent.push(sum);
}

// A call above the cutoff is a fiber; what is not is computed by its caller, once its siblings are on their
// way.
void fib_node(Sums& parent, FibCall call) {
  Sums sums(room_for(2));
  std::size_t spawned = 0;
  std::uint64_t sum = 0;
  for (FibCall part : call.calls())
    if (part.is_process()) spawn([&sums, part] { fib_node(sums, part); }).detach(), ++spawned;
  for (FibCall part : call.calls())
    if (!part.is_process()) sum += fib_here(part.n);
  for (; spawned > 0; --spawned) sum += sums.value_pop();
  parent.push(sum);
}

}  // namespace

Outcome skynet(const Parameters& parameters) {
  return run_in_fibers(parameters, [leaves = parameters.count] {
    const Share root{0, leaves};
    Sums sums(room_for(1));
    Outcome outcome;
    outcome.operations = nodes(root);
    Stopwatch watch;
    spawn([&sums, root] { skynet_node(sums, root); }).detach();
    const std::uint64_t sum = sums.value_pop();
    outcome.nanoseconds = watch.nanoseconds();
    require(sum == leaves * (leaves - 1) / 2, "the sum of the leaves is another one");
    return outcome;
  });
}

Outcome fib(const Parameters& parameters) {
  return run_in_fibers(parameters, [root = fib_call(parameters)] {
    Sums sums(room_for(1));
    Outcome outcome;
    outcome.operations = processes_of(root);
    Stopwatch watch;
    spawn([&sums, root] { fib_node(sums, root); }).detach();
    const std::uint64_t result = sums.value_pop();
    outcome.nanoseconds = watch.nanoseconds();
    check_fib(root, result);
    return outcome;
  });
}

}  // namespace rival
