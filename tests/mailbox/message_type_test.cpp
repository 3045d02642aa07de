#include <doctest/doctest.h>

#include <cstdint>
#include <memory>
#include <new>
#include <string>
#include <throng/mailbox/message_type.hpp>
#include <vector>

namespace message_type_test {
struct Ping {
  int n;
};
template <class T>
struct Box {
  T value;
};
}  // namespace message_type_test

namespace {

using message_type_test::Box;
using message_type_test::Ping;
using throng::detail::message_type_of;
using throng::detail::MessageType;
using throng::detail::same_type;

struct Hidden {
  std::string text;
};
struct alignas(64) Aligned {
  char c;
};

static_assert(message_type_of<int>.name == "int" && message_type_of<double>.name == "double");
static_assert(message_type_of<Ping>.name == "message_type_test::Ping");
static_assert(message_type_of<Box<int>>.name == "message_type_test::Box<int>");
static_assert(message_type_of<std::string>.name == "std::string");
static_assert(message_type_of<Hidden>.name.ends_with("::Hidden"));
static_assert(message_type_of<int>.hash != message_type_of<unsigned>.hash);
static_assert(message_type_of<Box<int>>.hash != message_type_of<Box<long>>.hash);
static_assert(message_type_of<Aligned>.size == 64 && message_type_of<Aligned>.alignment == 64);

}  // namespace

TEST_CASE("a type has one descriptor and different types are told apart") {
  CHECK(same_type(message_type_of<Ping>, message_type_of<Ping>));
  CHECK_FALSE(same_type(message_type_of<Ping>, message_type_of<Hidden>));
  CHECK_FALSE(same_type(message_type_of<Box<int>>, message_type_of<Box<unsigned>>));
  CHECK(*message_type_of<Ping>.info == typeid(Ping));
}

TEST_CASE("what need not be done has no function") {
  const std::vector<const MessageType*> types = {&message_type_of<Ping>, &message_type_of<Hidden>};
  CHECK((types[0]->destroy == nullptr));
  CHECK((types[1]->destroy != nullptr));
}

TEST_CASE("a second descriptor of a type, as another shared object has it, is recognised") {
  const MessageType twin = message_type_of<Ping>;
  CHECK(same_type(twin, message_type_of<Ping>));
  MessageType collision = message_type_of<std::string>;
  collision.hash = message_type_of<Ping>.hash;
  CHECK_FALSE(same_type(collision, message_type_of<Ping>));
}

TEST_CASE("namesakes in unnamed namespaces are different types") {
  const MessageType namesake = message_type_of<Hidden>;
  CHECK_FALSE(same_type(namesake, message_type_of<Hidden>));
}

TEST_CASE("a descriptor destroys a payload it knows nothing else of") {
  struct Counted {
    explicit Counted(int& count) : count_(count) { ++count_; }
    Counted(const Counted&) = delete;
    ~Counted() { --count_; }
    int& count_;
  };
  const MessageType& type = message_type_of<Counted>;
  CHECK(type.size == sizeof(Counted));
  int alive = 0;
  alignas(Counted) unsigned char place[sizeof(Counted)];
  ::new (static_cast<void*>(place)) Counted(alive);
  CHECK(alive == 1);
  type.destroy(place);
  CHECK(alive == 0);
}
