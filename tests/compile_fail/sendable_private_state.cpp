// expect: throng: this type is not Sendable: it may reach memory of another process
// A class with private state that does not say that it is sendable.
#include <map>
#include <throng/mailbox/sendable.hpp>

class Account {
 public:
  explicit Account(long balance) : balance_(balance) {}
  long balance() const { return balance_; }

 private:
  long balance_;
};

int main() { throng::require_sendable<std::map<int, Account>>(); }
