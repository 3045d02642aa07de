// expect: throng: the function of update() or cast() returns nothing, or the new state
// An update whose value would be lost.
#include <throng/throng.hpp>

using namespace throng;

void use(const agent::Ref<std::string>& words) {
  words.update([](std::string& text) { return text.size(); });
}
