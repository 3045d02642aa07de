// The table of what is Sendable. Almost everything is judged by the compiler: that this file compiles is the
// test. lint: allow length: one table, read from top to bottom
#include <doctest/doctest.h>
#include <chrono>
#include <deque>
#include <forward_list>
#include <list>
#include <map>
#include <queue>
#include <set>
#include <stack>
#include <unordered_map>
#include <unordered_set>
#include <variant>

#include <any>
#include <atomic>
#include <bitset>
#include <complex>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory_resource>
#include <mutex>
#include <random>
#include <ratio>
#include <span>
#include <thread>
#include <throng/base/expected.hpp>
#include <throng/mailbox/sendable.hpp>
#include <throng/mailbox/shared.hpp>

namespace {

using throng::Expected;
using throng::Sendable;
using throng::Shared;
using throng::Unexpected;
using throng::detail::Constant;

enum class Colour : std::uint8_t { red, green };
enum Plain { one, two };
int global = 0;

// -- scalars
static_assert(Sendable<int> && Sendable<const int> && Sendable<bool> && Sendable<char8_t> &&
              Sendable<long double>);
static_assert(Sendable<Colour> && Sendable<Plain> && Sendable<std::byte>);
static_assert(!Sendable<void> && !Sendable<std::nullptr_t>);
static_assert(!Sendable<int*> && !Sendable<const char*> && !Sendable<int&> && !Sendable<const int&> &&
              !Sendable<int&&>);
static_assert(!Sendable<void (*)()> && !Sendable<void()> && !Sendable<int std::pair<int, int>::*>);

// -- the owning containers of std, and what looks like them
static_assert(Sendable<std::string> && Sendable<std::wstring> && Sendable<std::u8string>);
static_assert(Sendable<std::vector<int>> && Sendable<std::vector<bool>> && Sendable<std::deque<std::string>>);
static_assert(Sendable<std::list<int>> && Sendable<std::forward_list<int>>);
static_assert(Sendable<std::map<int, std::string>> && Sendable<std::multimap<int, std::vector<int>>>);
static_assert(Sendable<std::set<std::string>> && Sendable<std::multiset<int, std::greater<>>>);
static_assert(Sendable<std::unordered_map<std::string, int>> && Sendable<std::unordered_multimap<int, int>>);
static_assert(Sendable<std::unordered_set<int>> && Sendable<std::unordered_multiset<int>>);
static_assert(Sendable<std::array<int, 3>> && Sendable<std::array<std::string, 1000>>);
static_assert(Sendable<std::stack<int>> && Sendable<std::queue<int, std::list<int>>>);
static_assert(Sendable<std::priority_queue<int>>);
static_assert(!Sendable<std::vector<int*>> && !Sendable<std::vector<std::string_view>>);
static_assert(!Sendable<std::map<int, const char*>> && !Sendable<std::map<int*, int>>);
static_assert(!Sendable<std::map<int, int, bool (*)(int, int)>>);
static_assert(!Sendable<std::set<int, std::function<bool(int, int)>>>);
static_assert(!Sendable<std::priority_queue<int, std::vector<int>, bool (*)(int, int)>>);
static_assert(!Sendable<std::stack<int*>> && !Sendable<std::array<int*, 2>>);
static_assert(!Sendable<std::pmr::string> && !Sendable<std::pmr::vector<int>> &&
              !Sendable<std::pmr::map<int, int>>);
static_assert(!Sendable<std::queue<int, std::pmr::deque<int>>> && !Sendable<std::vector<std::pmr::string>>);
static_assert(!Sendable<std::string_view> && !Sendable<std::span<int>> && !Sendable<std::span<int, 3>>);
static_assert(!Sendable<std::vector<int>::iterator> && !Sendable<std::list<int>::iterator>);
static_assert(!Sendable<std::map<int, int>::const_iterator> && !Sendable<std::string::iterator>);
static_assert(!Sendable<std::vector<bool>::reference> && !Sendable<std::initializer_list<int>>);
static_assert(!Sendable<std::back_insert_iterator<std::vector<int>>>);

// -- sums, products, small values
static_assert(Sendable<std::optional<int>> && Sendable<std::variant<int, std::string>> &&
              Sendable<std::monostate>);
static_assert(Sendable<std::pair<int, std::string>> && Sendable<std::tuple<>> &&
              Sendable<std::tuple<int, bool>>);
static_assert(Sendable<std::bitset<9>> && Sendable<std::complex<double>> && Sendable<std::ratio<1, 3>>);
static_assert(Sendable<std::filesystem::path> && Sendable<std::div_t>);
static_assert(Sendable<std::chrono::milliseconds> && Sendable<std::chrono::duration<double>>);
static_assert(Sendable<std::chrono::steady_clock::time_point> && Sendable<std::chrono::sys_days>);
static_assert(Sendable<std::chrono::year_month_day> && Sendable<std::chrono::hh_mm_ss<std::chrono::seconds>>);
static_assert(!Sendable<std::optional<int*>> && !Sendable<std::variant<int, int*>> &&
              !Sendable<std::tuple<int&>>);
static_assert(!Sendable<std::pair<int, const int&>> && !Sendable<std::reference_wrapper<int>>);
static_assert(!Sendable<std::any> && !Sendable<std::function<void()>> && !Sendable<std::exception_ptr>);
static_assert(!Sendable<std::atomic<int>> && !Sendable<std::atomic_flag> && !Sendable<std::mutex>);
static_assert(!Sendable<std::thread> && !Sendable<std::mt19937> && !Sendable<std::exception>);
static_assert(Sendable<Expected<int, std::string>> && Sendable<Expected<void, int>> &&
              Sendable<Unexpected<int>>);
static_assert(!Sendable<Expected<int*, int>> && !Sendable<Expected<void, const char*>>);

// -- unique_ptr
struct Virtual {
  Virtual() = default;
  Virtual(const Virtual&) = default;
  virtual ~Virtual() = default;
  static constexpr bool sendable = true;
};
struct VirtualFinal final : Virtual {};
struct Incomplete;
struct Deleter {
  void operator()(int*) const {}
};
static_assert(Sendable<std::unique_ptr<int>> && Sendable<std::unique_ptr<const int>>);
static_assert(Sendable<std::unique_ptr<int[]>> && Sendable<std::unique_ptr<std::string[]>>);
static_assert(Sendable<std::unique_ptr<VirtualFinal>> && !Sendable<std::unique_ptr<Virtual>>);
static_assert(!Sendable<std::unique_ptr<int, Deleter>> && !Sendable<std::unique_ptr<int, void (*)(int*)>>);
static_assert(!Sendable<std::unique_ptr<int*>> && !Sendable<std::unique_ptr<Incomplete>>);
static_assert(!Sendable<std::unique_ptr<void>> && !Sendable<std::unique_ptr<std::string_view[]>>);
static_assert(!Sendable<std::shared_ptr<int>> && !Sendable<std::weak_ptr<int>>);

// -- classes that speak for themselves, and those that should
struct Empty {};
class Id {
 public:
  static constexpr bool sendable = true;
  explicit Id(int* address) : address_(address) {}
  int* address_;
};
class Refuses {
 public:
  static constexpr bool sendable = false;
};
class Silent {
 public:
  int number() const { return number_; }

