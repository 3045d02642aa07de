// The table of what is Sendable. Almost everything is judged by the compiler: that this file compiles is the
// test.
#include <doctest/doctest.h>

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

// -- aggregates
struct Point {
  int x = 0, y = 0;
};
struct Person {
  std::string name;
  const int age;
  Point home;
  std::vector<Point> been;
  std::optional<std::string> nick;
  std::unique_ptr<Person> spouse;
  std::variant<int> single;
  std::tuple<int> lone;
};
struct WithPointer {
  int a;
  const char* text;
};
struct WithNested {
  Point p;
  WithPointer bad;
};
struct WithReference {
  int a;
  int& r;
};
struct WithConstReference {
  const std::string& r;
};
struct WithRvalueReference {
  int&& r;
};
struct WithDefaultedReference {
  int a = 0;
  int& r = global;
  int b = 0;
};
struct WithAny {
  std::any any;
};
struct WithView {
  std::string_view view = "x";
  int n = 0;
};
struct WithFunction {
  int n;
  std::function<void()> f;
};
static_assert(Sendable<Point> && Sendable<Person> && Sendable<const Person>);
static_assert(!Sendable<WithPointer> && !Sendable<WithNested> && !Sendable<std::vector<WithNested>>);
static_assert(!Sendable<WithReference> && !Sendable<WithConstReference> && !Sendable<WithRvalueReference>);
static_assert(!Sendable<WithDefaultedReference>);
static_assert(!Sendable<WithAny> && !Sendable<WithView> && !Sendable<WithFunction>);

// arrays
struct Arrays {
  int before;
  int matrix[2][3];
  std::string names[4];
  char text[100];
  std::array<int, 5> five;
  int last[1];
};
struct BadArray {
  int before;
  int* pointers[3];
  int after;
};
struct NoDefault {
  explicit NoDefault(int, int) {}
  static constexpr bool sendable = true;
};
struct ArraysOfNoDefault {
  NoDefault first;
  NoDefault some[3];
  int n;
  NoDefault more[2];
};
struct LastIsArray {
  std::string name;
  unsigned char bytes[16];
};
static_assert(Sendable<Arrays> && !Sendable<BadArray> && Sendable<ArraysOfNoDefault> &&
              Sendable<LastIsArray>);
static_assert(throng::detail::Shape<Arrays>::fields == 6 &&
              throng::detail::Shape<ArraysOfNoDefault>::fields == 4);
static_assert(throng::detail::Shape<Person>::fields == 8 && throng::detail::Shape<LastIsArray>::fields == 2);

// bit-fields
struct BitFields {
  unsigned a : 3;
  unsigned : 5;
  bool b : 1;
  Colour c : 4;
  int d;
};
struct BadBitFields {
  unsigned a : 3;
  int* p;
};
static_assert(Sendable<BitFields> && !Sendable<BadBitFields>);
static_assert(throng::detail::Shape<BitFields>::fields == 4);

// bases
struct Header {
  int id;
};
struct BadHeader {
  int* id;
};
struct OnlyBase : Header {};
struct EmptyBases : Empty, std::true_type {
  int x;
  std::string y;
};
struct BadOverEmpty : Empty {
  int* x;
};
struct Body : Header {
  std::string text;
  std::optional<int> maybe;
  int numbers[3];
};
struct BadBase : BadHeader {
  std::string text;
};
struct BadOnlyBase : BadHeader {};
struct BadBody : Header {
  const char* text;
};
struct ReferenceBody : Header {
  const std::string& text;
};
struct AnyBody : Header {
  std::any any;
};
struct RefusingBase : Refuses {
  int x;
};
struct TwoBases : Header, Point {
  int z;
};
static_assert(Sendable<OnlyBase> && Sendable<EmptyBases> && Sendable<Body> && Sendable<TwoBases>);
static_assert(!Sendable<BadOverEmpty> && !Sendable<BadBase> && !Sendable<BadOnlyBase> && !Sendable<BadBody>);
static_assert(!Sendable<ReferenceBody> && !Sendable<AnyBody> && !Sendable<RefusingBase>);

// recursion
struct Node {
  int v;
  std::vector<Node> kids;
  std::unique_ptr<Node> next;
  std::map<std::string, Node> named;
  std::optional<std::vector<Node>> perhaps;
};
struct BadNode {
  std::vector<BadNode> kids;
  BadNode* parent;
};
struct Branch;
struct Leaf {
  std::vector<Branch> back;
  int n;
};
struct Branch {
  std::vector<Leaf> leaves;
  Expected<std::vector<Branch>, std::string> more;
  std::vector<Shared<Branch>> peers;
};
struct BadBranch;
struct BadLeaf {
  std::vector<BadBranch> back;
};
struct BadBranch {
  std::vector<BadLeaf> leaves;
  std::string_view view;
};
static_assert(Sendable<Node> && !Sendable<BadNode> && Sendable<Branch> && Sendable<Leaf>);
static_assert(!Sendable<BadBranch> && !Sendable<BadLeaf>);

// unions, and what cannot be looked into
union Union {
  int i;
  float f;
};
union SpeakingUnion {
  static constexpr bool sendable = true;
  int i;
  float f;
};
struct NamedUnion {
  int tag;
  Union u;
};
struct NamedSpeakingUnion {
  int tag;
  SpeakingUnion u;
};
struct UnnamedUnion {
  int tag;
  union {
    int i;
    float f;
  };
};
static_assert(!Sendable<Union> && !Sendable<NamedUnion> && Sendable<SpeakingUnion> &&
              Sendable<NamedSpeakingUnion>);
static_assert(!Sendable<UnnamedUnion>);

