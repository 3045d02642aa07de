// expect: throng: this type is not Sendable: it may reach memory of another process
// A value with two owners.
#include <throng/mailbox/sendable.hpp>

struct Config {
  std::shared_ptr<int> limit;
};

int main() { throng::require_sendable<Config>(); }
