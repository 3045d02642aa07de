// What makes policies: from whatever can be called, and empty where that is.
#include <doctest/doctest.h>
#include <throng/scheduler/policy_factory.hpp>

#include <functional>

#include "policies.hpp"

using namespace policies_test;

namespace {

std::unique_ptr<SchedulingPolicy> make_fifo(WorkerId) { return std::make_unique<Fifo>(); }

struct Maker {
  std::unique_ptr<Fifo> operator()(WorkerId) { return std::make_unique<Fifo>(); }
};

}  // namespace

static_assert(std::is_convertible_v<std::nullptr_t, PolicyFactory>);
static_assert(!std::is_convertible_v<int, PolicyFactory>);
static_assert(!std::is_convertible_v<int (*)(WorkerId), PolicyFactory>);
static_assert(!std::is_convertible_v<std::unique_ptr<SchedulingPolicy> (WorkerId::*)(), PolicyFactory>);

TEST_CASE("SCH-12: a factory of policies is made of a function, a lambda, an object, or of another") {
  Maker maker;
  const PolicyFactory functions[] = {make_fifo,
                                     &make_fifo,
                                     maker,
                                     Maker(),
                                     std::function<std::unique_ptr<SchedulingPolicy>(WorkerId)>(make_fifo),
                                     [](WorkerId) { return std::make_unique<Fifo>(); }};
  for (const PolicyFactory& function : functions) {
    REQUIRE(function);
    PolicyFactory copy = function;
    CHECK(copy(WorkerId{}) != nullptr);
    PolicyFactory moved = std::move(copy);
    CHECK(moved(WorkerId{}) != nullptr);
  }
}

TEST_CASE("SCH-12: what is made of nothing is empty, and means the built-in queues") {
  std::unique_ptr<SchedulingPolicy> (*null)(WorkerId) = nullptr;
  CHECK(!PolicyFactory());
  CHECK(!PolicyFactory(nullptr));
  CHECK(!PolicyFactory(null));
  CHECK(!PolicyFactory(std::function<std::unique_ptr<SchedulingPolicy>(WorkerId)>()));
  PolicyFactory assigned = make_fifo;
  assigned = nullptr;
  CHECK(!assigned);
}

TEST_CASE("SCH-12: a copy of a factory has what it keeps to itself") {
  PolicyFactory first = [made = 0](WorkerId) mutable {
    return ++made == 1 ? std::make_unique<Fifo>() : nullptr;
  };
  PolicyFactory second = first;
  CHECK(first(WorkerId{}) != nullptr);
  CHECK(first(WorkerId{}) == nullptr);
  CHECK(second(WorkerId{}) != nullptr);
}
