// stack_pool.hpp: slots, the three kinds of guards, exhaustion, giving pages back, small address spaces,
// threads.
#include "stack_pool.hpp"

#include "fiber.hpp"

#include <throng/base/config.hpp>

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <functional>
#include <iostream>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace {

using throng::detail::GuardMode;
using throng::detail::Stack;
using throng::detail::StackPool;

constexpr std::size_t slot = 64 * 1024;
constexpr bool sanitized = THRONG_ASAN || THRONG_TSAN;

// Status of a child that runs `body`; its stderr is closed, faults kill it as the kernel does by default.
int status_in_child(const std::function<int()>& body) {
  std::fflush(nullptr);  // or a child that ends through a sanitizer prints the parent's pending output again
  std::cout.flush();
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(STDERR_FILENO);
    ::signal(SIGSEGV, SIG_DFL);
    ::signal(SIGABRT, SIG_DFL);
    ::_exit(body());
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

bool faults(char* place) {
  const int status = status_in_child([place] {
    *static_cast<volatile char*>(place) = 1;
    return 0;
  });
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV;
}

std::vector<Stack> take_all(StackPool& pool, std::size_t count) {
  std::vector<Stack> stacks(count);
  stacks.resize(pool.take_many(stacks));
  return stacks;
}

std::size_t resident_pages(char* base, std::size_t size) {
  std::vector<unsigned char> pages(size / StackPool::page_size());
  if (::mincore(base, size, pages.data()) != 0) return static_cast<std::size_t>(-1);
  return static_cast<std::size_t>(
      std::count_if(pages.begin(), pages.end(), [](unsigned char p) { return p & 1; }));
}

void fill_above_guard(const Stack& stack) {
  std::memset(stack.base + StackPool::page_size(), 0x5a, stack.size - StackPool::page_size());
}

// Not a tail call, not a loop, and the frame is touched: runs over the end of any stack.
THRONG_NOINLINE int recurse_forever(int depth) {
  volatile char frame[512];
  frame[0] = static_cast<char>(depth);
  const int deeper = depth < 0 ? 0 : recurse_forever(depth + 1);
  return deeper + frame[0];
}

const void* guard_begin = nullptr;

void report_fault(int, siginfo_t* info, void*) {
  const auto* const place = static_cast<const char*>(info->si_addr);
  const auto* const guard = static_cast<const char*>(guard_begin);
  ::_exit(place >= guard && place < guard + StackPool::page_size() ? 42 : 43);
}

[[noreturn]] void overflow_in_child(GuardMode mode) {
  static char alternate[65536];
  stack_t signal_stack{};
  signal_stack.ss_sp = alternate;
  signal_stack.ss_size = sizeof alternate;
  ::sigaltstack(&signal_stack, nullptr);
  struct sigaction action {};
  action.sa_sigaction = &report_fault;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  ::sigaction(SIGSEGV, &action, nullptr);
  StackPool pool(throng::detail::default_stack_size, 8, mode);
  static_cast<void>(pool.take());  // so that there is a neighbour below
  const Stack stack = pool.take();
  if (stack.guard == GuardMode::canary) ::_exit(44);
  guard_begin = stack.base;
  throng::detail::FiberHost host;
  host.attach();
  throng::detail::Fiber fiber;
  fiber_create(
      fiber, stack, [](void*) { static_cast<void>(recurse_forever(1)); }, nullptr);
  fiber_resume(host, fiber);
  ::_exit(1);
}

}  // namespace

TEST_CASE("stacks are disjoint, of the asked size, and writable from the guard to the top") {
  StackPool pool(slot, 100);
  const std::vector<Stack> stacks = take_all(pool, 100);
  REQUIRE(stacks.size() == 100);
  std::set<char*> bases;
  for (const Stack& stack : stacks) {
    CHECK(stack.size == slot);
    CHECK(stack.top() == stack.base + slot);
    CHECK(reinterpret_cast<std::uintptr_t>(stack.top()) % StackPool::page_size() == 0);
    CHECK(pool.slot_of(stack.top() - 1) == stack.base);
    fill_above_guard(stack);
    bases.insert(stack.base);
  }
  CHECK(bases.size() == 100);
  int elsewhere = 0;
  CHECK(pool.slot_of(&elsewhere) == nullptr);
  pool.give_back_many(stacks);
  CHECK(pool.counts().in_use == 0);
}

TEST_CASE("the stack given back last is taken first") {
  StackPool pool(slot, 10);
  const Stack a = pool.take();
  const Stack b = pool.take();
  pool.give_back(a);
  pool.give_back(b);
  CHECK(pool.take().base == b.base);
  CHECK(pool.take().base == a.base);
  CHECK(pool.counts().carved == 2);
}

