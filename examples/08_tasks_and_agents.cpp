// 8. Work in the background and state over time. A Task is a function that runs in a process of its own and
// whose value is waited for; an agent is state in a process, to which functions are sent.
#include <cassert>
#include <cstdio>
#include <map>
#include <string>
#include <throng/throng.hpp>
#include <vector>

using namespace throng;

using Counts = std::map<std::string, int>;

// Words are counted by whoever gets hold of them, so the agent travels as an argument.
std::size_t count_words(const std::string& line, agent::Ref<Counts> words) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < line.size();) {
    std::size_t end = std::min(line.find(' ', at), line.size());
    words.update([](Counts& counts, const std::string& word) { ++counts[word]; }, line.substr(at, end - at));
    at = end + 1;
    ++count;
  }
  return count;
}

int main() {
  return run([] {
    auto words = agent::start_link([] { return Counts(); });

    // One task, and something else meanwhile. An await that fails or takes too long ends the caller.
    Task<std::size_t> first = task::async(count_words, "to be or not to be", words);
    std::vector<std::string> lines{"that is the question", "whether tis nobler", "in the mind to suffer"};

    // A task for each line, two at a time. Lazy, in order, and over when the loop is.
    std::size_t total = 0;
    for (std::size_t count : task::async_stream(lines, count_words, {.max_concurrency = 2}, words))
      total += count;
    total += first.await();
    assert(total == 18);

    // A function that reads, and one that changes and answers.
    int to = words.get([](const Counts& counts) { return counts.at("to"); });
    assert(to == 3);
    auto [size, the] = words.get_and_update([](Counts& counts) {
      std::pair result{counts.size(), counts["the"]};
      counts.clear();
      return result;
    });
    assert(the == 2);

    // A task that is not linked harms nobody; its failure is a value.
    auto doomed = task::async_nolink([]() -> int { exit(ExitReason::error("on purpose")); });
    auto outcome = doomed.yield(1s);
    assert(outcome && !*outcome && outcome->error() == ExitReason::error("on purpose"));

    // Several at once: the values in the order of the tasks.
    std::vector<Task<int>> squares;
    for (int i = 0; i < 5; ++i) squares.push_back(task::async([](int n) { return n * n; }, i));
    assert((task::await_many(squares) == std::vector<int>{0, 1, 4, 9, 16}));
    std::printf("%zu words, %zu different ones\n", total, size);
  });
}
