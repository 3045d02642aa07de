// expect: throng: this call is for a set or an ordered_set: a bag may have several objects per key
#include <throng/stdlib/table.hpp>

int main() {
  throng::Table<int, int, throng::TableKind::bag> bag;
  bag.update(1, [](int& value) { ++value; });
}
