// How a litmus test of the explorer is judged: shared by the two halves of its own tests.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <throng/base/spin_lock.hpp>
#include <throng_model/explore.hpp>

namespace throng_model_test {

using throng::detail::Atomic;
using throng::detail::SpinLock;
using throng_model::block_until;
using throng_model::check;
using throng_model::choose;
using throng_model::describe;
using throng_model::Execution;
using throng_model::explore;
using throng_model::Options;
using throng_model::Order;
using throng_model::Parker;
using throng_model::Plain;
using throng_model::replay;
using throng_model::Result;
using throng_model::Setup;

constexpr Order relaxed = std::memory_order_relaxed;  // relaxed: a parameter of the litmus tests below
constexpr Order acquire = std::memory_order_acquire;  // pairs: release below, as each litmus test says
constexpr Order release = std::memory_order_release;  // pairs: acquire above
constexpr Order acq_rel = std::memory_order_acq_rel;  // pairs: itself, in read-modify-writes
constexpr Order seq_cst = std::memory_order_seq_cst;  // pairs: itself, in the order of all seq_cst operations

constexpr int unbounded = -1;
inline constexpr Options stale{.preemption_bound = unbounded, .stale_loads = true};
inline constexpr Options interleavings{.preemption_bound = unbounded};

inline void passes_exhaustively(const std::string& name, const Options& options, const Setup& setup) {
  Result result = explore(options, setup);
  CHECK_MESSAGE(!result.failed, describe(result));
  CHECK(result.exhausted);
  MESSAGE(name << ": " << result.executions << " executions" << (result.exhausted ? ", exhausted" : ""));
}

// Fails with this sentence, and again when replayed.
inline Result fails(const Options& options, const Setup& setup, const std::string& sentence) {
  Result result = explore(options, setup);
  INFO(describe(result));
  CHECK(result.failed);
  CHECK(result.sentence.find(sentence) != std::string::npos);
  CHECK_FALSE(result.trace.empty());
  Result again = replay(result.schedule, setup);
  CHECK(again.failed);
  CHECK(again.sentence == result.sentence);
  CHECK(again.schedule == result.schedule);
  CHECK(again.trace.size() == result.trace.size());  // not the lines: they may hold addresses
  return result;
}

// Two threads count up; `add` is how.
template <class Add>
Setup counter(Add add) {
  return [add](Execution& e) {
    auto count = std::make_shared<Atomic<int>>(0);
    for (int i = 0; i < 2; ++i) {
      e.thread([count, add] {
        add(*count);
        add(*count);
      });
    }
    e.at_end([count] { check(count->load() == 4, "no increment is lost"); });
  };
}

}  // namespace throng_model_test
