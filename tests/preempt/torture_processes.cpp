// The parts of torture.hpp in processes of a runtime that ends a slice at every check, on two workers, so
// that in the midst of everything the process is switched away and goes on in another thread. Prints what
// strayed; the
// arguments are torture.txt and how many processes compute each part at the same time.
#include <array>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <throng/vm/process.hpp>
#include <throng/vm/receive.hpp>
#include <throng/vm/runtime.hpp>
#include <vector>

#include "torture.hpp"

namespace {

using namespace throng;

struct Result {
  std::string text;
};
struct Stop {};
struct Moves {
  long count = 0;
};

// All but the part that blocks its thread, which is the last.
std::string expected_from(const char* path) {
  std::ifstream file(path);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  return text.substr(0, text.find("threads "));
}

void compute(Pid judge, int part) {
  std::string (*const parts[])() = {torture::language, torture::numbers, torture::counted, torture::library};
  std::string text = parts[part]();
  send(judge, Result{std::to_string(part) + text});
}

// Which thread this is. Not inlined, and without a check: its answer is of no use a moment later.
[[gnu::noinline]] const void* thread_here() {
  static thread_local char here;
  const void* address = &here;
  asm volatile("" : "+r"(address));
  return address;
}

// Comes and goes, so that workers have now more to do and now less.
void roam() {
  for (bool stop = false; !stop;) {
    receive([&stop](Stop) { stop = true; }, after(std::chrono::microseconds(50), [] {}));
  }
}

// Counts how often a check moved it to another thread.
void wander(Pid judge) {
  Moves moves;
  const void* last = thread_here();
  for (int i = 0; i < 100'000; ++i) {
    const void* now = thread_here();
    moves.count += now != last ? 1 : 0;
    last = now;
  }
  send(judge, moves);
}

struct Verdict {
  int wrong = 0;  // results that are not as expected
  long moves = 0;
};

Verdict judge(const std::string& expected, int each) {
  constexpr int parts = 4;
  Pid others[] = {spawn(roam), spawn(roam)};
  spawn(wander, self());
  for (int process = 0; process < each * parts; ++process) {
    spawn(compute, self(), process % parts);
  }
  std::vector<std::array<std::string, parts>> parts_of(static_cast<std::size_t>(each));
  std::size_t known[parts] = {};
  for (int process = 0; process < each * parts; ++process) {
    std::string text = receive<Result>().text;
    auto part = static_cast<std::size_t>(text[0] - '0');
    parts_of[known[part]++][part] = text.substr(1);
  }
  for (Pid other : others) send(other, Stop{});
  Verdict result{.moves = receive<Moves>().count};
  for (auto& [language, numbers, counted, library] : parts_of) {
    std::string all = language + numbers + counted + library;
    if (all == expected) continue;
    ++result.wrong;
    std::printf("%s\n", all.c_str());
  }
  return result;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 3) return 2;
  RuntimeOptions options;
  options.workers = 2;
  options.max_processes = 1000;
  options.stack_size = 1 << 20;
  options.slice = 1;  // ends at every check
  Runtime runtime(options);
  auto [wrong, moves] = runtime.run(judge, expected_from(arguments[1]), std::stoi(arguments[2]));
  std::printf("%d wrong, %llu turns, one in %.1f in another thread\n", wrong,
              static_cast<unsigned long long>(runtime.info().dispatches),
              100'000.0 / static_cast<double>(moves));
  if (moves < 1000) {
    std::puts("too few to show anything");
    return 1;
  }
  return wrong == 0 ? 0 : 1;
}
