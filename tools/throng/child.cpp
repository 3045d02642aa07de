#include "child.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <throng/scheduler/clock.hpp>

extern char** environ;

namespace throng::command {
namespace {

constexpr std::size_t most_output = 1 << 20;  // of one stream; what comes after that is read and forgotten
constexpr auto look_after = std::chrono::milliseconds(20);

// Protocol: stored by run_child, read by the signal handler, which may come at any time; 0: none runs.
std::atomic<pid_t> running_group{0};

extern "C" void end_with_child(int signal_number) {
  // relaxed: a handler of the same thread, or of another that only wants the number
  if (pid_t group = running_group.load(std::memory_order_relaxed); group > 0) ::kill(-group, SIGKILL);
  std::signal(signal_number, SIG_DFL);
  std::raise(signal_number);
}

void catch_signals() {
  static const bool done = [] {
    for (int signal_number : {SIGINT, SIGTERM, SIGHUP}) {
      // What was to be ignored, as by nohup, still is.
      if (std::signal(signal_number, end_with_child) == SIG_IGN) std::signal(signal_number, SIG_IGN);
    }
    return true;
  }();
  static_cast<void>(done);
}

class Pipe {
 public:
  Pipe() {
    if (::pipe2(ends_.data(), O_CLOEXEC) != 0)
      throw std::runtime_error(fmt::format("throng: no pipe could be made: {}", std::strerror(errno)));
  }
  ~Pipe() {
    close_end(0);
    close_end(1);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  int reader() const { return ends_[0]; }
  int writer() const { return ends_[1]; }
  void close_writer() { close_end(1); }
  bool is_open() const { return ends_[0] >= 0; }

  // What there is; at the end of it the reader is closed.
  void read_into(std::string& text) {
    char piece[16384];
    ssize_t length = ::read(ends_[0], piece, sizeof piece);
    if (length > 0) {
      if (text.size() < most_output) text.append(piece, static_cast<std::size_t>(length));
    } else if (length == 0 || errno != EINTR) {
      close_end(0);
    }
  }

 private:
  void close_end(std::size_t end) {
    if (ends_[end] >= 0) ::close(ends_[end]);
    ends_[end] = -1;
  }
  std::array<int, 2> ends_{-1, -1};
};

// 0 or what errno says.
int start(const std::vector<std::string>& command, const Pipe& out, const Pipe& err, pid_t& child) {
  std::vector<char*> arguments;
  for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out.writer(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err.writer(), STDERR_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  int error = ::posix_spawnp(&child, arguments[0], &actions, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

// Reads until the child has closed both streams. Returns whether that was before the end of its time.
bool read_all(Pipe& out, Pipe& err, ChildOutcome& outcome, Clock::time_point deadline) {
  while (out.is_open() || err.is_open()) {
    auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) return false;
    pollfd wanted[] = {{out.reader(), POLLIN, 0}, {err.reader(), POLLIN, 0}};  // poll skips closed ones
    if (::poll(wanted, 2, static_cast<int>(left.count())) <= 0) continue;
    if (wanted[0].revents != 0) out.read_into(outcome.out);
    if (wanted[1].revents != 0) err.read_into(outcome.err);
  }
  return true;
}

// Returns whether it has ended; it may go on with both streams closed.
bool wait_until(pid_t child, int& status, Clock::time_point deadline) {
  while (::waitpid(child, &status, WNOHANG) == 0) {
    if (Clock::now() >= deadline) return false;
    ::poll(nullptr, 0, static_cast<int>(look_after.count()));
  }
  return true;
}

std::string failure_in_words(int status, const std::string& err) {
  if (WIFSIGNALED(status))
    return fmt::format("was ended by signal {} ({})", WTERMSIG(status), strsignal(WTERMSIG(status)));
  if (WEXITSTATUS(status) == 0) return {};
  return fmt::format("exit code {}: {}", WEXITSTATUS(status), first_line(err));
}

}  // namespace

std::string first_line(const std::string& text) {
  constexpr std::string_view blank = " \t\r\n";
  std::size_t begin = text.find_first_not_of(blank);
  if (begin == std::string::npos) return "nothing";
  std::string line = text.substr(begin, text.find('\n', begin) - begin);
  line.erase(line.find_last_not_of(blank) + 1);
  return line.size() > 160 ? line.substr(0, 160) + " ..." : line;
}

ChildOutcome run_child(const std::vector<std::string>& command, std::chrono::seconds limit) {
  catch_signals();
  ChildOutcome outcome;
  Pipe out, err;
  pid_t child = 0;
  auto begin = Clock::now();
  if (int error = start(command, out, err, child); error != 0) {
    outcome.failure = fmt::format("{} could not be started: {}", command[0], std::strerror(error));
    return outcome;
  }
  running_group.store(child, std::memory_order_relaxed);  // relaxed: a number for the handler
  out.close_writer();
  err.close_writer();
  int status = 0;
  bool in_time = read_all(out, err, outcome, begin + limit) && wait_until(child, status, begin + limit);
  ::kill(-child, SIGKILL);  // it, or what it left behind
  if (!in_time) ::waitpid(child, &status, 0);
  running_group.store(0, std::memory_order_relaxed);  // relaxed: as above
  outcome.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  if (in_time && WIFEXITED(status)) outcome.exit_code = WEXITSTATUS(status);
  outcome.failure = in_time ? failure_in_words(status, outcome.err)
                            : fmt::format("took longer than {} s and was ended", limit.count());
  return outcome;
}

}  // namespace throng::command
