#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <thread>
#include <throng/mailbox/shared.hpp>
#include <type_traits>
#include <utility>
#include <vector>

using throng::Sendable;
using throng::Shared;

namespace {

// Counts the living through a pointer: says it is sendable so that a Shared takes it.
struct Counted final {
  static constexpr bool sendable = true;
  explicit Counted(int& alive) : alive_(alive) { ++alive_; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() { --alive_; }
  int& alive_;
};

struct Throws final {
  static constexpr bool sendable = true;
  explicit Throws(int) { throw std::runtime_error("not today"); }
};

struct alignas(128) Wide {
  int n;
};

struct Message {
  int id;
  Shared<std::vector<std::string>> lines;
};

static_assert(Sendable<Message> && Sendable<std::vector<Shared<int>>>);
static_assert(std::is_same_v<decltype(*std::declval<Shared<int>&>()), const int&>);
static_assert(!std::is_convertible_v<int, Shared<int>> && !std::is_default_constructible_v<Shared<int>>);
static_assert(std::is_nothrow_copy_constructible_v<Shared<std::string>>);
static_assert(sizeof(Shared<std::string>) == sizeof(void*));

}  // namespace

TEST_CASE("copies of a Shared are one value, counted") {
  const Shared a(std::string("a long text that is on the heap"));
  CHECK(a.use_count() == 1);
  {
    const Shared b = a;
    CHECK(a.use_count() == 2);
    CHECK(&*a == &*b);
    CHECK(a.same_as(b));
    CHECK(b->size() == a.get().size());
  }
  CHECK(a.use_count() == 1);
}

TEST_CASE("the last handle destroys the value") {
  int alive = 0;
  {
    auto a = Shared<Counted>::make(alive);
    CHECK(alive == 1);
    auto b = a;
    auto c = std::move(a);
    CHECK_FALSE(a);
    CHECK(a.use_count() == 0);
    CHECK(c.use_count() == 2);
    b = c;
    CHECK(c.use_count() == 2);
    b = Shared<Counted>::make(alive);
    CHECK(alive == 2);
    c = b;
    CHECK(alive == 1);
    auto& same = c;
    c = same;
    CHECK(c.use_count() == 2);
  }
  CHECK(alive == 0);
}

TEST_CASE("Shared values compare by what they hold") {
  const auto a = Shared<std::string>::make("text");
  const auto b = Shared<std::string>::make("text");
  CHECK(a == b);
  CHECK_FALSE(a.same_as(b));
  CHECK(a != Shared<std::string>::make("other"));
}

TEST_CASE("a constructor that throws leaves nothing behind") {
  CHECK_THROWS_AS((void)Shared<Throws>::make(1), std::runtime_error);
}

TEST_CASE("a Shared keeps the alignment of its value and makes aggregates from their fields") {
  const auto wide = Shared<Wide>::make(7);
  CHECK(wide->n == 7);
  CHECK(reinterpret_cast<std::uintptr_t>(&*wide) % 128 == 0);
}

TEST_CASE("threads that copy and drop handles at once lose no count") {
  int alive = 0;
  {
    const auto value = Shared<Counted>::make(alive);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([mine = value] {
        for (int i = 0; i < 20000; ++i) {
          auto copy = mine;
          auto moved = std::move(copy);
          copy = moved;
        }
      });
    }
    for (auto& thread : threads) thread.join();
    threads.clear();
    CHECK(value.use_count() == 1);
    CHECK(alive == 1);
  }
  CHECK(alive == 0);
}

TEST_CASE("the thread that drops the last handle destroys the value") {
  int alive = 0;
  for (int i = 0; i < 200; ++i) {
    auto value = Shared<Counted>::make(alive);
    std::thread other([mine = value]() mutable { const auto last = std::move(mine); });
    { const auto dropped = std::move(value); }
    other.join();
    CHECK(alive == 0);
  }
}