TEST_CASE("an exhausted pool returns an empty stack and ENOMEM, and recovers") {
  StackPool pool(slot, 3);
  const std::vector<Stack> stacks = take_all(pool, 5);
  CHECK(stacks.size() == 3);
  errno = 0;
  CHECK_FALSE(pool.take());
  CHECK(errno == ENOMEM);
  pool.give_back(stacks[1]);
  CHECK(pool.take().base == stacks[1].base);
}

TEST_CASE("sizes are rounded up to pages and senseless ones refused with a sentence") {
  CHECK(StackPool(1, 1).slot_size() == 4 * StackPool::page_size());
  CHECK(StackPool(slot + 1, 1).slot_size() == slot + StackPool::page_size());
  CHECK_THROWS_WITH_AS(StackPool(slot, 0), "throng: the number of stacks must not be 0",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(StackPool(std::size_t{1} << 32, 1), "throng: a stack size must be less than 4 GiB",
                       std::invalid_argument);
}

TEST_CASE("guards are prepared in batches as stacks are used, not for the whole reservation") {
  StackPool pool(slot, 100'000);
  if (pool.guard_mode() == GuardMode::canary) return;
  CHECK(pool.counts().guarded == 0);
  static_cast<void>(pool.take());
  CHECK(pool.counts().guarded == StackPool::first_guard_batch);
  static_cast<void>(take_all(pool, StackPool::guard_batch));
  CHECK(pool.counts().guarded == 2 * StackPool::guard_batch);
}

TEST_CASE("touching a guard page is SIGSEGV, the byte above it is usable") {
  for (const GuardMode mode : {GuardMode::automatic, GuardMode::protect}) {
    StackPool pool(slot, 10, mode);
    const Stack stack = pool.take();
    INFO(pool.guard_message());
    REQUIRE(stack.guard != GuardMode::canary);
    CHECK(stack.guard == pool.guard_mode());
    CHECK(faults(stack.base));
    CHECK(faults(stack.base + StackPool::page_size() - 1));
    CHECK_FALSE(faults(stack.base + StackPool::page_size()));
    CHECK_FALSE(faults(stack.top() - 1));
    CHECK(StackPool::check_canary(stack));
  }
}

TEST_CASE("a fiber that runs over the end of its stack faults in the guard page") {
  for (const GuardMode mode : {GuardMode::protect, GuardMode::automatic}) {
    const int status = status_in_child([mode]() -> int { overflow_in_child(mode); });
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 42);
  }
}

TEST_CASE(
    "the message says which guard it is and, if not the best, from which kernel on there is a better one") {
  CHECK(StackPool(slot, 1, GuardMode::protect).guard_message().find("6.13") != std::string::npos);
  CHECK(StackPool(slot, 1, GuardMode::protect).guard_message().find("mprotect") != std::string::npos);
  CHECK(StackPool(slot, 1, GuardMode::canary).guard_message().find("6.13") != std::string::npos);
  CHECK(StackPool(slot, 1, GuardMode::canary).guard_message().find("canary") != std::string::npos);
  const StackPool pool(slot, 1);
  if (pool.guard_mode() == GuardMode::install) {
    CHECK(pool.guard_message().find("MADV_GUARD_INSTALL") != std::string::npos);
  }
}

TEST_CASE(
    "where the kernel refuses MADV_GUARD_INSTALL, as in locked memory, the wish for it falls back to "
    "mprotect") {
  if (sanitized) return;
  const int status = status_in_child([] {
    if (::mlockall(MCL_FUTURE) != 0) return 42;  // not permitted here: nothing to see
    StackPool pool(slot, 8, GuardMode::install);
    const Stack stack = pool.take();
    const bool told =
        pool.guard_mode() == GuardMode::install || pool.guard_message().find("6.13") != std::string::npos;
    return stack.guard == pool.guard_mode() && stack.guard != GuardMode::canary && told && faults(stack.base)
               ? 42
               : 1;
  });
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 42);
}

TEST_CASE("a damaged canary is seen, and giving such a stack back ends the program") {
  StackPool pool(slot, 10, GuardMode::canary);
  const Stack stack = pool.take();
  CHECK(stack.guard == GuardMode::canary);
  CHECK(StackPool::check_canary(stack));
  const int status = status_in_child([&] {
    stack.base[100] = static_cast<char>(stack.base[100] + 1);
    if (StackPool::check_canary(stack)) return 1;
    pool.give_back(stack);
    return 0;
  });
  CHECK(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGABRT);
  pool.give_back(stack);
}

