// concurrent_dictionary: one server holds a large map; clients read and write it, one request at a time each.
#include <algorithm>
#include <unordered_map>

#include "common.hpp"
#include "list.hpp"

namespace throng_bench {

using namespace throng;

namespace {

using Map = std::unordered_map<std::size_t, std::size_t>;

class Dictionary {
 public:
  struct Read {
    using Reply = std::size_t;
    std::size_t key;
  };
  struct Write {
    using Reply = std::size_t;
    std::size_t key, value;
  };
  struct Close {
    using Reply = Map;
  };
  using Protocol = Messages<Read, Write, Close>;

  // Every key is there from the beginning, and is its own value.
  explicit Dictionary(std::size_t entries) {
    map_.reserve(entries);
    for (std::size_t key = 0; key < entries; ++key) map_.emplace(key, key);
  }
  std::size_t handle_call(Read read) { return map_.at(read.key); }
  std::size_t handle_call(Write write) { return map_[write.key] = write.value; }
  Map handle_call(Close) {
    gen_server::stop_after_reply();
    return std::move(map_);
  }

 private:
  Map map_;
};

struct Finished {};

struct Load {
  std::size_t requests, clients, write_percent, entries;
  std::uint64_t seed;
};

// What a client asks for follows from the seed alone, so the check can go through it again. All values of a
// key are that key, modulo the number of entries: no reader can take one of another key for good.
template <class Read, class Write>
void for_each_request(const Load& load, std::size_t client, Read read, Write write) {
  Random random{load.seed + client};
  for (std::size_t i = 0; i < load.requests; ++i) {
    const bool writes = random.below(100) < load.write_percent;
    const std::size_t key = random.below(load.entries);
    if (writes) {
      write(key, key + load.entries * random.below(4096));
    } else {
      read(key);
    }
  }
}

void client(ServerRef<Dictionary> dictionary, Load load, std::size_t index, Pid whom_to_tell) {
  for_each_request(
      load, index,
      [&](std::size_t key) {
        const std::size_t value = dictionary.call(Dictionary::Read{key}, detail::forever);
        require(value % load.entries == key, "a read gave the value of another key");
      },
      [&](std::size_t key, std::size_t value) {
        require(dictionary.call(Dictionary::Write{key, value}, detail::forever) == value,
                "a write was answered with another value");
      });
  send(whom_to_tell, Finished{});
}

// Whatever the order between clients was, the last value of a key is some client's last one.
void check(const Map& map, const Load& load) {
  std::unordered_map<std::size_t, std::vector<std::size_t>> last_values;
  for (std::size_t i = 0; i < load.clients; ++i) {
    Map last;
    for_each_request(
        load, i, [](std::size_t) {}, [&](std::size_t key, std::size_t value) { last[key] = value; });
    for (auto [key, value] : last) last_values[key].push_back(value);
  }
  require(map.size() == load.entries, "the dictionary has lost or gained a key");
  for (auto [key, value] : map) {
    const auto written = last_values.find(key);
    if (written == last_values.end()) {
      require(value == key, "a value changed that nobody wrote");
    } else {
      require(std::ranges::count(written->second, value) > 0, "a key does not have the last value written");
    }
  }
}

Outcome play(Load load) {
  Stopwatch watch;
  Crew crew;
  const auto dictionary = crew.start<Dictionary>(load.entries);
  const double filling = watch.nanoseconds();
  for (std::size_t i = 0; i < load.clients; ++i) crew.spawn(client, dictionary, load, i, self());
  for (std::size_t i = 0; i < load.clients; ++i) crew.receive<Finished>();
  const Map map = dictionary.call(Dictionary::Close{}, detail::forever);
  crew.await_ends();
  const double time = watch.nanoseconds();
  check(map, load);
  return Outcome{load.requests * load.clients, time, {{"filling_ms", filling * 1e-6}}};
}

}  // namespace

Outcome concurrent_dictionary(Runtime& runtime, const Parameters& parameters) {
  const Load load{parameters.count, parameters.processes, parameters.size("write_percent"),
                  parameters.size("entries"), parameters.size("seed")};
  needs(load.entries > 0, "concurrent_dictionary: --set entries=1 or more");
  needs(load.write_percent <= 100, "concurrent_dictionary: --set write_percent=100 at most");
  return runtime.run(play, load);
}

}  // namespace throng_bench
