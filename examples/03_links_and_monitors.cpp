// 3. Who is told when a process ends. A link binds two fates together, a monitor only looks. A process that
// traps exits turns the end of its links into messages: that is all a supervisor is made of. The worker
// crashes on purpose: two lines about it on stderr are part of the show.
#include <cassert>
#include <cstdio>
#include <stdexcept>
#include <throng/throng.hpp>

using namespace throng;

struct Work {
  int number;
};
struct Result {
  int number;
};

void worker(Pid owner) {
  for (;;) {
    int number = receive<Work>().number;
    if (number < 0) throw std::invalid_argument("negative work");
    send(owner, Result{number * number});
  }
}

int main() {
  return run([] {
    // Restart what crashes. The link exists before the worker runs its first line.
    trap_exit(true);
    Pid current = spawn_link(worker, self());
    int restarts = 0;
    for (int number : {-1, -2, 7}) {
      send(current, Work{number});
      receive([](Result result) { assert(result.number == 49); },
              [&](const Exit& end) {
                assert(end.from == current && end.reason.is_error());
                ++restarts;
                current = spawn_link(worker, self());
              });
    }
    assert(restarts == 2);

    // A monitor gives exactly one Down, whatever happens.
    Monitor watch = monitor(current);
    exit(current, ExitReason::kill);  // cannot be trapped
    Down down = receive<Down>();
    assert(down.monitor == watch && down.process == current && down.reason == ExitReason::killed);
    assert(receive<Exit>().reason == ExitReason::killed);  // we are linked to it as well

    // Watching the dead is no mistake: the answer comes at once.
    monitor(current);
    assert(receive<Down>().reason == ExitReason::noproc);
    std::printf("%d restarts\n", restarts);
  });
}
