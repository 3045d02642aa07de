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
struct Pinned {
  Pinned() = default;
  Pinned(const Pinned&) = delete;
  Pinned& operator=(const Pinned&) = delete;
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

TEST_CASE("what need not or cannot be done has no function") {
  const std::vector<const MessageType*> types = {&message_type_of<Ping>, &message_type_of<Hidden>,
                                                 &message_type_of<Pinned>};
  CHECK((types[0]->destroy == nullptr));
  CHECK((types[1]->destroy != nullptr));
  CHECK((types[1]->move != nullptr));
  CHECK((types[2]->move == nullptr));
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

TEST_CASE("a descriptor moves and destroys a payload it knows nothing else of") {
  const MessageType& type = message_type_of<std::vector<std::string>>;
  CHECK(type.size == sizeof(std::vector<std::string>));
  alignas(std::vector<std::string>) unsigned char from[sizeof(std::vector<std::string>)];
  alignas(std::vector<std::string>) unsigned char to[sizeof(std::vector<std::string>)];
  auto* original = ::new (static_cast<void*>(from)) std::vector<std::string>{"a", "b"};
  type.move(to, from);
  const auto* moved = std::launder(reinterpret_cast<std::vector<std::string>*>(to));
  CHECK(moved->size() == 2);
  CHECK(original->empty());
  type.destroy(from);
  type.destroy(to);
}
