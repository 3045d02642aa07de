// affinity: who is woken goes to the worker where it ran last, whose caches know it; a thief gets nothing
// while only few wait.
#pragma once

#include <throng/scheduler/policies/fifo.hpp>

namespace throng::policies {

class Affinity final : public Fifo {
 public:
  explicit Affinity(WorkerId here) : here_(here) {}
  std::string_view name() const override { return "affinity"; }
  WorkerId place(Runnable& runnable, Wake wake, WorkerId waker) override {
    const Data& data = runnable.data<Data>();
    return wake == Wake::woken && data.has_run ? WorkerId{data.worker} : waker;
  }
  void running(Runnable& runnable) override { runnable.data<Data>() = {here_.number, true}; }
  std::size_t steal(std::span<Runnable*> out) override { return size() < 4 ? 0 : Fifo::steal(out); }

 private:
  struct Data {
    std::uint32_t worker;
    bool has_run;
  };
  WorkerId here_;
};

}  // namespace throng::policies
