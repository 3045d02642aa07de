// A host whose processes give way in their own loops, compiled as docs/embedding.md says. Without checks the
// one worker would stay with the loop, and the alarm ends the program.
#include <throng/throng.hpp>

#include <unistd.h>

int main() {
  alarm(60);
  throng::Runtime runtime({.workers = 1, .spare_threads = 0});
  const bool had_a_turn = runtime.run([] {
    const throng::Pid hog = throng::spawn([] {
      for (volatile unsigned turns = 0;; turns = turns + 1) {
      }
    });
    for (int turn = 0; turn < 20; ++turn) throng::yield();
    const bool ran = throng::process_brief(hog)->reductions > 0;
    throng::exit(hog, throng::ExitReason::kill);
    return ran;
  });
  return had_a_turn ? 0 : 1;
}
