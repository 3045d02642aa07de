#include "arguments.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <system_error>

#include "text.hpp"

namespace throng::command {

ArgumentCheck whole_number(std::uint64_t least, std::uint64_t most, const char* example) {
  return [least, most, example](const std::string& text) {
    std::uint64_t value = 0;
    const char* end = text.data() + text.size();
    auto [stopped, error] = std::from_chars(text.data(), end, value);
    if (error == std::errc() && stopped == end && value >= least && value <= most) return std::string();
    return fmt::format("\"{}\" will not do; give a whole number from {} to {}, such as {}", text, least,
                       grouped(most), example);
  };
}

namespace {

[[noreturn]] void not_written(const std::string& path) {
  throw std::runtime_error(fmt::format("throng: {} could not be written: {}", path, std::strerror(errno)));
}

}  // namespace

// By what the system says, and not by a try, which would leave an empty file behind work that was given up.
void require_writable(const std::string& path) {
  if (path.empty() || ::access(path.c_str(), W_OK) == 0) return;
  const std::string folder = std::filesystem::path(path).parent_path().string();
  if (errno != ENOENT || ::access(folder.empty() ? "." : folder.c_str(), W_OK) != 0) not_written(path);
}

void write_file(const std::string& path, const std::string& content) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(content.data(), static_cast<std::streamsize>(content.size()));
  file.close();
  if (!file) not_written(path);
}

}  // namespace throng::command
