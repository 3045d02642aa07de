// Where a thread is, asked from another one: by a signal whose handler writes down the return addresses.
#pragma once

#include <pthread.h>
#include <signal.h>

#include <atomic>
#include <string>
#include <vector>

namespace throng::detail {

// One for each thread that may be asked; it lives as long as that may be, since an answer may come late.
class StackCapture {
 public:
  StackCapture() = default;
  StackCapture(const StackCapture&) = delete;
  StackCapture& operator=(const StackCapture&) = delete;

  // Installs the handler, which passes on what is not ours to the one before it. Thread: any; once is enough.
  static void prepare() noexcept;

  // Lets the signal in, on a stack of its own if there is none yet. Thread: the one that may be asked.
  void attach();
  void detach() noexcept;

  // Waits a few milliseconds for an answer; empty: there was none. Thread: one at a time.
  std::vector<std::string> ask();

 private:
  static constexpr int most = 48;
  enum class State : int { idle, asked, answered };

  static void on_signal(int number, siginfo_t* info, void* context);

  // Protocol: asked: stored release by who asks, who then leaves the frames alone until answered. answered:
  // stored release by the handler when they are written, loaded acquire. Who gives up leaves it asked, and
  // asks no more until the answer is there.
  std::atomic<State> state_{State::idle};
  void* frames_[most] = {};  // see state_
  int count_ = 0;            // see state_
  pthread_t thread_ = {};
  bool is_attached_ = false;
  std::vector<char> signal_stack_;
};

}  // namespace throng::detail
