// The table of which aggregates are Sendable, and of what the reflection sees of them. That this file
// compiles is the test.
#include <doctest/doctest.h>
#include <deque>
#include <map>
#include <variant>

#include <any>
#include <cstdint>
#include <functional>
#include <throng/base/expected.hpp>
#include <throng/mailbox/sendable.hpp>
#include <throng/mailbox/shared.hpp>

namespace {

using throng::Expected;
using throng::Sendable;
using throng::Shared;
using throng::detail::Constant;

enum class Colour : std::uint8_t { red, green };
int global = 0;
struct Empty {};
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

TEST_CASE("aggregates of Sendable fields are Sendable") {
  throng::require_sendable<Node>();
  throng::require_sendable<Body>();
  CHECK(Sendable<Person>);
  CHECK(Silent().number() == 0);
}
