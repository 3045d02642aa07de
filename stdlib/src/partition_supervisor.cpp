#include <throng/stdlib/partition_supervisor.hpp>

#include <algorithm>
#include <stdexcept>
#include <throng/vm/inspect.hpp>

namespace throng::partition_supervisor {
namespace {

// The name of a partition: its slot in the table.
class Slot final : public NameRecord {
 public:
  Slot(std::shared_ptr<detail::PartitionTable> table, std::size_t partition)
      : table_(std::move(table)), partition_(partition) {}
  std::optional<Pid> claim() const override {
    table_->set(partition_, self());
    return std::nullopt;
  }
  std::optional<Pid> find() const override { return table_->pid_of(partition_); }
  std::string text() const override { return "partition " + std::to_string(partition_); }

 private:
  std::shared_ptr<detail::PartitionTable> table_;
  std::size_t partition_;
};

}  // namespace

Pid Ref::partition(std::size_t number) const {
  if (number >= table_->active())
    throw std::out_of_range("throng: partition " + std::to_string(number) + " of " +
                            std::to_string(table_->active()) + " was asked for");
  return table_->pid_of(number);
}

void Ref::resize(std::size_t partitions) const {
  if (partitions == 0 || partitions > table_->size())
    throw std::invalid_argument("throng: a partition supervisor that started with " +
                                std::to_string(table_->size()) + " partitions can have from 1 to that many");
  std::size_t before = table_->active();
  for (std::size_t i = before; i < partitions; ++i) {
    auto started = supervisor_.try_restart_child(std::to_string(i));
    // one_for_all may have started it together with the others.
    bool runs = started || started.error().refusal == supervisor::Refusal::running;
    if (!runs) throw supervisor::ChildRefused(std::move(started).error());
  }
  table_->set_active(partitions);
  for (std::size_t i = before; i > partitions; --i) supervisor_.terminate_child(std::to_string(i - 1));
}

Ref start_link(Options options) {
  if (options.child == nullptr)
    throw std::invalid_argument("throng: partition_supervisor::start_link() needs Options::child");
  if (options.partitions == 0) options.partitions = std::max<std::size_t>(1, runtime_info().workers);
  auto table = std::make_shared<detail::PartitionTable>(options.partitions);
  supervisor::Spec spec{.strategy = options.strategy,
                        .intensity = options.intensity,
                        .auto_shutdown = AutoShutdown::never,
                        .backoff = options.backoff,
                        .children = {},
                        .name = options.name};
  for (std::size_t i = 0; i < options.partitions; ++i) {
    supervisor::ChildSpec child = options.child(i).named(ProcessName(std::make_unique<Slot>(table, i)));
    spec.children.push_back(child.with_id(std::to_string(i)));
  }
  return {supervisor::start_link(std::move(spec)), std::move(table)};
}

}  // namespace throng::partition_supervisor
