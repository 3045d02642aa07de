// REG-1: keys of a registry as names of servers.
#include "semantics/support.hpp"

using namespace semantics;

namespace {

class Game {
 public:
  struct Move {
    using Reply = int;
    int by;
  };
  struct Crash {};
  using Protocol = Messages<Move, Crash>;

  explicit Game(int start) : position_(start) {}
  int handle_call(Move move) { return position_ += move.by; }
  void handle_cast(Crash) { throw std::runtime_error("crashed"); }

 private:
  int position_;
};

using Games = registry::Directory<int, std::string>;

}  // namespace

TEST_CASE("REG-1: a server starts under a key, is called by it, and keeps the name until it ends") {
  Runtime runtime(quiet(1));
  auto [answer, value, already, none, free] = runtime.run([] {
    Games games = registry::start_link<int, std::string>({.name = "games"});
    auto server = gen_server::start<Game>(StartOptions{.name = games.name_for(7, "chess")}, 10);
    ServerName<Game> name = games.via<Game>(7);
    int position = name.call(Game::Move{5});
    auto second = gen_server::try_start<Game>(StartOptions{.name = games.name_for(7)}, 0);
    bool refused = !second && second.error().already_started == server.pid();
    auto unknown = games.via<Game>(8).try_call(Game::Move{1});
    bool noproc = !unknown && unknown.error().reason == ExitReason::noproc;
    Monitor watch = monitor(server.pid());
    name.cast(Game::Crash{});
    expect_down(watch);
    return std::tuple{position, games.lookup(7).empty() ? "" : "still there", refused, noproc,
                      gen_server::try_start<Game>(StartOptions{.name = games.name_for(7)}, 0).has_value()};
  });
  CHECK(answer == 15);
  CHECK(std::string(value).empty());
  CHECK(already);
  CHECK(none);
  CHECK(free);
}

TEST_CASE("REG-1: the value of a name is the entry's; the name travels") {
  Runtime runtime(quiet(1));
  auto [value, moved] = runtime.run([] {
    Games games = registry::start_link<int, std::string>();
    gen_server::start<Game>(StartOptions{.name = games.name_for(1, "go")}, 0);
    spawn([](ServerName<Game> name, Pid parent) { send(parent, Number{name.call(Game::Move{3})}); },
          games.via<Game>(1), self());
    return std::pair{games.lookup(1).front().value, expect<Number>().value};
  });
  CHECK(value == "go");
  CHECK(moved == 3);
}

TEST_CASE("REG-1: names need unique keys and a registry that runs") {
  Runtime runtime(quiet(1));
  auto [duplicate, stopped, nobody, clean] = runtime.run([] {
    Games many = registry::start_link<int, std::string>({.name = "many", .keys = registry::Keys::duplicate});
    auto first = gen_server::try_start_link<Game>(StartOptions{.name = many.name_for(1)}, 0);
    Games later("later");
    auto second = gen_server::try_start_link<Game>(StartOptions{.name = later.name_for(1)}, 0);
    return std::tuple{first ? "" : first.error().reason.text(), second ? "" : second.error().reason.text(),
                      later.via<Game>(1).whereis().has_value(), many.count() == 0};
  });
  CHECK(duplicate.find("has duplicate keys, and a name has one process") != std::string::npos);
  CHECK(stopped.find("the registry \"later\" does not run") != std::string::npos);
  CHECK_FALSE(nobody);
  CHECK(clean);
}

TEST_CASE("REG-1: of many that start under one key one does, the others are told its pid") {
  on_one_and_two_workers([](Runtime& runtime) {
    int wrong = runtime.run([] {
      Games games = registry::start_link<int, std::string>();
      int unexpected = 0;
      for (int round = 0; round < 50; ++round) {
        for (int i = 0; i < 6; ++i) {
          spawn(
              [](Games in, int key, Pid parent) {
                auto started = gen_server::try_start<Game>(StartOptions{.name = in.name_for(key)}, 0);
                send(parent,
                     started ? Hello{started->pid()} : Hello{started.error().already_started.value()});
              },
              games, round, self());
        }
        Pid first = expect<Hello>().from;
        for (int i = 1; i < 6; ++i) unexpected += expect<Hello>().from == first ? 0 : 1;
        gen_server::stop(games.via<Game>(round));
        if (games.whereis(round)) ++unexpected;
      }
      return unexpected;
    });
    CHECK(wrong == 0);
  });
}
