// expect: throng: keys and values of a table are copied and stay constant; put what can't into a Shared
// A value that could be moved in, and then nobody could read it.
#include <throng/stdlib/table.hpp>

int main() { throng::Table<int, std::unique_ptr<int>>::create(); }
