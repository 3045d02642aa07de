// sleeping_barber: customers, each a process, come to a waiting room of some places; a barber serves one
// after another. Who finds the room full is sent there again at once.
#include <algorithm>
#include <deque>

#include "common.hpp"
#include "list.hpp"

namespace throng_bench {

using namespace throng;

namespace {

struct Enter {
  Pid customer;
};
struct Full {};
struct Wait {};
struct Sit {
  Pid customer;
  Pid room;
};
struct Next {};
struct Begin {};
struct Done {};
struct Returned {
  Pid customer;
};
struct Served {};
struct Close {};

struct RoomReport {
  std::size_t peak;
};
struct BarberReport {
  std::size_t haircuts;
  std::uint64_t work;
};
struct FactoryReport {
  std::size_t attempts;
  std::uint64_t work;
};

struct Room {
  Pid barber;
  Pid whom_to_tell;
  std::size_t places;
  std::deque<Pid> waiting;
  bool barber_sleeps = true;
  std::size_t peak = 0;
};

void enter(Room& room, Enter enter) {
  if (room.waiting.size() == room.places) {
    send(enter.customer, Full{});
    return;
  }
  room.waiting.push_back(enter.customer);
  room.peak = std::max(room.peak, room.waiting.size());
  if (room.barber_sleeps) {
    room.barber_sleeps = false;
    send(self(), Next{});
  } else {
    send(enter.customer, Wait{});
  }
}

void call_next(Room& room, Next) {
  if (room.waiting.empty()) {
    room.barber_sleeps = true;
    send(room.barber, Wait{});
    return;
  }
  send(room.barber, Sit{room.waiting.front(), self()});
  room.waiting.pop_front();
}

void close_room(Room& room, Close) {
  send(room.barber, Close{});
  send(room.whom_to_tell, RoomReport{room.peak});
  exit(ExitReason::normal);
}

auto room(Pid barber, Pid whom_to_tell, std::size_t places) {
  return rest(Room{barber, whom_to_tell, places, {}}, enter, call_next, close_room);
}

// Being busy for as long as the numbers say, up to `limit` and ten steps. The sum shows that it was done.
std::uint64_t be_busy(Random& random, std::size_t limit) { return random.sum(random.below(limit) + 10); }

struct Barber {
  Pid whom_to_tell;
  Random random;
  std::size_t limit;
  BarberReport report = {0, 0};
};

void cut(Barber& barber, Sit sit) {
  send(sit.customer, Begin{});
  barber.report.work += be_busy(barber.random, barber.limit);
  ++barber.report.haircuts;
  send(sit.customer, Done{});
  send(sit.room, Next{});
}

void close_barber(Barber& barber, Close) {
  send(barber.whom_to_tell, barber.report);
  exit(ExitReason::normal);
}

void sleep_on(Barber&, Wait) {}

auto barber(Pid whom_to_tell, Random random, std::size_t limit) {
  return rest(Barber{whom_to_tell, random, limit}, cut, sleep_on, close_barber);
}

void leave(Pid& factory, Full) { send(factory, Returned{self()}); }
void wait(Pid&, Wait) {}
void sit_down(Pid&, Begin) {}
void go_home(Pid& factory, Done) {
  send(factory, Served{});
  exit(ExitReason::normal);
}

auto customer(Pid factory) { return rest(factory, leave, wait, sit_down, go_home); }

// Makes the customers, and sends those back who could not enter.
void factory(Pid room, std::size_t haircuts, Random random, std::size_t limit, Pid whom_to_tell) {
  Crew crew;
  FactoryReport report{0, 0};
  const auto send_in = [&](Pid customer) {
    ++report.attempts;
    send(room, Enter{customer});
  };
  for (std::size_t i = 0; i < haircuts; ++i) {
    send_in(crew.spawn(customer, self()));
    report.work += be_busy(random, limit);
  }
  for (std::size_t served = 0; served < haircuts;)
    crew.take([&](Returned returned) { send_in(returned.customer); }, [&](Served) { ++served; });
  crew.await_ends();
  send(room, Close{});
  send(whom_to_tell, report);
}

// What somebody who was busy that often should have as the sum.
std::uint64_t work_of(Random random, std::size_t times, std::size_t limit) {
  std::uint64_t work = 0;
  for (; times > 0; --times) work += be_busy(random, limit);
  return work;
}

struct Load {
  std::size_t haircuts, places, production, haircut;
  std::uint64_t seed;
};

Outcome play(Load load) {
  const Random of_barber{load.seed}, of_factory{load.seed + 1};
  Stopwatch watch;
  Crew crew;
  const Pid chair = crew.spawn(barber, self(), of_barber, load.haircut);
  const Pid door = crew.spawn(room, chair, self(), load.places);
  crew.spawn(factory, door, load.haircuts, of_factory, load.production, self());
  const auto made = crew.receive<FactoryReport>();
  const auto seen = crew.receive<RoomReport>();
  const auto done = crew.receive<BarberReport>();
  crew.await_ends();
  const double time = watch.nanoseconds();
  require(done.haircuts == load.haircuts, "a customer is missing or was served twice");
  require(seen.peak <= load.places, "more customers waited than there are places");
  require(made.attempts >= load.haircuts, "a customer was served without having come");
  require(done.work == work_of(of_barber, load.haircuts, load.haircut), "the barber did other work");
  require(made.work == work_of(of_factory, load.haircuts, load.production), "the factory did other work");
  return Outcome{
      load.haircuts,
      time,
      {{"attempts", static_cast<double>(made.attempts)}, {"peak", static_cast<double>(seen.peak)}}};
}

}  // namespace

Outcome sleeping_barber(Runtime& runtime, const Parameters& parameters) {
  const Load load{parameters.count, parameters.size("places"), parameters.size("production"),
                  parameters.size("haircut"), parameters.size("seed")};
  needs(load.places > 0, "sleeping_barber: --set places=1 or more");
  needs(load.production > 0 && load.haircut > 0, "sleeping_barber: --set production and haircut=1 or more");
  return runtime.run(play, load);
}

}  // namespace throng_bench
