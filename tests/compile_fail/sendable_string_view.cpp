// expect: throng: this type is not Sendable: it may reach memory of another process
// A view into characters of somebody else, as a field two levels down.
#include <throng/mailbox/sendable.hpp>

struct Line {
  int number;
  std::string_view text;
};
struct Page {
  std::vector<Line> lines;
};

int main() { throng::require_sendable<Page>(); }
