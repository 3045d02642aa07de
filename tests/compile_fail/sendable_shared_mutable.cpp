// expect: throng: a Shared value must be Sendable and stay constant: no unique_ptr, no mutable field
// A const unique_ptr still hands out what it points to: two owners of the Shared would write to one object.
#include <throng/mailbox/shared.hpp>

int main() { (void)throng::Shared<std::vector<std::unique_ptr<int>>>::make(); }