 private:
  int number_ = 0;
};
struct FieldNamedSendable {
  bool sendable;
  int x;
};
struct BadFieldNamedSendable {
  bool sendable;
  int* x;
};
static_assert(Sendable<Empty> && Sendable<Id> && Sendable<std::vector<Id>> && Sendable<const Id>);
static_assert(!Sendable<Refuses> && !Sendable<Silent> && !Sendable<std::optional<Silent>>);
static_assert(Sendable<FieldNamedSendable> && !Sendable<BadFieldNamedSendable>);

// -- lambdas
constexpr auto no_captures = [] { return 1; };
const auto pointer_capture = [p = &global] { return *p; };
const auto value_capture = [n = global] { return n; };
static_assert(Sendable<decltype(no_captures)>);
static_assert(!Sendable<decltype(pointer_capture)> && !Sendable<decltype(value_capture)>);

// -- what stays constant
static_assert(Constant<std::string> && Constant<std::vector<std::string>> && Constant<Id>);
static_assert(!Constant<std::unique_ptr<int>> && Constant<std::unique_ptr<const int>>);
static_assert(!Constant<std::vector<std::unique_ptr<int>>> && !Constant<int*>);
static_assert(Sendable<Shared<int>> && !Sendable<Shared<int*>>);

}  // namespace

TEST_CASE("requiring a Sendable type that is one does nothing") {
  throng::require_sendable<int>();
  constexpr bool at_compile_time = (throng::require_sendable<std::string>(), true);
  CHECK(at_compile_time);
  CHECK(value_capture() == 0);
  CHECK(pointer_capture() == no_captures() - 1);
  CHECK(Silent().number() == 0);
}
