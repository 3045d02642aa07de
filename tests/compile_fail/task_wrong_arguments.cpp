// expect: throng: the arguments do not fit the parameters of the task's function
// A task whose function takes something else.
#include <throng/throng.hpp>

using namespace throng;

int length(const std::string& text) { return static_cast<int>(text.size()); }

void start() { task::async(length, 5.0, 6); }
