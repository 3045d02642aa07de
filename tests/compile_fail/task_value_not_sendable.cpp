// expect: throng: this type is not Sendable: it may reach memory of another process
// A value that would reach into the task.
#include <throng/throng.hpp>

using namespace throng;

void start() {
  auto task = task::async([] { return std::string_view("here"); });
}
