// filter_bank: a signal goes through several channels, each a chain of delays and filters, and is put
// together again. What it stresses is a graph of processes with few of them busy, and arithmetic on arrays.
//
//   source -> branches -> each channel: delay -> filter -> sampler -> delay -> filter -> integrator -> sink
#include <cmath>
#include <deque>
#include <numeric>
#include <utility>

#include "common.hpp"
#include "list.hpp"

namespace throng_bench {

using namespace throng;

namespace {

using Samples = std::vector<double>;

// What each stage passes on; the last one's are tagged with their channel.
struct Sample {
  double value;
};
struct Tagged {
  std::size_t channel;
  double value;
};
struct End {};
struct More {
  Pid source;
};

struct Branches {
  std::vector<Pid> channels;
};
struct Delay {
  Pid next;
  Samples line;
  std::size_t position = 0;
};
struct Filter {
  Pid next;
  Samples coefficients;  // the one of the oldest sample first
  Samples window{};
  std::size_t position = 0;  // of the oldest sample, once the window is full
};
struct Sampler {
  Pid next;
  std::size_t rate;
  std::size_t count = 0;
};
struct Tagger {
  Pid next;
  std::size_t channel;
};
struct Integrator {
  Pid sink;
  std::vector<std::deque<double>> channels;
  std::size_t ended = 0;
};

template <class Stage>
void end(Stage& stage, End) {
  send(stage.next, End{});
  exit(ExitReason::normal);
}

void pass_to_all(Branches& branches, Sample sample) {
  for (Pid channel : branches.channels) send(channel, sample);
}
void end_branches(Branches& branches, End) {
  for (Pid channel : branches.channels) send(channel, End{});
  exit(ExitReason::normal);
}

void pass_delayed(Delay& delay, Sample sample) {
  send(delay.next, Sample{std::exchange(delay.line[delay.position], sample.value)});
  delay.position = (delay.position + 1) % delay.line.size();
}

void pass_filtered(Filter& filter, Sample sample) {
  const std::size_t length = filter.coefficients.size();
  if (filter.window.size() < length) {
    filter.window.push_back(sample.value);
    if (filter.window.size() < length) return;
  } else {
    filter.window[filter.position] = sample.value;
    filter.position = (filter.position + 1) % length;
  }
  const auto oldest = filter.window.begin() + static_cast<std::ptrdiff_t>(filter.position);
  const auto newest_part = filter.coefficients.begin() + (filter.window.end() - oldest);
  double sum = std::inner_product(oldest, filter.window.end(), filter.coefficients.begin(), 0.0);
  sum = std::inner_product(filter.window.begin(), oldest, newest_part, sum);
  send(filter.next, Sample{sum});
}

void pass_some(Sampler& sampler, Sample sample) {
  send(sampler.next, sampler.count == 0 ? sample : Sample{0});
  sampler.count = (sampler.count + 1) % sampler.rate;
}

void pass_tagged(Tagger& tagger, Sample sample) { send(tagger.next, Tagged{tagger.channel, sample.value}); }

void integrate(Integrator& integrator, Tagged sample) {
  integrator.channels[sample.channel].push_back(sample.value);
  for (const auto& channel : integrator.channels)
    if (channel.empty()) return;
  double sum = 0;
  for (auto& channel : integrator.channels) {
    sum += channel.front();
    channel.pop_front();
  }
  send(integrator.sink, Sample{sum});
}
void end_integrator(Integrator& integrator, End) {
  if (++integrator.ended < integrator.channels.size()) return;
  send(integrator.sink, End{});
  exit(ExitReason::normal);
}

// The coefficients of a channel's two filters, that of the newest sample first.
double first_coefficient(std::size_t channel, std::size_t i, std::size_t columns, std::size_t channels) {
  return static_cast<double>(i * columns + channel * channels + 2 * channel + i + 1);
}
double second_coefficient(std::size_t channel, std::size_t i) {
  return static_cast<double>(i * channel + channel * channel + channel + i);
}

constexpr std::size_t signal_period = 1000;
double signal_at(std::size_t time) { return static_cast<double>(time % signal_period); }

Pid spawn_channel(std::size_t channel, std::size_t columns, std::size_t channels, Pid integrator) {
  Samples first(columns), second(columns);
  for (std::size_t i = 0; i < columns; ++i) {
    first[columns - 1 - i] = first_coefficient(channel, i, columns, channels);
    second[columns - 1 - i] = second_coefficient(channel, i);
  }
  auto spawn_delay = [](Pid next, std::size_t length) {
    return spawn([](Delay made) { return rest(std::move(made), pass_delayed, end<Delay>); },
                 Delay{next, Samples(length)});
  };
  auto spawn_filter = [](Pid next, Samples coefficients) {
    return spawn([](Filter made) { return rest(std::move(made), pass_filtered, end<Filter>); },
                 Filter{next, std::move(coefficients)});
  };
  Pid next =
      spawn([](Tagger made) { return rest(made, pass_tagged, end<Tagger>); }, Tagger{integrator, channel});
  next = spawn_delay(spawn_filter(next, std::move(second)), columns - 1);
  next = spawn([](Sampler made) { return rest(made, pass_some, end<Sampler>); }, Sampler{next, columns});
  return spawn_delay(spawn_filter(next, std::move(first)), columns - 1);
}

// Sends a sample for each time it is asked, so that it is never far ahead of whoever asks.
void source(Pid producer, Pid branches, std::size_t samples) {
  for (std::size_t time = 0; time < samples; ++time) {
    receive<More>();
    send(branches, Sample{signal_at(time)});
    send(producer, More{self()});
  }
  send(branches, End{});
}

void produce(Pid branches, std::size_t samples) {
  Pid asked = spawn_link(source, self(), branches, samples);
  for (std::size_t i = 0; i < samples; ++i) {
    send(asked, More{self()});
    receive<More>();
  }
}

// The sampler lets one value of a window's length through, so a second filter sees one value and zeros: a sum
// is that value, the first filter's of a moment that is a multiple of the length, times one coefficient.
Samples expected_sums(std::size_t count, std::size_t columns, std::size_t channels) {
  Samples sums(count);
  for (std::size_t channel = 0; channel < channels; ++channel) {
    for (std::size_t sampled = 0; sampled < count; sampled += columns) {
      double value = 0;
      for (std::size_t i = 0; i < columns && i <= sampled; ++i)
        value += first_coefficient(channel, i, columns, channels) * signal_at(sampled - i);
      for (std::size_t i = 0; i < columns && sampled + i < count; ++i)
        sums[sampled + i] += value * second_coefficient(channel, i);
    }
  }
  return sums;
}

void check(const Samples& sums, const Samples& expected) {
  require(sums.size() == expected.size(), "the sink got too few or too many sums");
  for (std::size_t i = 0; i < sums.size(); ++i)
    require(std::abs(sums[i] - expected[i]) <= 1e-9 * std::abs(expected[i]),
            "a sum of the channels is wrong");
}

Outcome filter_signal(const Parameters& parameters) {
  const std::size_t samples = parameters.count, channels = parameters.size("channels");
  const std::size_t columns = parameters.size("columns");
  Stopwatch watch;
  Pid integrator =
      spawn_link([](Integrator made) { return rest(std::move(made), integrate, end_integrator); },
                 Integrator{self(), std::vector<std::deque<double>>(channels)});
  Branches branches;
  for (std::size_t i = 0; i < channels; ++i)
    branches.channels.push_back(spawn_channel(i, columns, channels, integrator));
  Pid first = spawn_link([](Branches made) { return rest(std::move(made), pass_to_all, end_branches); },
                         std::move(branches));
  spawn_link(produce, first, samples);
  Samples sums;
  for (bool more = true; more;)
    receive([&](Sample sum) { sums.push_back(sum.value); }, [&](End) { more = false; });
  Outcome outcome = outcome_of(samples, watch);

  const std::size_t lead = 2 * (columns - 1);  // samples that fill both filters
  check(sums, expected_sums(samples > lead ? samples - lead : 0, columns, channels));
  outcome.extra["sums"] = static_cast<double>(sums.size());
  return outcome;
}

}  // namespace

Outcome filter_bank(Runtime& runtime, const Parameters& parameters) {
  needs(parameters.size("columns") >= 2 && parameters.size("channels") > 0,
        "filter_bank needs 2 columns or more, and a channel");
  return runtime.run(filter_signal, parameters);
}

}  // namespace throng_bench
