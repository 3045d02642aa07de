// allocate.hpp: alignment, limits, and blocks that travel between threads.
#include <throng/base/allocate.hpp>
#include <throng/base/config.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <limits>
#include <new>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace {

using throng::detail::allocate;
using throng::detail::allocator_name;
using throng::detail::release;
using throng::detail::try_allocate;

bool aligned(const void* block, std::size_t alignment) {
  return reinterpret_cast<std::uintptr_t>(block) % alignment == 0;
}

struct Block {
  unsigned char* data;
  std::size_t size;
  unsigned char mark;
};

Block marked_block(std::minstd_rand& random) {
  const std::size_t size = random() % 300 + 1;
  const std::size_t alignment = std::size_t{8} << (random() % 5);
  const auto mark = static_cast<unsigned char>(random());
  auto* const data = static_cast<unsigned char*>(allocate(size, alignment));
  std::memset(data, mark, size);
  return {data, size, mark};
}

bool intact(const Block& block) {
  return std::all_of(block.data, block.data + block.size, [&](unsigned char c) { return c == block.mark; });
}

}  // namespace

TEST_CASE("the default alignment is kept for every small size, zero included") {
  for (std::size_t size = 0; size <= 600; ++size) {
    void* const block = allocate(size);
    REQUIRE(block != nullptr);
    REQUIRE(aligned(block, alignof(std::max_align_t)));
    std::memset(block, 0xab, size);
    release(block);
  }
}

TEST_CASE("alignments from 8 to 4096 are kept for small, odd and large sizes") {
  constexpr std::size_t sizes[] = {1, 7, 8, 24, 63, 64, 65, 1000, 4096, 5000, 100'000, 3'000'000};
  for (std::size_t alignment = 8; alignment <= 4096; alignment *= 2) {
    std::vector<void*> blocks;
    for (const std::size_t size : sizes) {
      void* const block = allocate(size, alignment);
      REQUIRE(aligned(block, alignment));
      std::memset(block, 0xcd, size);
      blocks.push_back(block);
    }
    for (void* const block : blocks) release(block);
  }
}

TEST_CASE("an impossible size is bad_alloc or nullptr, not a crash") {
  constexpr std::size_t impossible = std::numeric_limits<std::size_t>::max();
  CHECK(try_allocate(impossible) == nullptr);
  CHECK(try_allocate(impossible - 100, 4096) == nullptr);
  CHECK_THROWS_AS(static_cast<void>(allocate(impossible)), std::bad_alloc);
}

TEST_CASE("releasing nullptr does nothing") { release(nullptr); }

TEST_CASE("the allocator says its name, and plain malloc is named under sanitizers") {
  const std::string name = allocator_name();
  INFO(name);
  CHECK(name == allocator_name());
#if THRONG_ASAN || THRONG_TSAN
  CHECK(name.find("Sanitizer build") != std::string::npos);
#else
  CHECK((name.find("mimalloc (") == 0 || name.find("malloc (") == 0));
#endif
}

TEST_CASE("blocks taken on several threads at once are intact when other threads release them") {
  constexpr unsigned thread_count = 4;
  constexpr unsigned blocks_each = 5000;
  const unsigned seed = std::random_device{}();
  MESSAGE("seed ", seed);
  std::vector<std::vector<Block>> taken(thread_count);
  std::atomic<unsigned> damaged{0};
  for (unsigned round = 0; round < 3; ++round) {
    std::vector<std::thread> threads;
    for (unsigned t = 0; t < thread_count; ++t) {
      threads.emplace_back([&, t] {
        std::minstd_rand random(seed + t + round * thread_count);
        for (unsigned i = 0; i < blocks_each; ++i) taken[t].push_back(marked_block(random));
      });
    }
    for (std::thread& thread : threads) thread.join();
    threads.clear();
    for (unsigned t = 0; t < thread_count; ++t) {
      threads.emplace_back([&, t] {
        std::vector<Block>& others = taken[(t + 1) % thread_count];
        for (const Block& block : others) {
          if (!intact(block)) ++damaged;
          release(block.data);
        }
        others.clear();
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  CHECK(damaged == 0);
}
