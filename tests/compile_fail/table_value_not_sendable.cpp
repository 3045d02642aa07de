// expect: throng: this type is not Sendable: it may reach memory of another process
#include <throng/stdlib/table.hpp>

int main() { throng::Table<int, std::string_view>::create(); }
