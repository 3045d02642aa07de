// expect: compiles
// The control: what the server_*.cpp and child_*.cpp beside it refuse, done right.
#include "counter.hpp"

class Patient {
 public:
  struct Ask {
    using Reply = std::string;
  };
  struct Done {};
  using Protocol = throng::Messages<Ask, Done>;
  using Info = throng::Messages<throng::Down>;
  explicit Patient(std::string name) : name_(std::move(name)) {}
  void handle_call(Ask, throng::From<Ask> from) { from.reply("here"); }
  void handle_cast(Done done) { throng::gen_server::continue_with(*this, std::move(done)); }
  void handle_continue(Done) {}
  void handle_info(throng::Down) {}

 private:
  std::string name_;
};

int use(throng::ServerRef<Counter> counter, const throng::ServerName<Patient>& patient) {
  counter.cast(Counter::Add{1});
  auto request = counter.send_request(Counter::Get{});
  throng::supervisor::start_link(
      {.children = {throng::supervisor::child<Patient>("patient", "name"), throng::supervisor::process(
                                                                               "plain", [](int) {}, 1)}});
  return counter.call(Counter::Get{}) + static_cast<int>(patient.call(Patient::Ask{}).size()) +
         throng::receive([](int n) { return n; },
                         throng::when([](const int& n) { return n > 0; }, [](int n) { return n; }));
}
