// See torture.hpp: templates of the standard library, and threads.
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <regex>
#include <sstream>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "torture.hpp"

namespace torture {
namespace {

std::string line(const char* name, long value) {
  return std::string(name) + " " + std::to_string(value) + "\n";
}

std::vector<long> scrambled(long count) {
  std::vector<long> values;
  std::uint32_t state = 1;
  for (long i = 0; i < count; ++i) {
    state = state * 1664525u + 1013904223u;
    values.push_back(static_cast<long>(state >> 8));
  }
  return values;
}

long regular_expressions() {
  const std::regex pair("([a-z]+)=([0-9]+)");
  const std::regex slow("(a+)+b");
  std::string text;
  for (int i = 0; i < 40; ++i) {
    text += "key" + std::string(static_cast<std::size_t>(i % 5), 'x') + "=" + std::to_string(i * 7) + "; ";
  }
  long sum = 0;
  for (std::sregex_iterator at(text.begin(), text.end(), pair), end; at != end; ++at) {
    sum += std::stol((*at)[2]) + static_cast<long>((*at)[1].length());
  }
  return sum + (std::regex_match(std::string(12, 'a'), slow) ? 1 : 0);
}

long containers() {
  std::map<long, long> tree;
  std::unordered_map<std::string, long> table;
  for (long value : scrambled(600)) {
    tree[value % 97] += value % 11;
    table[std::to_string(value % 89)] += value % 13;
  }
  long sum = 0;
  for (const auto& [key, value] : tree) {
    sum = (sum * 31 + key + value) % 1000003;
  }
  for (long key = 0; key < 89; ++key) {
    sum = (sum * 31 + table[std::to_string(key)]) % 1000003;
  }
  return sum;
}

long sorting() {
  std::vector<long> values = scrambled(1000);
  std::sort(values.begin(), values.end());
  std::stable_sort(values.begin(), values.end(), [](long a, long b) { return a % 100 < b % 100; });
  std::make_heap(values.begin(), values.end());
  std::ostringstream stream;
  for (std::size_t i = 0; i < values.size(); i += 50) {
    stream << values[i] % 10;
  }
  return std::stol(stream.str().substr(0, 18));
}

}  // namespace

std::string library() {
  return line("regular expressions", regular_expressions()) + line("containers", containers()) +
         line("sorting", sorting());
}

std::string threads() {
  std::atomic<int> turn{0};
  std::mutex lock;
  long sum = 0;
  std::vector<std::thread> all;
  for (int id = 0; id < 3; ++id) {
    all.emplace_back([&, id] {
      long own = 0;
      for (long value : scrambled(2000)) {
        own += value % (id + 3);
      }
      while (turn.load() != id) {  // a loop without calls that ends by another thread
      }
      const std::lock_guard guard(lock);
      sum = sum * 7 + own;
      turn.store(id + 1);
    });
  }
  for (std::thread& thread : all) {
    thread.join();
  }
  return line("threads", sum);
}

}  // namespace torture
