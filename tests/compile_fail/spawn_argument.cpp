// expect: throng: this type is not Sendable: it may reach memory of another process
// An argument that refers to the spawner's memory.
#include <throng/throng.hpp>

void body(std::string_view) {}

void use(std::string_view text) { throng::spawn(body, text); }
