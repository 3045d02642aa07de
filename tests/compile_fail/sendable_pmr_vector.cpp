// expect: throng: this type is not Sendable: it may reach memory of another process
// A container that would carry the memory resource of its maker away.
#include <throng/mailbox/sendable.hpp>

#include <memory_resource>

struct Batch {
  std::pmr::vector<int> numbers;
};

int main() { throng::require_sendable<Batch>(); }
