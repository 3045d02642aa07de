// expect: throng: this type is not Sendable: it may reach memory of another process
// A raw pointer.
#include <throng/mailbox/sendable.hpp>

int main() { throng::require_sendable<int*>(); }
