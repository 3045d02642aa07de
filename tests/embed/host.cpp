// A host program as small as it gets: two runtimes side by side, one result each. Built by strangers (run.sh
// beside it), so it sees only what is installed.
#include <throng/throng.hpp>

int main() {
  throng::Runtime left({.workers = 1, .name = "left"});
  throng::Runtime right({.workers = 1, .name = "right"});
  const int product = left.run([](int a, int b) { return a * b; }, 6, 7);
  const int sum = right.run([](int a, int b) { return a + b; }, 40, 2);
  return product == 42 && sum == 42 ? 0 : 1;
}
