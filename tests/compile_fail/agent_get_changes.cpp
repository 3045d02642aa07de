// expect: throng: the function of get() does not take the agent's state, which is const for it, and these
// arguments; get_and_update() may change it A get that would change the state.
#include <throng/throng.hpp>

using namespace throng;

void use(const agent::Ref<int>& number) {
  number.get([](int& n) { return ++n; });
}
