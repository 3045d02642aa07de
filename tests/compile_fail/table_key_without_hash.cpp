// expect: throng: the keys of a table need std::hash and ==, or are tuples of such; an ordered_set needs operator<
// A key that is compared, but not hashed.
#include <throng/stdlib/table.hpp>

struct Point {
  int x, y;
  bool operator==(const Point&) const = default;
};

int main() { throng::Table<Point, int>::create(); }
