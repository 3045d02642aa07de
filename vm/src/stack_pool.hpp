// Stacks for processes: equal slots carved out of one large reservation, each with a guard at its low end.
// Who: the vm. Thread: any (a mutex inside); workers keep plain LIFO caches of their own in front of it and
// exchange stacks in groups through take_many/give_back_many.
// Invariants:
//   1. A slot never moves and never changes its kind of guard once carved; it is the same Stack at each
//   reuse.
//   2. Slots [0, guarded) have a guard page, slots [guarded, carved) a canary: "guarded" grows with "carved"
//   until the
//      kernel or the limit of mprotect guards says no, and never again afterwards.
//   3. A slot is in use, warm (pages kept), cold (pages given to the kernel) or on its way from warm to cold.
//   4. Pages are dropped in groups of at least release_batch, never one stack at a time: a single
//   MADV_DONTNEED beside
//      a running second thread costs 13-15 us (it interrupts the other core), in groups 0.6 us per stack.
#pragma once

#include <throng/base/config.hpp>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>

namespace throng::detail {

// Sanitizers put red zones around each variable: frames are two to four times as large.
inline constexpr std::size_t default_stack_size = (THRONG_ASAN || THRONG_TSAN ? 256 : 64) * std::size_t{1024};

enum class GuardMode : std::uint8_t {
  automatic,  // only as a wish: the best that works
  install,    // guard page by MADV_GUARD_INSTALL: no mapping of its own, any number (Linux 6.13 or newer)
  protect,    // guard page by mprotect: splits the mapping, so the kernel's mapping limit allows some 30,000
  canary,     // no guard page: a pattern at the low end tells afterwards that the stack ran over
};

// A slot. A value without ownership: who took it gives it back, once.
struct Stack {
  char* base = nullptr;    // lowest byte of the slot: the guard page, or the canary
  std::uint32_t size = 0;  // whole slot, guard included
  GuardMode guard = GuardMode::automatic;

  char* top() const noexcept { return base + size; }  // one past the highest byte; page aligned
  explicit operator bool() const noexcept { return base != nullptr; }
};

struct StackPoolCounts {
  std::size_t carved = 0;   // slots ever handed out
  std::size_t guarded = 0;  // slots prepared with a guard page, a batch ahead of carved
  std::size_t in_use = 0;   // taken and not given back; those in workers' caches too
  std::size_t warm = 0;
  std::size_t cold = 0;
  std::size_t dropped = 0;       // stacks whose pages were given to the kernel, in total
  std::size_t drop_batches = 0;  // and in how many groups
};

// An anonymous private mapping without reserved memory; only for StackPool.
class Reservation {
 public:
  Reservation() = default;
  explicit Reservation(std::size_t size) noexcept;  // data() is nullptr when there is no room
  Reservation(Reservation&& other) noexcept;
  Reservation& operator=(Reservation&& other) noexcept;
  ~Reservation();
  char* data() const noexcept { return data_; }
  std::size_t size() const noexcept { return size_; }

 private:
  char* data_ = nullptr;
  std::size_t size_ = 0;
};

class StackPool {
 public:
  static constexpr std::size_t first_guard_batch = 8;
  static constexpr std::size_t guard_batch = 64;     // slots prepared at a time, at most
  static constexpr std::size_t release_batch = 256;  // stacks whose pages are dropped at a time
  static constexpr std::size_t default_keep_warm = 1024;

  // slot_size is rounded up to pages. Address space for max_slots is reserved; when that fails, for fewer:
  // see max_slots(). Throws std::system_error when there is no room even for a few, std::invalid_argument for
  // sizes that make no sense (slot_size of 4 GiB or more, no slots).
  StackPool(std::size_t slot_size, std::size_t max_slots, GuardMode preferred = GuardMode::automatic,
            std::size_t keep_warm = default_keep_warm);
  ~StackPool();  // Requires: nothing runs on a stack of the pool any more. Stacks in use simply go.
  StackPool(const StackPool&) = delete;
  StackPool& operator=(const StackPool&) = delete;

  // The warmest stack, else a cold one, else a new one. When all max_slots() are in use: empty, and errno =
  // ENOMEM.
  [[nodiscard]] Stack take() noexcept;
  // Fills from the front; returns how many. Fewer than asked: as for take().
  [[nodiscard]] std::size_t take_many(std::span<Stack> stacks) noexcept;

  // Requires: nothing runs on it, nothing points into it. Aborts when the canary is damaged: a neighbour's
  // stack has been written over, so nothing that follows could be trusted.
  void give_back(Stack stack) noexcept;
  void give_back_many(std::span<const Stack> stacks) noexcept;  // the last one is the first to be taken again

  // False: the stack ran over its low end. Always true for a stack with a guard page. Costs nothing there,
  // else it reads one page. Thread: whoever owns the stack.
  [[nodiscard]] static bool check_canary(Stack stack) noexcept;

  // Low end of the slot that holds `address`, nullptr when it is none of ours. Reads constants only, so a
  // signal handler may ask. A guard was hit if address < slot + page_size() and guard_mode() is not canary.
  [[nodiscard]] char* slot_of(const void* address) const noexcept;

  [[nodiscard]] std::size_t slot_size() const noexcept { return slot_size_; }
  [[nodiscard]] std::size_t max_slots() const noexcept { return max_slots_; }
  [[nodiscard]] static std::size_t page_size() noexcept;
  [[nodiscard]] GuardMode guard_mode() const noexcept {
    return mode_;
  }                                                 // of the first stacks; see guard_message
  [[nodiscard]] std::string guard_message() const;  // for the start-up report
  [[nodiscard]] StackPoolCounts counts() const noexcept;

 private:
  using Index = std::uint32_t;

  void reserve(std::size_t wanted);
  GuardMode best_mode(GuardMode preferred) noexcept;
  bool install_guard(std::size_t index, GuardMode mode) noexcept;
  void prepare_batch_locked() noexcept;
  bool take_index_locked(Index& index) noexcept;
  Stack stack_at_locked(Index index) const noexcept;
  std::size_t take_excess_locked(std::span<Index> oldest) noexcept;
  void release_excess(std::unique_lock<std::mutex>& lock) noexcept;
  void drop_pages(std::span<Index> slots) noexcept;

  // -- constant after construction
  std::size_t slot_size_ = 0;
  std::size_t max_slots_ = 0;
  std::size_t keep_warm_ = 0;
  std::size_t guard_limit_ = 0;  // most slots that may get a guard page
  GuardMode mode_ = GuardMode::canary;
  Reservation region_;
  Reservation lists_;  // Index[max_slots] warm, then Index[max_slots] cold: free lists that can never fail to
                       // grow, and outside the stacks, where a link would bring a dropped page back
  Index* warm_ = nullptr;
  Index* cold_ = nullptr;

  mutable std::mutex mutex_;
  std::condition_variable released_;  // releasing_ went down
  // -- guarded by mutex_ (and what warm_ and cold_ point to)
  std::size_t carved_ = 0;
  std::size_t prepared_ = 0;
  std::size_t guarded_ = 0;
  bool guards_ended_ = false;
  std::size_t warm_count_ = 0;
  std::size_t cold_count_ = 0;
  std::size_t releasing_ = 0;
  std::size_t dropped_ = 0;
  std::size_t drop_batches_ = 0;
};

}  // namespace throng::detail