TEST_CASE("guards by mprotect stop below the kernel's mapping limit, further stacks have a canary") {
  if (sanitized) return;
  StackPool pool(4 * StackPool::page_size(), 31'000, GuardMode::protect);
  REQUIRE(pool.guard_mode() == GuardMode::protect);
  const std::vector<Stack> stacks = take_all(pool, 31'000);
  REQUIRE(stacks.size() == 31'000);
  const std::size_t guarded = pool.counts().guarded;
  CHECK(guarded > 0);
  CHECK(guarded <= 30'000);
  CHECK(stacks[guarded - 1].guard == GuardMode::protect);
  CHECK(faults(stacks[guarded - 1].base));
  CHECK(stacks[guarded].guard == GuardMode::canary);
  CHECK(StackPool::check_canary(stacks[guarded]));
  // The host can still map.
  void* const mapping = ::mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  CHECK(mapping != MAP_FAILED);
  ::munmap(mapping, 4096);
  pool.give_back_many(stacks);
}

TEST_CASE("excess stacks lose their pages in whole batches and keep their guards") {
  constexpr std::size_t keep = 16;
  constexpr std::size_t count = keep + StackPool::release_batch;
  for (const GuardMode mode : {GuardMode::automatic, GuardMode::protect, GuardMode::canary}) {
    StackPool pool(4 * StackPool::page_size(), count, mode, keep);
    const std::vector<Stack> stacks = take_all(pool, count);
    for (const Stack& stack : stacks) fill_above_guard(stack);
    // Every second one first: the ranges to drop are then not one piece.
    std::vector<Stack> order;
    for (std::size_t i = 0; i < count; i += 2) order.push_back(stacks[i]);
    for (std::size_t i = 1; i < count; i += 2) order.push_back(stacks[i]);
    for (std::size_t i = 0; i + 1 < count; ++i) pool.give_back(order[i]);
    CHECK(pool.counts().dropped == 0);
    pool.give_back(order.back());
    CHECK(pool.counts().drop_batches == 1);
    CHECK(pool.counts().cold == StackPool::release_batch);
    CHECK(pool.counts().warm == keep);
    CHECK(resident_pages(order.front().base, order.front().size) == 0);
    CHECK(resident_pages(order.back().base, order.back().size) >= 3);
    const std::vector<Stack> again = take_all(pool, count);
    REQUIRE(again.size() == count);
    CHECK(again.front().base == order.back().base);  // warm ones first
    CHECK(pool.counts().carved == count);
    const Stack& cold = again.back();
    CHECK(cold.base[StackPool::page_size()] == 0);
    CHECK(StackPool::check_canary(cold));
    if (mode != GuardMode::canary) CHECK(faults(cold.base));
  }
}

TEST_CASE("with little address space the pool makes do with fewer stacks, with none it says what to do") {
  if (sanitized) return;  // they need terabytes of address space for themselves
  const auto with_limit = [](rlim_t limit, const std::function<int()>& body) {
    return status_in_child([&] {
      const rlimit value{limit, limit};
      if (::setrlimit(RLIMIT_AS, &value) != 0) return 50;
      return body();
    });
  };
  const int fewer = with_limit(rlim_t{2} << 30, [] {
    StackPool pool(slot, 1'000'000);
    return pool.max_slots() < 1'000'000 && pool.max_slots() >= 1'000 && pool.take() ? 42 : 1;
  });
  CHECK(WEXITSTATUS(fewer) == 42);
  const int none = with_limit(rlim_t{1} << 20, [] {
    try {
      StackPool pool(slot, 1'000'000);
    } catch (const std::system_error& error) {
      const std::string text = error.what();
      return text.find("ulimit -v") != std::string::npos && error.code().value() == ENOMEM ? 42 : 2;
    }
    return 1;
  });
  CHECK(WEXITSTATUS(none) == 42);
}

TEST_CASE("threads that take and give back in groups never hold the same stack") {
  constexpr unsigned thread_count = 4;
  constexpr std::size_t limit = 1200;
  const unsigned seed = std::random_device{}();
  MESSAGE("seed ", seed);
  for (const GuardMode mode : {GuardMode::automatic, GuardMode::canary}) {
    StackPool pool(4 * StackPool::page_size(), limit, mode, 8);
    std::atomic<unsigned> trouble{0};
    std::vector<std::thread> threads;
    for (unsigned t = 0; t < thread_count; ++t) {
      threads.emplace_back([&, t] {
        std::minstd_rand random(seed + t);
        std::vector<Stack> held;
        const auto mark = [](const Stack& stack) { return reinterpret_cast<unsigned*>(stack.top()) - 1; };
        for (unsigned round = 0; round < 300; ++round) {
          Stack fresh[150];
          const std::size_t got = pool.take_many({fresh, random() % 150});
          for (std::size_t i = 0; i < got; ++i) *mark(fresh[i]) = t;
          held.insert(held.end(), fresh, fresh + got);
          std::shuffle(held.begin(), held.end(), random);
          for (const Stack& stack : held) trouble += *mark(stack) == t ? 0 : 1;
          const std::size_t keep = held.size() > 250 ? 0 : held.size() - random() % (held.size() + 1);
          pool.give_back_many(std::span(held).subspan(keep));
          held.resize(keep);
        }
        pool.give_back_many(held);
      });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(trouble == 0);
    CHECK(pool.counts().in_use == 0);
    CHECK(pool.counts().dropped == pool.counts().drop_batches * StackPool::release_batch);
  }
}
