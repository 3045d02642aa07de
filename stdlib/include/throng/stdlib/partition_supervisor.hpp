// Many copies of one child, and a way to the one that a key belongs to (DYN-1): for a server that would be a
// bottleneck. Routing is a hash and one load; it asks nobody.
//
// Thread: in a process. A Ref is a value that can be sent.
#pragma once

#include <atomic>
#include <memory>
#include <throng/stdlib/supervisor.hpp>

namespace throng {

namespace partition_supervisor {

// Makes the spec of partition number `partition`; its id and name are set by the supervisor.
using MakeChild = supervisor::ChildSpec (*)(std::size_t partition);

struct Options {
  static constexpr bool sendable = true;
  MakeChild child = nullptr;
  std::size_t partitions = 0;  // 0: as many as the runtime has workers
  Strategy strategy = Strategy::one_for_one;
  Intensity intensity{.restarts = 3, .within = std::chrono::seconds(5)};
  Backoff backoff{};
  ProcessName name{};
};

}  // namespace partition_supervisor

namespace detail {

// Where the partitions are, shared by the supervisor's children and all copies of its Ref.
class PartitionTable {
 public:
  explicit PartitionTable(std::size_t partitions)
      : size_(partitions), active_(partitions), slots_(new std::atomic<std::uint64_t>[partitions]()) {}

  std::size_t size() const noexcept { return size_; }
  std::size_t active() const noexcept {
    return active_.load(std::memory_order_relaxed);  // relaxed: see the field
  }
  void set_active(std::size_t partitions) noexcept {
    active_.store(partitions, std::memory_order_relaxed);  // relaxed: see the field
  }
  Pid pid_of(std::size_t partition) const noexcept {
    return Pid(slots_[partition].load(std::memory_order_relaxed));  // relaxed: see the field
  }
  void set(std::size_t partition, Pid pid) noexcept {
    slots_[partition].store(pid.bits(), std::memory_order_relaxed);  // relaxed: see the field
  }

 private:
  std::size_t size_;
  // Protocol: how many partitions keys are spread over. Who routes by an old number reaches one that ends, as
  // if a little earlier: relaxed.
  std::atomic<std::size_t> active_;
  // Protocol: the pid of each partition's child, written by that child as it starts. A pid is a value without
  // anything behind it: relaxed.
  std::unique_ptr<std::atomic<std::uint64_t>[]> slots_;
};

}  // namespace detail

namespace partition_supervisor {

class Ref {
 public:
  static constexpr bool sendable = true;
  Ref() = default;
  Ref(supervisor::Ref supervisor, std::shared_ptr<detail::PartitionTable> table) noexcept
      : supervisor_(supervisor), table_(std::move(table)) {}

  Pid pid() const noexcept { return supervisor_.pid(); }
  // The child that the key belongs to.
  template <class S, class Key>
  ServerRef<S> route(const Key& key) const {
    return ServerRef<S>(table_->pid_of(std::hash<Key>{}(key) % table_->active()));
  }
  Pid partition(std::size_t number) const;  // throws std::out_of_range
  std::size_t partitions() const noexcept { return table_->active(); }
  std::vector<supervisor::ChildInfo> which_children() const { return supervisor_.which_children(); }
  supervisor::ChildCount count_children() const { return supervisor_.count_children(); }
  // Between 1 and the number it started with: ends the partitions above, or starts them again. Errors:
  // std::invalid_argument. One caller at a time.
  void resize(std::size_t partitions) const;
  void stop(ExitReason reason = ExitReason::normal, Duration timeout = detail::forever) const {
    supervisor_.stop(std::move(reason), timeout);
  }

 private:
  supervisor::Ref supervisor_;
  std::shared_ptr<detail::PartitionTable> table_;
};

// Linked to the caller. Errors: StartFailed; std::invalid_argument without a child.
Ref start_link(Options options);

}  // namespace partition_supervisor
}  // namespace throng
