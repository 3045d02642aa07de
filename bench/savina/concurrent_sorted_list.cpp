// concurrent_sorted_list: one server holds a sorted linked list; clients put in, look up and ask for its
// size. Each request walks the list, so the server is busy and everybody waits.
#include <algorithm>
#include <forward_list>
#include <iterator>

#include "common.hpp"
#include "list.hpp"

namespace throng_bench {

using namespace throng;

namespace {

using Value = std::uint32_t;
using List = std::forward_list<Value>;

class SortedList {
 public:
  struct Insert {
    using Reply = Value;
    Value value;
  };
  struct Contains {
    using Reply = bool;
    Value value;
  };
  struct Size {
    using Reply = std::size_t;
  };
  struct Close {
    using Reply = List;
  };
  using Protocol = Messages<Insert, Contains, Size, Close>;

  Value handle_call(Insert insert) {
    auto before = list_.before_begin();
    for (auto at = list_.begin(); at != list_.end() && *at <= insert.value; ++at) before = at;
    list_.insert_after(before, insert.value);
    return insert.value;
  }
  // To the end if need be, and the size by counting: the walk is the benchmark's work.
  bool handle_call(Contains contains) {
    return std::find(list_.begin(), list_.end(), contains.value) != list_.end();
  }
  std::size_t handle_call(Size) {
    return static_cast<std::size_t>(std::distance(list_.begin(), list_.end()));
  }
  List handle_call(Close) {
    gen_server::stop_after_reply();
    return std::move(list_);
  }

 private:
  List list_;
};

struct Finished {
  std::vector<Value> found;
};

struct Load {
  std::size_t requests, clients, write_percent, size_percent;
  std::uint64_t seed;
};

// What a client asks for follows from the seed alone, so the check can go through it again.
template <class Size, class Insert, class Contains>
void for_each_request(const Load& load, std::size_t client, Size size, Insert insert, Contains contains) {
  Random random{load.seed + client};
  for (std::size_t i = 0; i < load.requests; ++i) {
    const std::size_t dice = random.below(100);
    const auto value = static_cast<Value>(random.next());
    if (dice < load.size_percent) {
      size();
    } else if (dice < load.size_percent + load.write_percent) {
      insert(value);
    } else {
      contains(value);
    }
  }
}

void client(ServerRef<SortedList> list, Load load, std::size_t index, Pid whom_to_tell) {
  std::size_t at_least = 0;  // what the list has held already
  std::size_t mine = 0;
  Finished finished;
  for_each_request(
      load, index,
      [&] {
        const std::size_t size = list.call(SortedList::Size{}, detail::forever);
        require(size >= std::max(at_least, mine), "the list has become shorter");
        at_least = size;
      },
      [&](Value value) {
        require(list.call(SortedList::Insert{value}, detail::forever) == value,
                "an insert was answered with another value");
        ++mine;
      },
      [&](Value value) {
        if (list.call(SortedList::Contains{value}, detail::forever)) finished.found.push_back(value);
      });
  send(whom_to_tell, std::move(finished));
}

void check(const List& list, const Load& load, const std::vector<Value>& found) {
  std::vector<Value> inserted;
  for (std::size_t i = 0; i < load.clients; ++i) {
    for_each_request(
        load, i, [] {}, [&](Value value) { inserted.push_back(value); }, [](Value) {});
  }
  std::ranges::sort(inserted);
  require(std::ranges::equal(list, inserted), "the list is not sorted, or not what was put in");
  for (Value value : found)
    require(std::ranges::binary_search(inserted, value), "a value was found that nobody put in");
}

Outcome play(Load load) {
  Stopwatch watch;
  Crew crew;
  const auto list = crew.start<SortedList>();
  for (std::size_t i = 0; i < load.clients; ++i) crew.spawn(client, list, load, i, self());
  std::vector<Value> found;
  for (std::size_t i = 0; i < load.clients; ++i)
    for (Value value : crew.receive<Finished>().found) found.push_back(value);
  const List values = list.call(SortedList::Close{}, detail::forever);
  crew.await_ends();
  const double time = watch.nanoseconds();
  check(values, load, found);
  return Outcome{load.requests * load.clients, time, {}};
}

}  // namespace

Outcome concurrent_sorted_list(Runtime& runtime, const Parameters& parameters) {
  const Load load{parameters.count, parameters.processes, parameters.size("write_percent"),
                  parameters.size("size_percent"), parameters.size("seed")};
  needs(load.write_percent + load.size_percent <= 100,
        "concurrent_sorted_list: write_percent and size_percent are 100 at most together");
  return runtime.run(play, load);
}

}  // namespace throng_bench
