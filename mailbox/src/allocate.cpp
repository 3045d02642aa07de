// The allocator behind allocate.hpp: mimalloc, loaded privately; the only file that knows it by name.
// Rejected: linking it. The packaged shared library defines malloc, free and operator new, so linking it
// would
//   change the allocator of the whole host program. With dlopen(RTLD_LOCAL) its symbols are visible to
//   nobody.
// Rejected: RTLD_DEEPBIND. The library calls nothing of the host that it defines itself, and sanitizers
// refuse it. Under AddressSanitizer and ThreadSanitizer plain malloc is used, so that they see every block.
// The library is never unloaded: blocks and per-thread heaps of it may live until the last instruction.
#include <throng/base/allocate.hpp>
#include <throng/base/assert.hpp>
#include <throng/base/config.hpp>

#include <dlfcn.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <new>

#ifndef THRONG_MIMALLOC_SONAME
#define THRONG_MIMALLOC_SONAME "libmimalloc.so.2"
#endif

namespace throng::detail {
namespace {

using TakePlain = void* (*)(std::size_t size);
using TakeAligned = void* (*)(std::size_t size, std::size_t alignment);
using GiveBack = void (*)(void* block);

struct Functions {
  TakePlain take_plain;
  TakeAligned take_aligned;
  GiveBack give_back;
  const char* name;
};

// What both malloc and mimalloc promise for a block that is at least this large.
constexpr std::size_t plain_alignment = alignof(std::max_align_t);
// Refused here already: mimalloc would print a warning and sanitizers would end the program.
constexpr std::size_t largest_size = PTRDIFF_MAX / 2;

void* take_aligned_from_malloc(std::size_t size, std::size_t alignment) {
  // aligned_alloc wants a multiple of the alignment. No overflow: both are at most largest_size.
  return std::aligned_alloc(alignment, (size + alignment - 1) & ~(alignment - 1));
}

Functions from_malloc(const char* name) noexcept {
  return {&std::malloc, &take_aligned_from_malloc, &std::free, name};
}

Functions load() noexcept {
#if THRONG_ASAN
  return from_malloc("malloc (AddressSanitizer build)");
#elif THRONG_TSAN
  return from_malloc("malloc (ThreadSanitizer build)");
#else
  void* const library = ::dlopen(THRONG_MIMALLOC_SONAME, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    static_cast<void>(::dlerror());  // our failure is not for the host to find
    return from_malloc("malloc (" THRONG_MIMALLOC_SONAME " not found: apt-get install libmimalloc2.0)");
  }
  const Functions found{reinterpret_cast<TakePlain>(::dlsym(library, "mi_malloc")),
                        reinterpret_cast<TakeAligned>(::dlsym(library, "mi_malloc_aligned")),
                        reinterpret_cast<GiveBack>(::dlsym(library, "mi_free")),
                        "mimalloc (" THRONG_MIMALLOC_SONAME ", loaded privately)"};
  if (found.take_plain == nullptr || found.take_aligned == nullptr || found.give_back == nullptr) {
    static_cast<void>(::dlerror());
    return from_malloc("malloc (" THRONG_MIMALLOC_SONAME " lacks mi_malloc, mi_malloc_aligned or mi_free)");
  }
  return found;
#endif
}

const Functions& resolve() noexcept;

void* first_take_plain(std::size_t size) { return resolve().take_plain(size); }
void* first_take_aligned(std::size_t size, std::size_t alignment) {
  return resolve().take_aligned(size, alignment);
}
void first_give_back(void* block) { resolve().give_back(block); }

// The one object of static lifetime here. Not state: each field goes once from "find out" to the answer, and
// the answer is the same for every runtime of the program. Constant-initialised, so usable before any
// constructor ran. std::atomic and not the Atomic seam: nothing here is worth exploring, and explored code
// may allocate.
struct Published {
  // Protocol: written by resolve() only, always the same value, release; read by everybody, acquire: who sees
  // the
  //   function also sees the library it belongs to mapped and relocated.
  std::atomic<TakePlain> take_plain;
  // Protocol: as take_plain.
  std::atomic<TakeAligned> take_aligned;
  // Protocol: as take_plain.
  std::atomic<GiveBack> give_back;
};
constinit Published published{{&first_take_plain}, {&first_take_aligned}, {&first_give_back}};

THRONG_COLD const Functions& resolve() noexcept {
  static const Functions chosen = load();  // several first callers: one loads, the others wait here
  published.take_plain.store(chosen.take_plain, std::memory_order_release);      // pairs: try_allocate
  published.take_aligned.store(chosen.take_aligned, std::memory_order_release);  // pairs: try_allocate
  published.give_back.store(chosen.give_back, std::memory_order_release);        // pairs: release
  return chosen;
}

}  // namespace

void* try_allocate(std::size_t size, std::size_t alignment) noexcept {
  THRONG_DEBUG_ASSERT(alignment != 0 && (alignment & (alignment - 1)) == 0,
                      "an alignment must be a power of two");
  if (size > largest_size || alignment > largest_size) [[unlikely]]
    return nullptr;
  if (alignment <= plain_alignment) [[likely]] {
    // A block smaller than its alignment would come from a size class with a smaller alignment; 0 becomes 1.
    const std::size_t at_least = size < alignment ? alignment : size;
    return published.take_plain.load(std::memory_order_acquire)(at_least);  // pairs: resolve
  }
  return published.take_aligned.load(std::memory_order_acquire)(size, alignment);  // pairs: resolve
}

void* allocate(std::size_t size, std::size_t alignment) {
  void* const block = try_allocate(size, alignment);
  if (block == nullptr) [[unlikely]]
    throw std::bad_alloc();
  return block;
}

void release(void* block) noexcept {
  published.give_back.load(std::memory_order_acquire)(block);  // pairs: resolve
}

const char* allocator_name() noexcept { return resolve().name; }

}  // namespace throng::detail
