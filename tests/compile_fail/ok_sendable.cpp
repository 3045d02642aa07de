// expect: compiles
// The control: what the sendable_*.cpp beside it refuse, done right.
#include <map>
#include <throng/mailbox/sendable.hpp>
#include <throng/mailbox/shared.hpp>

struct Line {
  int number;
  std::string text;
};
struct Page {
  std::vector<Line> lines;
  std::unique_ptr<Page> next;
  unsigned char bytes[150];
};
struct Shape {
  static constexpr bool sendable = true;
  virtual ~Shape() = default;
};
struct Circle final : Shape {};
class Account {
 public:
  static constexpr bool sendable = true;
  explicit Account(long balance) : balance_(balance) {}
  long balance() const { return balance_; }

 private:
  long balance_;
};
struct Borrower {
  int id;
  throng::Shared<std::string> name;
};

int main() {
  throng::require_sendable<Page>();
  throng::require_sendable<std::unique_ptr<Circle>>();
  throng::require_sendable<std::map<int, Account>>();
  throng::require_sendable<Borrower>();
  throng::require_sendable<decltype([] {})>();
}
