// expect: throng: update_counter() counts in an integer; use update() for other values
#include <throng/stdlib/table.hpp>

int main() {
  throng::Table<int, std::string> table;
  table.update_counter(1, 1);
}
