// expect: throng: the keys of an ordered_set need an operator<
#include <throng/stdlib/table.hpp>

struct Point {
  int x, y;
  bool operator==(const Point&) const = default;
};

int main() { throng::Table<Point, int, throng::TableKind::ordered_set>::create(); }
