// Servers and supervisors: a class becomes a process, its protocol is checked, a crash is somebody's
// business.
#include <throng/throng.hpp>

#include <cassert>
#include <stdexcept>
#include <string>

using namespace throng;

// A server is a class. What may be sent to it stands in its Protocol: a message with a Reply is a call.
class Till {
 public:
  struct Pay {
    int cents;
  };
  struct Balance {
    using Reply = int;
  };
  struct Drop {};
  using Protocol = Messages<Pay, Balance, Drop>;

  explicit Till(int float_cents) : cents_(float_cents) {}

  void handle_cast(Pay pay) { cents_ += pay.cents; }
  int handle_call(Balance) { return cents_; }
  void handle_cast(Drop) { throw std::runtime_error("the till fell from the counter"); }

 private:
  int cents_;
};

// A name survives restarts.
inline constexpr ServerName<Till> till{"till"};

int main() {
  return run([] {
    supervisor::start_link({
        .strategy = Strategy::one_for_one,
        .intensity = {.restarts = 3, .within = 10s},
        .children = {supervisor::child<Till>("till", 100).named(till)},
    });

    till.cast(Till::Pay{250});
    assert(till.call(Till::Balance{}) == 350);

    // It crashes: its state is lost, its name is not. Callers in between fail with a reason and can try
    // again.
    Monitor watch = monitor(*till.whereis());
    till.cast(Till::Drop{});
    receive(when([watch](const Down& down) { return down.monitor == watch; }, [](Down) {}));
    auto balance = till.try_call(Till::Balance{});
    while (!balance) {
      sleep(1ms);
      balance = till.try_call(Till::Balance{});
    }
    assert(*balance == 100);

    // Nobody listens under another name; the failure is a value.
    ServerName<Till> other{std::string("another till")};
    auto nobody = other.try_call(Till::Balance{});
    assert(!nobody && nobody.error().reason == ExitReason::noproc);
  });
}