struct Immovable {
  Immovable() = default;
  Immovable(const Immovable&) = delete;
  Immovable& operator=(const Immovable&) = delete;
  static constexpr bool sendable = true;
};
struct HoldsImmovable {
  int n;
  Immovable fixed;
};
static_assert(Sendable<HoldsImmovable>);

// many fields
struct SixtyFour {
  int a0, a1, a2, a3, a4, a5, a6, a7, b0, b1, b2, b3, b4, b5, b6, b7, c0, c1, c2, c3, c4, c5, c6, c7, d0, d1,
      d2, d3, d4, d5, d6, d7, e0, e1, e2, e3, e4, e5, e6, e7, f0, f1, f2, f3, f4, f5, f6, f7, g0, g1, g2, g3,
      g4, g5, g6, g7, h0, h1, h2, h3, h4, h5, h6;
  std::string h7;
};
struct SixtyFive {
  int a0, a1, a2, a3, a4, a5, a6, a7, b0, b1, b2, b3, b4, b5, b6, b7, c0, c1, c2, c3, c4, c5, c6, c7, d0, d1,
      d2, d3, d4, d5, d6, d7, e0, e1, e2, e3, e4, e5, e6, e7, f0, f1, f2, f3, f4, f5, f6, f7, g0, g1, g2, g3,
      g4, g5, g6, g7, h0, h1, h2, h3, h4, h5, h6, h7, h8;
};
struct HugeArray {
  int n;
  char text[4096];
};
struct HugeArrayNoDefault {
  NoDefault first;
  char text[256];
};
struct BigArrayNoDefault {
  NoDefault first;
  char text[100];
};
static_assert(Sendable<SixtyFour> && !Sendable<SixtyFive> && Sendable<HugeArray> &&
              !Sendable<HugeArrayNoDefault>);
static_assert(Sendable<BigArrayNoDefault>);
static_assert(throng::detail::Shape<SixtyFive>::too_many_fields &&
              throng::detail::Shape<HugeArrayNoDefault>::too_many_fields);

// constructors that take anything
struct Greedy {
  template <class T>
  Greedy(T&&) {}
  Greedy(const Greedy&) = default;
  int* p = nullptr;
};
struct GreedyForConst {
  template <class T>
  GreedyForConst(const T&) {}
  GreedyForConst(const GreedyForConst&) = default;
  int* p = nullptr;
};
struct HoldsGreedy {
  int n;
  Greedy g;
};
struct HoldsGreedyForConst {
  GreedyForConst g;
  int n;
};
struct DefaultedGreedy {
  int n = 0;
  GreedyForConst g = GreedyForConst(1);
  int* p = nullptr;
};
struct GreedyBody : Header {
  Greedy g;
};
struct GreedyForConstBody : Header {
  GreedyForConst g;
};
static_assert(!Sendable<HoldsGreedy> && !Sendable<HoldsGreedyForConst> && !Sendable<DefaultedGreedy>);
static_assert(!Sendable<GreedyBody> && !Sendable<GreedyForConstBody>);

// fields without a default, which are counted the other way
struct NoDefaultBody : Header {
  NoDefault a;
  std::string text;
  int some[3];
};
struct BadNoDefaultBody : Header {
  NoDefault a;
  int some[3];
  int* p;
};
struct NoDefaultUnion {
  NoDefault a;
  union {
    int i;
    float f;
  };
};
struct NoDefaultBad {
  std::string text;
  Shared<int> a;
  int some[3];
  std::string_view view;
};
struct NoDefaultGood {
  std::optional<int> maybe;
  Shared<int> a;
  std::string texts[3];
  unsigned bit : 1;
};
struct NoDefaultHeader {
  NoDefault id;
};
struct OverNoDefault : Empty, NoDefaultHeader {};
static_assert(Sendable<NoDefaultBody> && !Sendable<BadNoDefaultBody> && !Sendable<NoDefaultUnion>);
static_assert(!Sendable<NoDefaultBad> && Sendable<NoDefaultGood> && Sendable<OverNoDefault>);

// -- what stays constant
struct MutableField {
  int a;
  mutable int cache;
};
static_assert(Sendable<MutableField> && !Constant<MutableField> && !Constant<std::vector<MutableField>>);
static_assert(Constant<Point> && Constant<std::string> && Constant<Branch> && Constant<Arrays> &&
              Constant<BitFields>);
static_assert(!Constant<std::unique_ptr<int>> && Constant<std::unique_ptr<const int>> && !Constant<Node>);
static_assert(!Constant<Person> && !Constant<int*> && Sendable<Shared<int>> && !Sendable<Shared<int*>>);

// -- who is to blame
template <class T>
using Guilty = typename throng::detail::Blame<T, throng::detail::Judging<false>>::Part::type;
static_assert(std::is_same_v<Guilty<WithNested>, const char*>);
static_assert(std::is_same_v<Guilty<std::vector<WithNested>>, const char*>);
static_assert(std::is_same_v<Guilty<BadNode>, BadNode*>);
static_assert(std::is_same_v<Guilty<WithFunction>, std::function<void()>>);
static_assert(std::is_same_v<Guilty<WithView>, std::string_view>);
static_assert(std::is_same_v<Guilty<std::shared_ptr<int>>, std::shared_ptr<int>>);
static_assert(std::is_same_v<Guilty<std::optional<Silent>>, Silent>);

}  // namespace

TEST_CASE("requiring a Sendable type that is one does nothing") {
  throng::require_sendable<int>();
  throng::require_sendable<Node>();
  constexpr bool at_compile_time = (throng::require_sendable<std::string>(), true);
  CHECK(at_compile_time);
  CHECK(value_capture() == 0);
  CHECK(pointer_capture() == no_captures() - 1);
  CHECK(Silent().number() == 0);
}
