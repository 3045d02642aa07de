#include "stack_capture.hpp"

#include <cxxabi.h>
#include <dlfcn.h>
#include <execinfo.h>
#include <signal.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>

namespace throng::detail {
namespace {

// Ignored where nobody handles it, and used by few. Rejected: a real-time signal, which ends a program whose
// handler is not installed yet.
constexpr int capture_signal = SIGURG;

// What the host had there. Written once, before the handler can run.
struct sigaction& earlier_action() {
  static struct sigaction earlier = {};
  return earlier;
}

std::string name_of(void* address) {
  Dl_info info{};
  // The call, not the place to return to: that may be in the next function.
  void* inside = static_cast<char*>(address) - 1;
  if (dladdr(inside, &info) == 0) return "?";
  if (info.dli_sname != nullptr) {
    int status = 0;
    char* readable = abi::__cxa_demangle(info.dli_sname, nullptr, nullptr, &status);
    std::string name = readable != nullptr ? readable : info.dli_sname;
    std::free(readable);
    return name;
  }
  char offset[32];
  std::snprintf(offset, sizeof(offset), "+%#zx",
                static_cast<std::size_t>(static_cast<char*>(inside) - static_cast<char*>(info.dli_fbase)));
  return std::string(info.dli_fname != nullptr ? info.dli_fname : "?") + offset;
}

}  // namespace

void StackCapture::on_signal(int number, siginfo_t* info, void* context) {
  int error_number = errno;
  auto* capture = info->si_code == SI_QUEUE ? static_cast<StackCapture*>(info->si_value.sival_ptr) : nullptr;
  // pairs: ask()'s release
  if (capture != nullptr && capture->state_.load(std::memory_order_acquire) == State::asked) {
    capture->count_ = backtrace(capture->frames_, most);
    capture->state_.store(State::answered, std::memory_order_release);  // pairs: ask()'s acquire
  } else if (struct sigaction& earlier = earlier_action(); (earlier.sa_flags & SA_SIGINFO) != 0) {
    earlier.sa_sigaction(number, info, context);
  } else if (earlier.sa_handler != SIG_DFL && earlier.sa_handler != SIG_IGN) {
    earlier.sa_handler(number);
  }
  errno = error_number;
}

void StackCapture::prepare() noexcept {
  static std::once_flag once;
  std::call_once(once, [] {
    void* frame = nullptr;
    backtrace(&frame, 1);  // the first call loads a library, which a handler must not
    sigaction(capture_signal, nullptr, &earlier_action());
    struct sigaction action = {};
    action.sa_sigaction = on_signal;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
    sigemptyset(&action.sa_mask);
    sigaction(capture_signal, &action, nullptr);
  });
}

void StackCapture::attach() {
  thread_ = pthread_self();
  is_attached_ = true;
  stack_t present = {};
  if (sigaltstack(nullptr, &present) == 0 &&
      (present.ss_flags & SS_DISABLE) != 0) {  // a sanitizer has its own
    signal_stack_.resize(64 * 1024);
    stack_t own = {};
    own.ss_sp = signal_stack_.data();
    own.ss_size = signal_stack_.size();
    sigaltstack(&own, nullptr);
  }
  sigset_t ours;
  sigemptyset(&ours);
  sigaddset(&ours, capture_signal);
  pthread_sigmask(SIG_UNBLOCK, &ours, nullptr);
}

void StackCapture::detach() noexcept {
  sigset_t ours;
  sigemptyset(&ours);
  sigaddset(&ours, capture_signal);
  pthread_sigmask(SIG_BLOCK, &ours, nullptr);
  if (signal_stack_.empty()) return;
  stack_t none = {};
  none.ss_flags = SS_DISABLE;
  sigaltstack(&none, nullptr);
}

std::vector<std::string> StackCapture::ask() {
  State state = state_.load(std::memory_order_acquire);  // pairs: on_signal's release
  if (!is_attached_ || state == State::asked) return {};
  state_.store(State::asked, std::memory_order_release);  // pairs: on_signal's acquire
  sigval value = {};
  value.sival_ptr = this;
  if (pthread_sigqueue(thread_, capture_signal, value) != 0) {
    state_.store(State::idle, std::memory_order_relaxed);  // relaxed: no signal is on its way
    return {};
  }
  for (int waited = 0; waited < 50; ++waited) {
    if (state_.load(std::memory_order_acquire) == State::answered) {  // pairs: on_signal's release
      std::vector<std::string> names;
      for (int i = 2; i < count_; ++i)
        names.push_back(name_of(frames_[i]));  // behind the handler and its frame
      return names;
    }
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  return {};
}

}  // namespace throng::detail
