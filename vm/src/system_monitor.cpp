#include <throng/vm/system_monitor.hpp>

#include <stdexcept>

#include "machine.hpp"
#include "runtime_call.hpp"

namespace throng {

std::optional<Pid> system_monitor(const SystemMonitorOptions& options) {
  detail::RuntimeCall runtime_call("system_monitor()");
  detail::Process& process = runtime_call.process();
  if (options.long_schedule < Duration::zero())
    throw std::invalid_argument("throng: system_monitor(): a time is not negative");
  detail::enter_call(process, detail::price::inspect);
  detail::Unbroken unbroken(process);
  if (detail::is_rejected(process)) return std::nullopt;
  if (options.long_schedule > Duration::zero()) detail::StackCapture::prepare();
  detail::Machine& machine = *process.machine;
  // relaxed: a turn that is told of to the one before, or not at all, was about to be
  Pid before(machine.system_monitor.exchange(process.pid().bits(), std::memory_order_relaxed));
  machine.long_schedule.store(options.long_schedule.count(), std::memory_order_relaxed);  // relaxed: as above
  return before && machine.table.find(before) != nullptr ? std::optional(before) : std::nullopt;
}

namespace detail {

void tell_of_long_schedule(Machine& machine, WorkerState& state, std::int64_t since, bool& told) noexcept {
  std::int64_t threshold = machine.long_schedule.load(std::memory_order_relaxed);  // relaxed: see the field
  if (told || threshold == 0 || since < threshold) return;
  Pid receiver(machine.system_monitor.load(std::memory_order_relaxed));  // relaxed: see the field
  Pid process(state.running.load(std::memory_order_relaxed));            // relaxed: see the field
  if (machine.table.find(receiver) == nullptr || machine.table.find(process) == nullptr) return;
  told = true;
  try {
    LongSchedule report{process, machine.names.name_of(process), Duration(since), state.capture.ask()};
    machine.deliver(receiver, make_message<LongSchedule>(message_kind, std::move(report)).release_signal());
  } catch (const std::bad_alloc&) {  // nobody is told, then
  }
}

}  // namespace detail
}  // namespace throng
