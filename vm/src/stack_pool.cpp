// See stack_pool.hpp. Here: the mapping, the three kinds of guards, the free lists, giving pages back.
// Rejected: one mapping per stack. The kernel allows 65,530 mappings in all, and each costs a system call and
// a
//   kernel object; one reservation is one mapping whatever its size (guards by MADV_GUARD_INSTALL included).
// Rejected: huge pages. One touched byte would cost a stack 2 MiB of memory, or a whole slot of 64 KiB.
#include "stack_pool.hpp"

#include <throng/base/assert.hpp>

#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <system_error>
#include <utility>

#if THRONG_ASAN
#include <sanitizer/asan_interface.h>
#endif

namespace throng::detail {
namespace {

constexpr int madv_guard_install = 102;         // newer than the headers of many systems
constexpr std::size_t smallest_slot_pages = 4;  // guard, and enough for a signal frame and a resolver's
constexpr std::size_t fewest_slots = 64;        // do not run with less because of an address space limit
constexpr std::size_t most_protected_slots = 30'000;
constexpr std::size_t mappings_left_to_host = 5'530;

constexpr std::size_t canary_words = 32;
constexpr std::uint64_t canary_pattern = 0x7c61'6e61'7279'a55a;

std::size_t round_up(std::size_t value, std::size_t step) { return (value + step - 1) / step * step; }

// The word's own address is mixed in: a copy of another canary does not pass.
std::uint64_t canary_word(const volatile std::uint64_t* place) noexcept {
  return canary_pattern ^ reinterpret_cast<std::uintptr_t>(place);
}

// Not instrumented: the place may still carry the red zones of the stack's last frames.
__attribute__((no_sanitize("address"))) void write_canary(const Stack& stack) noexcept {
  auto* const words = reinterpret_cast<volatile std::uint64_t*>(stack.base);
  for (std::size_t i = 0; i < canary_words; ++i) words[i] = canary_word(&words[i]);
}

__attribute__((no_sanitize("address"))) bool canary_is_intact(const Stack& stack) noexcept {
  const auto* const words = reinterpret_cast<const volatile std::uint64_t*>(stack.base);
  for (std::size_t i = 0; i < canary_words; ++i) {
    if (words[i] != canary_word(&words[i])) return false;
  }
  return true;
}

// Red zones of the frames that died with the last user would be reported as errors of the next one.
void forget_red_zones([[maybe_unused]] char* base, [[maybe_unused]] std::size_t size) noexcept {
#if THRONG_ASAN
  __asan_unpoison_memory_region(base, size);
#endif
}

std::size_t protect_limit() noexcept {
  std::size_t mappings = 65'530;  // the kernel's default
  if (std::FILE* const file = std::fopen("/proc/sys/vm/max_map_count", "re"); file != nullptr) {
    unsigned long value = 0;
    if (std::fscanf(file, "%lu", &value) == 1) mappings = value;
    std::fclose(file);
  }
  if (mappings <= mappings_left_to_host) return 0;
  return std::min((mappings - mappings_left_to_host) / 2,
                  most_protected_slots);  // a guard splits: two mappings
}

// One system call for all ranges; works on the own address space since Linux 6.13. The descriptor is opened
// each time and not kept: it costs 1 us of some 150, and after a fork a kept one would name the parent.
bool drop_in_one_call([[maybe_unused]] std::span<const iovec> ranges) noexcept {
#if defined(SYS_process_madvise) && defined(SYS_pidfd_open)
  const long self = ::syscall(SYS_pidfd_open, ::getpid(), 0);
  if (self < 0) return false;
  const long done = ::syscall(SYS_process_madvise, self, ranges.data(), ranges.size(), MADV_DONTNEED, 0);
  ::close(static_cast<int>(self));
  std::size_t wanted = 0;
  for (const iovec& range : ranges) wanted += range.iov_len;
  return done >= 0 && static_cast<std::size_t>(done) == wanted;
#else
  return false;
#endif
}

[[noreturn]] THRONG_COLD void no_address_space(std::size_t slots, std::size_t slot_size, int reason) {
  throw std::system_error(
      reason, std::generic_category(),
      "throng: cannot reserve address space for even " + std::to_string(slots) + " stacks of " +
          std::to_string(slot_size / 1024) +
          " KiB; raise the address space limit (ulimit -v, RLIMIT_AS), or allow overcommit "
          "(vm.overcommit_memory other than 2), or choose fewer or smaller stacks");
}

[[noreturn]] THRONG_COLD void canary_damaged(const Stack& stack) noexcept {
  std::fprintf(
      stderr,
      "throng: a stack of %u KiB at %p ran over its end and into its neighbour; this system has no guard "
      "page there, so it was noticed only now. Choose a larger stack size.\n",
      stack.size / 1024, static_cast<void*>(stack.base));
  std::abort();
}

}  // namespace

// ---- Reservation

Reservation::Reservation(std::size_t size) noexcept {
  void* const place =
      ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (place == MAP_FAILED) return;
  data_ = static_cast<char*>(place);
  size_ = size;
}

Reservation::Reservation(Reservation&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

Reservation& Reservation::operator=(Reservation&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

Reservation::~Reservation() {
  if (data_ != nullptr) ::munmap(data_, size_);
}

// ---- construction

StackPool::StackPool(std::size_t slot_size, std::size_t max_slots, GuardMode preferred, std::size_t keep_warm)
    : keep_warm_(keep_warm) {
  if (slot_size > std::numeric_limits<std::uint32_t>::max() - page_size()) {
    throw std::invalid_argument("throng: a stack size must be less than 4 GiB");
  }
  if (max_slots == 0) throw std::invalid_argument("throng: the number of stacks must not be 0");
  slot_size_ = std::max(round_up(slot_size, page_size()), smallest_slot_pages * page_size());
  reserve(std::min<std::size_t>(max_slots, std::numeric_limits<Index>::max()));
  // EINVAL where the kernel knows no huge pages: then there is nothing to forbid.
  static_cast<void>(::madvise(region_.data(), region_.size(), MADV_NOHUGEPAGE));
  mode_ = best_mode(preferred);
  guard_limit_ = mode_ == GuardMode::install ? max_slots_ : mode_ == GuardMode::protect ? protect_limit() : 0;
}

StackPool::~StackPool() { forget_red_zones(region_.data(), carved_ * slot_size_); }

void StackPool::reserve(std::size_t wanted) {
  const std::size_t fewest = std::min(wanted, fewest_slots);
  for (std::size_t slots = wanted;; slots = std::max(slots / 2, fewest)) {
    if (slots <= std::numeric_limits<std::size_t>::max() / 2 / slot_size_) {
      Reservation region(slots * slot_size_);
      if (region.data() != nullptr) {
        Reservation lists(2 * slots * sizeof(Index));
        if (lists.data() != nullptr) {
          region_ = std::move(region);
          lists_ = std::move(lists);
          break;
        }
      }
    }
    if (slots == fewest) no_address_space(fewest, slot_size_, ENOMEM);
  }
  max_slots_ = region_.size() / slot_size_;
  warm_ = reinterpret_cast<Index*>(lists_.data());
  cold_ = warm_ + max_slots_;
}

// Tries on the first slot, whose guard then simply stays.
GuardMode StackPool::best_mode(GuardMode preferred) noexcept {
  if (preferred == GuardMode::automatic || preferred == GuardMode::install) {
    if (install_guard(0, GuardMode::install)) return GuardMode::install;
    preferred = GuardMode::protect;
  }
  if (preferred == GuardMode::protect && protect_limit() != 0 && install_guard(0, GuardMode::protect)) {
    return GuardMode::protect;
  }
  return GuardMode::canary;
}

bool StackPool::install_guard(std::size_t index, GuardMode mode) noexcept {
  char* const place = region_.data() + index * slot_size_;
  if (mode == GuardMode::protect) return ::mprotect(place, page_size(), PROT_NONE) == 0;
  int done = 0;
  do {  // EAGAIN, EINTR: the kernel raced with a fault or a signal and asks to be called again
    done = ::madvise(place, page_size(), madv_guard_install);
  } while (done != 0 && (errno == EAGAIN || errno == EINTR));
  return done == 0;
}

// ---- taking

// Guards for the next batch: ahead of use, so that the price comes in small steps, but not for the whole
// reservation, because each guard pins its page of page tables. The first batches are smaller: a runtime with
// a few processes, as simulations make by the thousand, would pay more for guards than for all else.
void StackPool::prepare_batch_locked() noexcept {
  const std::size_t first = prepared_;
  prepared_ = std::min(first + std::clamp(first, first_guard_batch, guard_batch), max_slots_);
  if (guards_ended_ || mode_ == GuardMode::canary) return;
  for (std::size_t index = first; index < prepared_; ++index) {
    if (index < guard_limit_ && install_guard(index, mode_)) {
      guarded_ = index + 1;
      continue;
    }
    guards_ended_ = true;
    const bool at_kernel_limit = index < guard_limit_ && mode_ == GuardMode::protect;
    if (at_kernel_limit) {
      // Every mapping the kernel allows is used up: lift this batch's guards again, or the host's next mmap
      // fails. From the high end, so that a refusal leaves the guarded slots contiguous.
      while (guarded_ > first && ::mprotect(region_.data() + (guarded_ - 1) * slot_size_, page_size(),
                                            PROT_READ | PROT_WRITE) == 0) {
        --guarded_;
      }
    }
    return;
  }
}

bool StackPool::take_index_locked(Index& index) noexcept {
  if (warm_count_ != 0) {
    index = warm_[--warm_count_];
  } else if (cold_count_ != 0) {
    index = cold_[--cold_count_];
  } else if (carved_ < max_slots_) {
    if (carved_ == prepared_) prepare_batch_locked();
    index = static_cast<Index>(carved_++);
  } else {
    return false;
  }
  return true;
}

Stack StackPool::stack_at_locked(Index index) const noexcept {
  return {region_.data() + index * slot_size_, static_cast<std::uint32_t>(slot_size_),
          index < guarded_ ? mode_ : GuardMode::canary};
}

std::size_t StackPool::take_many(std::span<Stack> stacks) noexcept {
  std::size_t taken = 0;
  {
    std::unique_lock lock(mutex_);
    while (taken < stacks.size()) {
      Index index = 0;
      if (take_index_locked(index)) {
        stacks[taken++] = stack_at_locked(index);
      } else if (taken == 0 && releasing_ != 0) {
        released_.wait(lock);  // some are between warm and cold: not exhausted
      } else {
        break;
      }
    }
  }
  for (const Stack& stack : stacks.first(taken)) {  // outside the lock: may fault pages in
    forget_red_zones(stack.base, stack.size);
    if (stack.guard == GuardMode::canary) write_canary(stack);
  }
  if (taken < stacks.size()) errno = ENOMEM;
  return taken;
}

Stack StackPool::take() noexcept {
  Stack stack;
  static_cast<void>(take_many({&stack, 1}));
  return stack;
}

// ---- giving back

bool StackPool::check_canary(Stack stack) noexcept {
  return stack.guard != GuardMode::canary || canary_is_intact(stack);
}

void StackPool::give_back(Stack stack) noexcept { give_back_many({&stack, 1}); }

void StackPool::give_back_many(std::span<const Stack> stacks) noexcept {
  for (const Stack& stack : stacks) {
    THRONG_ASSERT(stack && slot_of(stack.base) == stack.base,
                  "a stack was given back to a pool it is not from");
    if (!check_canary(stack)) [[unlikely]]
      canary_damaged(stack);
  }
  std::unique_lock lock(mutex_);
  THRONG_ASSERT(warm_count_ + cold_count_ + releasing_ + stacks.size() <= carved_,
                "a stack was given back twice");
  for (const Stack& stack : stacks) {
    warm_[warm_count_++] =
        static_cast<Index>(static_cast<std::size_t>(stack.base - region_.data()) / slot_size_);
  }
  release_excess(lock);
}

// The longest unused ones, from the bottom of the warm list.
std::size_t StackPool::take_excess_locked(std::span<Index> oldest) noexcept {
  if (warm_count_ < keep_warm_ + oldest.size()) return 0;
  std::copy_n(warm_, oldest.size(), oldest.begin());
  std::copy(warm_ + oldest.size(), warm_ + warm_count_, warm_);
  warm_count_ -= oldest.size();
  releasing_ += oldest.size();
  return oldest.size();
}

// Unlocks while the kernel works (some 150 us a batch), so that other workers can go on taking.
void StackPool::release_excess(std::unique_lock<std::mutex>& lock) noexcept {
  Index batch[release_batch];
  while (const std::size_t count = take_excess_locked(batch)) {
    lock.unlock();
    drop_pages({batch, count});
    lock.lock();
    std::copy_n(batch, count, cold_ + cold_count_);
    cold_count_ += count;
    releasing_ -= count;
    dropped_ += count;
    ++drop_batches_;
    released_.notify_all();
  }
}

// Guards survive MADV_DONTNEED, both kinds; a canary is written anew when its stack is taken.
void StackPool::drop_pages(std::span<Index> slots) noexcept {
  std::sort(slots.begin(), slots.end());
  iovec ranges[release_batch];
  std::size_t count = 0;
  for (const Index index : slots) {
    char* const base = region_.data() + index * slot_size_;
    if (count != 0 && static_cast<char*>(ranges[count - 1].iov_base) + ranges[count - 1].iov_len == base) {
      ranges[count - 1].iov_len += slot_size_;
    } else {
      ranges[count++] = {base, slot_size_};
    }
  }
  if (count > 1 && drop_in_one_call({ranges, count})) return;
  for (std::size_t i = 0; i < count; ++i) {
    // Fails on memory the host has locked; then the pages stay, which is what locking asks for.
    static_cast<void>(::madvise(ranges[i].iov_base, ranges[i].iov_len, MADV_DONTNEED));
  }
}

// ---- telling

char* StackPool::slot_of(const void* address) const noexcept {
  const auto first = reinterpret_cast<std::uintptr_t>(region_.data());
  const auto place = reinterpret_cast<std::uintptr_t>(address);
  if (place < first || place - first >= region_.size()) return nullptr;
  return region_.data() + (place - first) / slot_size_ * slot_size_;
}

std::size_t StackPool::page_size() noexcept {
  static const auto size = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  return size;
}

std::string StackPool::guard_message() const {
  switch (mode_) {
    case GuardMode::install:
      return "stack guards: a guard page below every stack (MADV_GUARD_INSTALL); an overflow faults at once";
    case GuardMode::protect:
      return "stack guards: guard pages by mprotect below the first " +
             std::to_string(std::min(guard_limit_, max_slots_)) +
             " stacks at most, beyond them only a canary: an overflow there damages the neighbouring stack "
             "and is "
             "noticed when the stack is given back. Linux 6.13 or newer (MADV_GUARD_INSTALL) guards every "
             "stack";
    default:
      return "stack guards: none, only a canary: an overflow damages the neighbouring stack and is noticed "
             "when the "
             "stack is given back, and each stack costs one page more. Linux 6.13 or newer "
             "(MADV_GUARD_INSTALL) "
             "guards every stack";
  }
}

StackPoolCounts StackPool::counts() const noexcept {
  const std::lock_guard lock(mutex_);
  return {.carved = carved_,
          .guarded = guarded_,
          .in_use = carved_ - warm_count_ - cold_count_ - releasing_,
          .warm = warm_count_,
          .cold = cold_count_,
          .dropped = dropped_,
          .drop_batches = drop_batches_};
}

}  // namespace throng::detail
