#include "process_table.hpp"

#include <sys/mman.h>

#include <mutex>
#include <new>
#include <system_error>

namespace throng::detail {
namespace {

constexpr std::uint64_t last_serial = (std::uint64_t{1} << (64 - Pid::index_bits)) - 1;

}  // namespace

ProcessTable::ProcessTable(Room room, ProcessRun run)
    : limit_(room.limit),
      capacity_(room.limit + room.stocks * slack),
      bytes_(capacity_ * sizeof(Process)),
      region_(nullptr),
      run_(run) {
  void* region =
      mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (region == MAP_FAILED) {
    throw std::system_error(errno, std::generic_category(),
                            "throng: no address space for a table of " + std::to_string(limit_) +
                                " processes; lower RuntimeOptions::max_processes or raise ulimit -v");
  }
  // Half of the price of a spawn on fresh memory is the page fault; huge pages make it a sixteenth.
  madvise(region, bytes_, MADV_HUGEPAGE);
  region_ = static_cast<char*>(region);
}

ProcessTable::~ProcessTable() {
  for (std::size_t i = 0; i < high_water(); ++i) block_at(i)->~Process();
  munmap(region_, bytes_);
}

Process* ProcessTable::take(Stock& stock) noexcept {
  if (stock.first == 0 && !refill(stock)) return nullptr;
  Process* block = block_at(stock.first - 1);
  stock.first = block->next_free;
  --stock.count;
  return block;
}

void ProcessTable::give_back(Stock& stock, Process& process) noexcept {
  if (process.next_serial > last_serial) return;  // retired: another serial would repeat a pid
  process.next_free = stock.first;
  stock.first = static_cast<std::uint32_t>(index_of(process)) + 1;
  if (++stock.count >= 2 * batch) return_batch(stock);
}

void ProcessTable::flush(Stock& stock) noexcept {
  while (stock.count > 0) return_batch(stock);
}

bool ProcessTable::refill(Stock& stock) noexcept {
  std::lock_guard guard(lock_);
  while (stock.count < batch && free_first_ != 0) {
    Process* block = block_at(free_first_ - 1);
    std::uint32_t index = free_first_;
    free_first_ = block->next_free;
    block->next_free = stock.first;
    stock.first = index;
    ++stock.count;
  }
  if (stock.count > 0) return true;
  std::size_t used = high_water_.load(std::memory_order_relaxed);  // relaxed: written under lock_ only
  // Up to the limit in batches, beyond it one by one: only what lies elsewhere is made up for.
  std::size_t fresh = used < limit_ ? std::min<std::size_t>(batch, limit_ - used) : capacity_ > used ? 1 : 0;
  for (std::size_t i = fresh; i > 0; --i) {
    auto* block = ::new (static_cast<void*>(block_at(used + i - 1))) Process(run_);
    static_cast<void>(block->inbox.close());  // nobody lives here: pushes are refused
    block->next_free = stock.first;
    stock.first = static_cast<std::uint32_t>(used + i);
  }
  stock.count += static_cast<std::uint32_t>(fresh);
  high_water_.store(used + fresh, std::memory_order_release);  // pairs: high_water()
  return fresh > 0;
}

// The older half goes to the others; what was freed last is warm and stays.
void ProcessTable::return_batch(Stock& stock) noexcept {
  std::uint32_t keep = stock.count > batch ? stock.count - batch : 0;
  std::uint32_t* link = &stock.first;
  for (std::uint32_t i = 0; i < keep; ++i) link = &block_at(*link - 1)->next_free;
  std::uint32_t first = *link;
  *link = 0;
  std::uint32_t last = first;
  while (block_at(last - 1)->next_free != 0) last = block_at(last - 1)->next_free;
  stock.count = keep;
  std::lock_guard guard(lock_);
  block_at(last - 1)->next_free = free_first_;
  free_first_ = first;
}

}  // namespace throng::detail
