// Events as text and as JSON, and the handlers that write them to a file descriptor.
#include <throng/stdlib/logger.hpp>

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <ctime>
#include <stdexcept>
#include <system_error>

namespace throng::logger {
namespace {

// 2026-11-25T01:02:03.456Z
std::string utc(std::chrono::system_clock::time_point time) {
  auto whole = std::chrono::floor<std::chrono::seconds>(time);
  auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(time - whole).count();
  std::time_t seconds = std::chrono::system_clock::to_time_t(whole);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[40];
  std::size_t length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(text + length, sizeof text - length, ".%03dZ", static_cast<int>(millis));
  return text;
}

// Further lines of a value stand under it, so that none of them looks like an event of its own.
std::string indented(std::string_view value) {
  std::string text;
  for (char c : value) text += c == '\n' ? std::string("\n      ") : std::string(1, c);
  return text;
}

void append_json(std::string& out, std::string_view value) {
  out += '"';
  for (char c : value) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(static_cast<unsigned char>(c)));
      out += escape;
    } else {
      out += c;
    }
  }
  out += '"';
}

void append_pair(std::string& out, std::string_view name, std::string_view value) {
  if (out.size() > 1) out += ',';
  append_json(out, name);
  out += ':';
  append_json(out, value);
}

class DescriptorHandler final : public Handler {
 public:
  DescriptorHandler(int descriptor, std::string (*format)(const Event&))
      : descriptor_(descriptor), format_(format) {}

  void write(const Event& event) override {
    std::string text = format_(event);
    for (std::string_view rest = text; !rest.empty();) {
      ssize_t written = ::write(descriptor_, rest.data(), rest.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) throw std::system_error(errno, std::generic_category(), "throng: writing the log");
      rest.remove_prefix(static_cast<std::size_t>(written));
    }
  }

 private:
  int descriptor_;
  std::string (*format_)(const Event&);
};

}  // namespace

std::string as_text(const Event& event) {
  std::string text = utc(event.time) + " [" + std::string(text_of(event.level)) + "] " +
                     event.process.text() + " " + indented(event.text) + "\n";
  for (const auto& [name, value] : event.fields) text += "    " + name + ": " + indented(value) + "\n";
  return text;
}

std::string as_json(const Event& event) {
  std::string text = "{";
  append_pair(text, "time", utc(event.time));
  append_pair(text, "level", text_of(event.level));
  if (!event.domain.empty()) append_pair(text, "domain", event.domain);
  append_pair(text, "process", event.process.text());
  append_pair(text, "text", event.text);
  if (!event.fields.empty()) {
    std::string fields = "{";
    for (const auto& [name, value] : event.fields) append_pair(fields, name, value);
    text += ",\"fields\":" + fields + "}";
  }
  return text + "}\n";
}

std::unique_ptr<Handler> text_handler(int descriptor) {
  return std::make_unique<DescriptorHandler>(descriptor, as_text);
}

std::unique_ptr<Handler> json_handler(int descriptor) {
  return std::make_unique<DescriptorHandler>(descriptor, as_json);
}

}  // namespace throng::logger
