// What processes note for recordings, beside what their workers do. Each is a test of one pointer where
// nothing is recorded. Thread: a worker's, in a call of the process that is named.
#pragma once

#include <algorithm>
#include <throng/mailbox/message.hpp>
#include <throng/vm/recording.hpp>

#include "machine.hpp"

namespace throng::detail {

// A message is known again where it arrives: by where it lies, which nobody else's does meanwhile.
inline std::uint32_t mark_of(const Signal* signal) noexcept {
  return static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(signal) >> 4);
}

inline void note(Worker& worker, EventKind kind, std::uint64_t subject, std::uint32_t amount = 0,
                 std::uint8_t detail = 0) noexcept {
  worker.note(static_cast<std::uint8_t>(kind), subject, amount, detail);
}

inline void note_send(Worker& worker, Pid to, const Signal* signal) noexcept {
  note(worker, EventKind::send, to.bits(), mark_of(signal));
}

inline void note_receive(Process& process, const Message& message) noexcept {
  if (process.worker->track() == nullptr) [[likely]]
    return;
  note(*process.worker, EventKind::receive, process.pid().bits(), mark_of(message.get()),
       static_cast<std::uint8_t>(std::min<std::size_t>(process.queue.size(), 255)));
}

// Requires: the child does not run yet. `worker`: whose process the parent is; null: the host.
void record_spawn(Machine& machine, Worker* worker, const Process& child) noexcept;
inline void note_spawn(Machine& machine, Worker* worker, const Process& child) noexcept {
  if (worker != nullptr && worker->track() == nullptr) [[likely]]
    return;
  record_spawn(machine, worker, child);
}

}  // namespace throng::detail
