// expect: throng: this type is not Sendable: it may reach memory of another process
// An aggregate with a reference, which initialisers alone would not show.
#include <throng/mailbox/sendable.hpp>

struct Borrower {
  int id;
  const std::string& name;
};

int main() { throng::require_sendable<Borrower>(); }
