// expect: throng: this type is not Sendable: it may reach memory of another process
// Through a base class a unique_ptr may hold anything.
#include <throng/mailbox/sendable.hpp>

struct Shape {
  static constexpr bool sendable = true;
  Shape() = default;
  Shape(const Shape&) = default;
  Shape& operator=(const Shape&) = default;
  virtual ~Shape() = default;
};

int main() { throng::require_sendable<std::unique_ptr<Shape>>(); }
