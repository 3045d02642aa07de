// LOG-2: events as text and as JSON, handlers that write to descriptors, and stderr as the last resort.
#include <stdio.h>
#include <unistd.h>

#include "checks.hpp"

using namespace behaviours;

namespace {

using logger::Level;

logger::Event event() {
  logger::Event event;
  event.level = Level::error;
  event.text = "it broke";
  event.fields = {{"reason", "first line\nsecond line"}, {"size", "3"}};
  event.time = std::chrono::system_clock::time_point(std::chrono::milliseconds(1'700'000'000'123));
  return event;
}

// What has been written to a file by who was given its descriptor.
class File {
 public:
  File() : file_(tmpfile()) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() { fclose(file_); }
  int descriptor() const { return fileno(file_); }
  std::string content() const {
    std::string text;
    char block[4096];
    for (ssize_t n = 0, at = 0; (n = pread(descriptor(), block, sizeof block, at)) > 0; at += n)
      text.append(block, static_cast<std::size_t>(n));
    return text;
  }

 private:
  FILE* file_;
};

// Sends stderr to a file for as long as it lives.
class Stderr {
 public:
  explicit Stderr(const File& file) : before_(dup(2)) { dup2(file.descriptor(), 2); }
  Stderr(const Stderr&) = delete;
  Stderr& operator=(const Stderr&) = delete;
  ~Stderr() {
    dup2(before_, 2);
    close(before_);
  }

 private:
  int before_;
};

int lines_of(const std::string& text) {
  int lines = 0;
  for (char c : text) lines += c == '\n' ? 1 : 0;
  return lines;
}

}  // namespace

TEST_CASE("LOG-2: as text an event is one line, then one indented line for each field") {
  std::string text = logger::as_text(event());
  CHECK(text.starts_with("2023-11-14T22:13:20.123Z [error] "));
  CHECK(contains(text, " it broke\n    reason: first line\n      second line\n    size: 3\n"));
  logger::Event bare;
  bare.text = "two\nlines";
  std::string lines = logger::as_text(bare);
  CHECK(contains(lines, "[notice]"));
  CHECK(contains(lines, "two\n      lines\n"));
}

TEST_CASE("LOG-2: as JSON an event is one object on one line, whatever its texts hold") {
  logger::Event odd = event();
  odd.domain = "mine";
  odd.text = "a \"quoted\" back\\slash\ttab\nline\x01";
  std::string text = logger::as_json(odd);
  CHECK(lines_of(text) == 1);
  CHECK(text.starts_with("{\"time\":\"2023-11-14T22:13:20.123Z\",\"level\":\"error\",\"domain\":\"mine\","));
  CHECK(contains(text, R"("text":"a \"quoted\" back\\slash\u0009tab\u000aline\u0001")"));
  CHECK(text.ends_with("\"fields\":{\"reason\":\"first line\\u000asecond line\",\"size\":\"3\"}}\n"));
  logger::Event bare;
  CHECK_FALSE(contains(logger::as_json(bare), "domain"));
  CHECK_FALSE(contains(logger::as_json(bare), "fields"));
}

TEST_CASE("LOG-2: handlers write to a descriptor that stays the caller's") {
  Runtime runtime(quiet(2));
  File text, json;
  auto log_there = [](int text_fd, int json_fd) {
    logger::add_handler("text", logger::text_handler(text_fd));
    logger::add_handler("json", logger::json_handler(json_fd), {.level = Level::error});
    for (int i = 0; i < 3; ++i) logger::log(Level::notice, "line", {{"field", std::to_string(i)}});
    logger::log(Level::error, "last");
    logger::flush();
    logger::remove_handler("text");
    logger::remove_handler("json");
  };
  runtime.run(log_there, text.descriptor(), json.descriptor());
  CHECK(lines_of(text.content()) == 7);
  CHECK(contains(text.content(), "line\n    field: 2\n"));
  CHECK(lines_of(json.content()) == 1);
  CHECK(contains(json.content(), "\"text\":\"last\""));
  CHECK(write(text.descriptor(), "x", 1) == 1);
}

TEST_CASE("LOG-2: a descriptor that can't be written to makes its handler a failing one") {
  Runtime runtime(quiet(1));
  File errors;
  std::size_t left = 9;
  {
    Stderr redirected(errors);
    left = runtime.run([] {
      logger::add_handler("broken", logger::text_handler(-1));
      logger::log(Level::error, "lost");
      logger::flush();
      yield_until([] { return logger::handlers().empty(); });
      return logger::handlers().size();
    });
  }
  CHECK(left == 0);
  CHECK(contains(errors.content(), "throng: the log handler broken failed and is removed"));
}

TEST_CASE(
    "LOG-1, LOG-2: without a handler, warnings and worse are a line on stderr each, and so are crashes") {
  File errors;
  {
    Stderr redirected(errors);
    RuntimeOptions options = quiet(1);
    options.report_crashes = true;
    Runtime runtime(options);
    runtime.run([] {
      logger::log(Level::notice, "too small");
      logger::log(Level::warning, "a warning");
      logger::log(Level::critical, "worse");
      wait_for_end(spawn([] { throw std::runtime_error("a crash"); }));
      log_to_me();
      logger::log(Level::critical, "to the handler");
      wait_for_end(spawn([] { throw std::runtime_error("for the handler"); }));
      logger::remove_handler("test");
      wait_for_end(spawn([] { throw std::runtime_error("again on stderr"); }));
    });
  }
  std::string text = errors.content();
  CHECK(lines_of(text) == 4);
  CHECK(contains(text, "throng: a warning\nthrong: worse\n"));
  CHECK(contains(text, "a crash"));
  CHECK_FALSE(contains(text, "the handler"));
  CHECK(contains(text, "again on stderr"));
}
