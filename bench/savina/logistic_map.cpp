// logistic_map: series of x' = rate x (1 - x). A process has the series and must ask a server of its own for
// each next term, so it blocks in the middle of a message while more of them wait.
#include "common.hpp"
#include "list.hpp"

namespace throng_bench {

using namespace throng;

namespace {

double next_term(double term, double rate) { return rate * term * (1 - term); }

class RateComputer {
 public:
  struct Compute {
    using Reply = double;
    double term;
  };
  using Protocol = Messages<Compute>;
  explicit RateComputer(double rate) : rate_(rate) {}
  double handle_call(Compute compute) { return next_term(compute.term, rate_); }

 private:
  double rate_;
};

struct NextTerm {};
struct GetTerm {};
struct Term {
  std::size_t index;
  double value;
};

struct Series {
  ServerRef<RateComputer> computer;
  Pid whom_to_tell;
  Term term;
};

void go_on(Series& series, NextTerm) {
  series.term.value = series.computer.call(RateComputer::Compute{series.term.value}, detail::forever);
}

void end(Series& series, GetTerm) {
  send(series.whom_to_tell, series.term);
  exit(ExitReason::normal);
}

auto series(ServerRef<RateComputer> computer, Pid whom_to_tell, Term first) {
  return rest(Series{computer, whom_to_tell, first}, go_on, end);
}

struct Load {
  std::size_t terms, series;
  double rate, increment;

  double rate_of(std::size_t index) const { return rate + static_cast<double>(index) * increment; }
  double first_of(std::size_t index) const { return static_cast<double>(index) * increment; }
};

// The same operations in the same order: not near, but equal.
void check(const std::vector<double>& last_terms, const Load& load) {
  for (std::size_t i = 0; i < load.series; ++i) {
    double term = load.first_of(i);
    for (std::size_t step = 0; step < load.terms; ++step) term = next_term(term, load.rate_of(i));
    require(last_terms[i] == term, "a series has another last term");
  }
}

Outcome play(Load load) {
  Stopwatch watch;
  Crew crew;
  std::vector<ServerRef<RateComputer>> computers;
  std::vector<Pid> pids;
  for (std::size_t i = 0; i < load.series; ++i) {
    computers.push_back(crew.start<RateComputer>(load.rate_of(i)));
    pids.push_back(crew.spawn(series, computers.back(), self(), Term{i, load.first_of(i)}));
  }
  for (std::size_t i = 0; i < load.terms; ++i)
    for (Pid pid : pids) send(pid, NextTerm{});
  for (Pid pid : pids) send(pid, GetTerm{});
  std::vector<double> last_terms(load.series, -1);
  for (std::size_t i = 0; i < load.series; ++i) {
    const Term term = crew.receive<Term>();
    last_terms[term.index] = term.value;
  }
  for (const auto& computer : computers) gen_server::stop(computer);
  crew.await_ends();
  const double time = watch.nanoseconds();
  check(last_terms, load);
  return Outcome{load.terms * load.series, time, {}};
}

}  // namespace

Outcome logistic_map(Runtime& runtime, const Parameters& parameters) {
  const Load load{parameters.count, parameters.processes, parameters["rate"], parameters["increment"]};
  needs(load.rate > 0 && load.rate_of(load.series) <= 4,
        "logistic_map: the rates, rate + processes * increment at most, are between 0 and 4");
  return runtime.run(play, load);
}

}  // namespace throng_bench
