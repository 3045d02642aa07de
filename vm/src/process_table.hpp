// The process table: type-stable control blocks in one reserved region, found by index arithmetic: no
// directory, no reference counts, no epochs. A pid is serial and index; a lookup compares the whole pid.
//
//  1. A block is free (pid_bits 0, inbox closed, on one free list) or taken (its pid set, inbox open or
//  closed).
//  2. A block's memory is never anything but a block, from its first use to the end of the table.
//  3. Serials of one block grow; a block whose serial would not fit the pid is retired, never reused (SPN-5).
//
// Free blocks are reused last in first out, per worker: a cold block costs more than the rest of a spawn.
#pragma once

#include <throng/base/spin_lock.hpp>

#include "process_block.hpp"

namespace throng::detail {

using ProcessRun = Settled (*)(Runnable&, Worker&) noexcept;

class ProcessTable {
 public:
  // A worker's own stock of free blocks: no atomics on most spawns and exits.
  struct Stock {
    std::uint32_t first = 0;  // index + 1; 0: empty
    std::uint32_t count = 0;
  };

  // How many processes may live at once. There are more blocks than that, `slack` for each stock: a block may
  // lie in somebody's stock, or be of one who is just ending, and must not be missing elsewhere.
  struct Room {
    std::size_t limit = 0;
    std::size_t stocks = 0;
  };
  static constexpr std::size_t slack = 256;

  // Reserves room; memory is used as blocks are. Throws std::system_error with a sentence when it can't be
  // had.
  ProcessTable(Room room, ProcessRun run);
  ~ProcessTable();
  ProcessTable(const ProcessTable&) = delete;
  ProcessTable& operator=(const ProcessTable&) = delete;

  // A block nobody lives in, or null when there is none. Thread: the stock's owner. From high_water() ==
  // limit() on the caller counts who lives: blocks alone no longer keep to the limit.
  Process* take(Stock& stock) noexcept;
  // Makes the block free again. Requires: pid_bits is 0 and the inbox closed. Thread: the stock's owner.
  void give_back(Stock& stock, Process& process) noexcept;
  void flush(Stock& stock) noexcept;

  // The process with this pid if it lives; null otherwise. Thread: any.
  Process* find(Pid pid) const noexcept {
    std::uint64_t index = pid.index();
    if (index >= capacity_) return nullptr;
    Process* block = block_at(index);
    // pairs: the owner's release stores of pid_bits at birth and death
    return pid && block->pid_bits.load(std::memory_order_acquire) == pid.bits() ? block : nullptr;
  }
  // The pid that the next process in this block gets.
  Pid next_pid(const Process& process) const noexcept {
    return Pid(process.next_serial << Pid::index_bits | index_of(process));
  }

  std::size_t limit() const noexcept { return limit_; }
  // Indices below it have been used at some time. Thread: any.
  std::size_t high_water() const noexcept {
    return high_water_.load(std::memory_order_acquire);  // pairs: grow's release store
  }
  Process* block_at(std::size_t index) const noexcept { return reinterpret_cast<Process*>(region_) + index; }

 private:
  static constexpr std::uint32_t batch = 64;
  std::size_t index_of(const Process& process) const noexcept {
    return static_cast<std::size_t>(&process - reinterpret_cast<Process*>(region_));
  }
  bool refill(Stock& stock) noexcept;
  void return_batch(Stock& stock) noexcept;

  std::size_t limit_;     // constant after construction
  std::size_t capacity_;  // constant after construction
  std::size_t bytes_;     // constant after construction
  char* region_;          // constant after construction
  // Protocol: grows under lock_, stored release after the blocks below it are constructed.
  Atomic<std::size_t> high_water_{0};
  SpinLock lock_;
  std::uint32_t free_first_ = 0;  // guarded by lock_; index + 1
  ProcessRun run_;                // constant after construction
};

}  // namespace throng::detail
