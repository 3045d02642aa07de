// Checks of what is given on the command line: each says in one sentence what to give instead. CLI11's own
// say only what was wrong.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace throng::command {

using ArgumentCheck = std::function<std::string(const std::string&)>;

// From `least` to `most`.
ArgumentCheck whole_number(std::uint64_t least, std::uint64_t most, const char* example);

inline constexpr std::uint64_t most_workers = 1'024;

// To be asked before a long work whose result goes there. Empty: nowhere. Errors: as below.
void require_writable(const std::string& path);

// Writes a file in one go. Errors: std::runtime_error with the path and why not.
void write_file(const std::string& path, const std::string& content);

}  // namespace throng::command
