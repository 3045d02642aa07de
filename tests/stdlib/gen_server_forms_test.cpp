// GSV-2, GSV-3: in which forms a server may write its handlers, and in which sizes messages come.
#include <concepts>
#include <cstdint>
#include <string>

#include "checks.hpp"

using namespace behaviours;

namespace {

struct Exact {
  using Reply = int;
  int value;
};
struct ByConst {
  using Reply = int;
  int value;
};
struct ByRvalue {
  using Reply = int;
  int value;
};
struct FromConst {
  using Reply = int;
  int value;
};
struct Converted {
  using Reply = long;
  int value;
};
struct Generic {
  using Reply = int;
  int value;
};
struct Inherited {
  using Reply = int;
  int value;
};
struct Both {
  using Reply = int;
  int value;
};
struct Nothing {
  using Reply = int;
};
struct Byte {
  using Reply = int;
  char value;
};
struct alignas(16) Aligned16 {
  using Reply = int;
  int value;
};
struct alignas(64) Aligned64 {
  using Reply = int;
  char values[65];
};
struct Phrase {
  using Reply = std::string;
  std::string value;
};
struct Set {
  int value;
};
struct alignas(32) SetAligned {
  int value;
};
struct SetPhrase {
  std::string value;
};
struct Clear {};

class Base {
 public:
  int handle_call(Inherited m) { return m.value + 1; }
};

class Forms : public Base {
 public:
  using Protocol = Messages<Exact, ByConst, ByRvalue, FromConst, Converted, Generic, Inherited, Both, Nothing,
                            Byte, Aligned16, Aligned64, Phrase, Set, SetAligned, SetPhrase, Clear>;
  using Base::handle_call;
  int handle_call(Exact m) { return m.value + 1; }
  int handle_call(const ByConst& m) { return m.value + 1; }
  int handle_call(ByRvalue&& m) { return m.value + 1; }
  int handle_call(FromConst m) const { return m.value + 1; }
  int handle_call(Converted m) { return m.value + 1; }
  template <std::same_as<Generic> G>
  int handle_call(G m) {
    return m.value + 1;
  }
  int handle_call(Both) { return -1; }
  void handle_call(Both m, From<Both> from) { from.reply(m.value + 1); }
  int handle_call(Nothing) { return value_; }
  int handle_call(Byte m) { return m.value + 1; }
  int handle_call(Aligned16 m) { return is_aligned(&m, 16) ? m.value + 1 : -1; }
  int handle_call(const Aligned64& m) { return is_aligned(&m, 64) ? m.values[0] + m.values[64] : -1; }
  std::string handle_call(Phrase m) { return m.value + "!"; }
  void handle_cast(Set m) { value_ = m.value; }
  void handle_cast(const SetAligned& m) { value_ = is_aligned(&m, 32) ? m.value : -1; }
  void handle_cast(SetPhrase m) { value_ = static_cast<int>(m.value.size()); }
  void handle_cast(Clear) { value_ = 0; }

 private:
  static bool is_aligned(const void* at, std::uintptr_t to) {
    return reinterpret_cast<std::uintptr_t>(at) % to == 0;
  }
  int value_ = 7;
};

}  // namespace

TEST_CASE("GSV-2: handlers take a message by value, by reference, as const, generic or inherited") {
  on_both([](Checks& check) {
    auto server = gen_server::start<Forms>();
    check(server.call(Exact{1}) == 2, "by value");
    check(server.call(ByConst{2}) == 3, "by const reference");
    check(server.call(ByRvalue{3}) == 4, "by rvalue reference");
    check(server.call(FromConst{4}) == 5, "by a const handler");
    check(server.call(Converted{5}) == 6, "with an answer that converts");
    check(server.call(Generic{6}) == 7, "by a template");
    check(server.call(Inherited{7}) == 8, "by a handler of a base class");
    check(server.call(Both{8}) == 9, "by the one that answers later, if there are two");
    check(server.call(Phrase{"so"}) == "so!", "what is more than its bytes");
    gen_server::stop(server);
  });
}

TEST_CASE("GSV-2: messages of all sizes and alignments arrive as they were sent") {
  on_both([](Checks& check) {
    auto server = gen_server::start<Forms>();
    check(server.call(Nothing{}) == 7, "an empty one");
    check(server.call(Byte{'a'}) == 'a' + 1, "a byte");
    check(server.call(Aligned16{3}) == 4, "aligned to 16");
    Aligned64 wide{};
    wide.values[0] = 3;
    wide.values[64] = 4;
    check(server.call(wide) == 7, "aligned to 64, and longer");
    server.cast(Set{11});
    check(server.call(Nothing{}) == 11, "a cast");
    server.cast(SetAligned{12});
    check(server.call(Nothing{}) == 12, "a cast aligned to 32");
    server.cast(SetPhrase{std::string(40, 'x')});
    check(server.call(Nothing{}) == 40, "a cast that is more than its bytes");
    server.cast(Clear{});
    check(server.call(Nothing{}) == 0, "an empty cast");
    gen_server::stop(server);
  });
}
