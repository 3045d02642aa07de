// facility_location: customers come one by one and go down a tree of quadrants; one whose customers have too
// far to go opens a facility and becomes four. What it stresses is a tree that grows with what it is sent,
// and news that go up and across it beside the customers.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "common.hpp"
#include "list.hpp"

namespace throng_bench {

using namespace throng;

namespace {

struct Point {
  double x;
  double y;
};
double distance(Point a, Point b) { return std::hypot(a.x - b.x, a.y - b.y); }

struct Box {
  Point low;
  Point high;
  Point middle() const { return {(low.x + high.x) / 2, (low.y + high.y) / 2}; }
  bool contains(Point p) const { return low.x <= p.x && p.x < high.x && low.y <= p.y && p.y < high.y; }
};

// A box is cut into four, numbered so that 3 - n is diagonally opposite of n.
std::size_t part_of(Point point, Point middle) {
  return (point.x < middle.x ? 0u : 1u) + (point.y < middle.y ? 0u : 2u);
}
Box part(const Box& box, std::size_t number) {
  const Point middle = box.middle();
  const bool right = number % 2 == 1, upper = number >= 2;
  return {{right ? middle.x : box.low.x, upper ? middle.y : box.low.y},
          {right ? box.high.x : middle.x, upper ? box.high.y : middle.y}};
}

struct Customer {
  Point point;
};
struct Next {};  // to the producer: the root has seen the last customer
struct OpenedBelow {
  std::size_t child;
  Point facility;
};
struct OpenedNearby {
  Point facility;
};
struct Finish {};
// What is in a quadrant and below it.
struct Finished {
  std::size_t open = 0;
  std::size_t closed = 0;
  std::size_t customers = 0;
  std::size_t strayed = 0;   // customers that are not where they belong
  std::uint64_t digest = 0;  // of all customers
};

std::uint64_t digest_of(Point point) {
  return std::bit_cast<std::uint64_t>(point.x) * 3 + std::bit_cast<std::uint64_t>(point.y);
}

struct Quadrant {
  Pid parent;
  std::size_t number;  // among the parent's four
  Box box;
  double threshold;
  std::vector<Point> facilities;  // that are known here; with its own, as if it were open
  std::optional<Pid> producer{};  // for the root
  std::vector<Point> customers{};
  double cost = 0;
  std::vector<Pid> children{};  // four, if it is open
  int unfinished = 4;
  Finished finished{};
};

void add_customer(Quadrant& quadrant, Point point) {
  double nearest = std::numeric_limits<double>::max();
  for (Point facility : quadrant.facilities) nearest = std::min(nearest, distance(facility, point));
  quadrant.customers.push_back(point);
  quadrant.cost += nearest;
}

void take_customer(Quadrant& quadrant, Customer customer);
void take_news_from_below(Quadrant& quadrant, OpenedBelow opened);
void take_news(Quadrant& quadrant, OpenedNearby opened);
void finish(Quadrant& quadrant, Finish);
void take_result(Quadrant& quadrant, Finished finished);

Pid spawn_quadrant(Quadrant quadrant) {
  return spawn_link(
      [](Quadrant made) {
        made.facilities.push_back(made.box.middle());
        for (Point point : std::exchange(made.customers, {})) add_customer(made, point);
        return rest(std::move(made), take_customer, take_news_from_below, take_news, finish, take_result);
      },
      std::move(quadrant));
}

void open(Quadrant& quadrant) {
  const Point middle = quadrant.box.middle();
  if (!quadrant.producer) send(quadrant.parent, OpenedBelow{quadrant.number, middle});
  std::array<std::vector<Point>, 4> customers;
  for (Point point : std::exchange(quadrant.customers, {}))
    customers[part_of(point, middle)].push_back(point);
  for (std::size_t i = 0; i < 4; ++i)
    quadrant.children.push_back(spawn_quadrant({.parent = self(),
                                                .number = i,
                                                .box = part(quadrant.box, i),
                                                .threshold = quadrant.threshold,
                                                .facilities = quadrant.facilities,
                                                .customers = std::move(customers[i])}));
}

void take_customer(Quadrant& quadrant, Customer customer) {
  if (!quadrant.children.empty()) {
    send(quadrant.children[part_of(customer.point, quadrant.box.middle())], customer);
  } else {
    add_customer(quadrant, customer.point);
    if (quadrant.cost > quadrant.threshold) open(quadrant);
  }
  if (quadrant.producer) send(*quadrant.producer, Next{});
}

void take_news_from_below(Quadrant& quadrant, OpenedBelow opened) {
  quadrant.facilities.push_back(opened.facility);
  if (!quadrant.producer) send(quadrant.parent, OpenedBelow{quadrant.number, opened.facility});
  send(quadrant.children[3 - opened.child], OpenedNearby{opened.facility});
}

void take_news(Quadrant& quadrant, OpenedNearby opened) {
  quadrant.facilities.push_back(opened.facility);
  for (Pid child : quadrant.children) send(child, opened);
}

void finish(Quadrant& quadrant, Finish) {
  if (!quadrant.children.empty()) {
    for (Pid child : quadrant.children) send(child, Finish{});
    return;
  }
  Finished finished{.closed = 1, .customers = quadrant.customers.size()};
  for (Point point : quadrant.customers) {
    finished.digest += digest_of(point);
    finished.strayed += quadrant.box.contains(point) ? 0 : 1;
  }
  send(quadrant.parent, finished);
  exit(ExitReason::normal);
}

void take_result(Quadrant& quadrant, Finished finished) {
  quadrant.finished.open += finished.open;
  quadrant.finished.closed += finished.closed;
  quadrant.finished.customers += finished.customers;
  quadrant.finished.strayed += finished.strayed;
  quadrant.finished.digest += finished.digest;
  if (--quadrant.unfinished > 0) return;
  ++quadrant.finished.open;
  send(quadrant.parent, quadrant.finished);
  exit(ExitReason::normal);
}

Outcome locate(const Parameters& parameters) {
  const double side = parameters["grid"];
  const double threshold = parameters["alpha"] * std::sqrt(2.0) * side;
  Random random{parameters.size("seed")};
  std::uint64_t digest = 0;
  Stopwatch watch;
  Pid root = spawn_quadrant({.parent = self(),
                             .number = 0,
                             .box = {{0, 0}, {side, side}},
                             .threshold = threshold,
                             .facilities = {},
                             .producer = self()});
  for (std::size_t i = 0; i < parameters.count; ++i) {
    Point point{};
    point.x = random.unit() * side;
    point.y = random.unit() * side;
    digest += digest_of(point);
    send(root, Customer{point});
    receive<Next>();
  }
  send(root, Finish{});
  const Finished finished = receive<Finished>();
  Outcome outcome = outcome_of(parameters.count, watch);
  require(finished.customers == parameters.count && finished.digest == digest,
          "a customer got lost or changed");
  require(finished.strayed == 0, "a customer is in the wrong quadrant");
  require(finished.closed == 3 * finished.open + 1, "a quadrant is neither closed nor cut into four");
  outcome.extra["facilities"] = static_cast<double>(finished.open);
  return outcome;
}

}  // namespace

Outcome facility_location(Runtime& runtime, const Parameters& parameters) {
  needs(parameters["grid"] > 0 && parameters["alpha"] > 0,
        "facility_location needs a grid and an alpha above 0");
  return runtime.run(locate, parameters);
}

}  // namespace throng_bench
