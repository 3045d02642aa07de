// The file of a recording: what is written is read again, and what is no sound recording is refused in a
// sentence that says what is wrong with it.
#include <throng/vm/recording.hpp>

#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <stdexcept>
#include <string>
#include <throng/vm/process.hpp>
#include <throng/vm/receive.hpp>
#include <throng/vm/runtime.hpp>

namespace {

using namespace throng;

Recording sample() {
  Recording recording;
  recording.runtime = "a runtime";
  recording.machine = "Linux x";
  recording.cpus = 4;
  recording.workers = 2;
  recording.slice = 4000;
  recording.length = std::chrono::milliseconds(3);
  recording.names = {"f()", "g(int)"};
  RecordedTrack worker{"worker 0", 17};
  worker.events = {{Duration(-5), 1, 0, EventKind::run, 0},
                   {Duration(20), 1, 4000, EventKind::stop, 1},
                   {Duration(20), std::numeric_limits<std::uint64_t>::max(),
                    std::numeric_limits<std::uint32_t>::max(), EventKind::send, 255},
                   {Duration(10), 1, 0, EventKind::body, 0}};
  recording.tracks = {worker, {"outside", 0}};
  return recording;
}

std::string refusal_of(const std::string& bytes) {
  try {
    Recording::from_bytes(bytes, "the file x");
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "no refusal";
}

std::string replaced(std::string bytes, std::size_t at, char byte) {
  bytes.at(at) = byte;
  return bytes;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// A name in the directory of temporary files that is this case's alone, removed when it goes.
class TemporaryFile {
 public:
  TemporaryFile() {
    std::string form = (std::filesystem::temp_directory_path() / "throng-test-XXXXXX").string();
    int file = mkstemp(form.data());
    REQUIRE(file >= 0);
    std::fclose(fdopen(file, "w"));
    path = form;
  }
  ~TemporaryFile() { std::filesystem::remove(path); }
  std::string path;
};

}  // namespace

TEST_CASE("a recording that was written is the same when it is read") {
  Recording recording = sample();
  CHECK(Recording::from_bytes(recording.to_bytes()) == recording);
  TemporaryFile file;
  recording.save(file.path);
  CHECK(Recording::load(file.path) == recording);
}

TEST_CASE("a recording of a runtime survives the way through a file") {
  Runtime runtime({.workers = 1});
  runtime.start_recording();
  runtime.run([] {
    for (int i = 0; i < 10; ++i) spawn_monitor([] {}), receive<Down>();
  });
  Recording recording = runtime.stop_recording();
  CHECK(recording.count_events() > 50);
  CHECK(Recording::from_bytes(recording.to_bytes()) == recording);
}

TEST_CASE("an event takes about ten bytes in a file") {
  Recording recording = sample();
  for (std::uint64_t i = 0; i < 1000; ++i)
    recording.tracks[1].events.push_back(
        {Duration(static_cast<std::int64_t>(i) * 1500), 1 << 27 | i, 900, EventKind::stop, 3});
  CHECK(recording.to_bytes().size() < 12'000);
}

TEST_CASE("what is no recording is refused") {
  CHECK(refusal_of("") == "throng: the file x is no recording: it does not begin with THRONGFR");
  CHECK(contains(refusal_of(std::string(100, 'x')), "is no recording"));
  CHECK(contains(refusal_of(replaced(sample().to_bytes(), 0, 't')), "is no recording"));
}

TEST_CASE("a recording of another version is refused, and both versions are named") {
  CHECK(refusal_of(replaced(sample().to_bytes(), 8, 9)) ==
        "throng: the file x is a recording of format 9, and this throng reads format 1; record anew, or use "
        "the "
        "throng that made it");
}

TEST_CASE("a recording that is cut off anywhere is refused") {
  std::string bytes = sample().to_bytes();
  for (std::size_t length = 8; length < bytes.size(); ++length) {
    CAPTURE(length);
    CHECK(contains(refusal_of(bytes.substr(0, length)), "is cut off"));
  }
  CHECK(contains(refusal_of(bytes + "x"), "is damaged: there is something behind its end"));
}

TEST_CASE("a recording with one byte changed behind its header is refused") {
  std::string bytes = sample().to_bytes();
  for (std::size_t at = 24; at < bytes.size(); ++at) {
    CAPTURE(at);
    CHECK(contains(refusal_of(replaced(bytes, at, static_cast<char>(bytes[at] ^ 0x20))),
                   "is damaged: its checksum is not that of its content"));
  }
}

TEST_CASE("a recording whose checksum fits, and whose content makes no sense, is refused") {
  Recording unknown_kind = sample();
  unknown_kind.tracks[0].events[0].kind = static_cast<EventKind>(200);
  CHECK(contains(refusal_of(unknown_kind.to_bytes()), "makes no sense"));
  Recording no_such_name = sample();
  no_such_name.tracks[0].events[3].subject = 2;
  CHECK(contains(refusal_of(no_such_name.to_bytes()), "makes no sense"));
  Recording no_reason = sample();
  no_reason.tracks[0].events[1].detail = 9;
  CHECK(contains(refusal_of(no_reason.to_bytes()), "makes no sense"));
}

TEST_CASE(
    "with any byte changed and a checksum that fits, a recording is read or refused, and nothing else") {
  auto with_checksum = [](std::string bytes) {
    std::uint64_t sum = 0xcbf29ce484222325U;  // as docs/recorder.md says
    for (std::size_t at = 32; at < bytes.size(); ++at)
      sum = (sum ^ static_cast<unsigned char>(bytes[at])) * 0x100000001b3U;
    for (std::size_t i = 0; i < 8; ++i) bytes[24 + i] = static_cast<char>(sum >> (8 * i));
    return bytes;
  };
  std::string bytes = sample().to_bytes();
  CHECK(with_checksum(bytes) == bytes);
  int read = 0, refused = 0;
  for (std::size_t at = 32; at < bytes.size(); ++at) {
    for (int value : {0, 1, 2, 0x7f, 0x80, 0xff}) {
      std::string refusal = refusal_of(with_checksum(replaced(bytes, at, static_cast<char>(value))));
      (refusal == "no refusal" ? read : refused)++;
      if (refusal != "no refusal") CHECK(contains(refusal, "makes no sense"));
    }
  }
  CHECK(read > 0);
  CHECK(refused > 0);
}

TEST_CASE("a file that is not there, or cannot be written, is told by its path") {
  auto sentence_of = [](auto&& call) {
    try {
      call();
    } catch (const std::runtime_error& error) {
      return std::string(error.what());
    }
    return std::string("no refusal");
  };
  CHECK(sentence_of([] { Recording::load("/nowhere/x"); }) ==
        "throng: the recording /nowhere/x could not be opened: No such file or directory");
  CHECK(contains(sentence_of([] { sample().save("/nowhere/x"); }), "could not be written to /nowhere/x"));
  CHECK(contains(sentence_of([] { sample().save("/dev/full"); }), "could not be written to /dev/full"));
}
