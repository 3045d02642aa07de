// 4. Taking messages out of turn. A receive looks from the oldest message on and takes the first that any
// clause accepts; the others stay where they are, in order, for a later receive.
#include <cassert>
#include <cstdio>
#include <string>
#include <throng/throng.hpp>

using namespace throng;

struct Order {
  int table;
  std::string dish;
};
struct Fire {};

int main() {
  return run([] {
    spawn(
        [](Pid cook) {
          send(cook, Order{1, "soup"});
          send(cook, Order{2, "fish"});
          send(cook, Order{1, "bread"});
          send(cook, Fire{});
        },
        self());

    // By type: three orders are older, the alarm is taken first.
    receive<Fire>();

    // By value: a guard looks at each candidate and leaves it untouched.
    auto for_table_2 = [](const Order& order) { return order.table == 2; };
    auto second = receive(when(for_table_2, [](Order order) { return order.dish; }));
    assert(second == "fish");

    // What was passed over is still there, in the order it came.
    assert(receive<Order>().dish == "soup");
    assert(receive<Order>().dish == "bread");

    // Waiting has an end where you say so. Zero looks once and never waits.
    bool anything = receive([](const Order&) { return true; }, after(0ms, [] { return false; }));
    assert(!anything);
    assert(!receive<Order>(5ms));

    // Messages that no clause fits do not push the time-out away.
    send(self(), Fire{});
    bool came = receive([](const Order&) { return true; }, after(5ms, [] { return false; }));
    assert(!came);
    static_cast<void>(anything);
    static_cast<void>(came);
    std::puts("served");
  });
}
