// Numbers and sentences as people read them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace throng::command {

std::string grouped(std::uint64_t number);   // 1,000,000
std::string in_words(std::uint64_t number);  // "a million" where there is a word, else as grouped()
std::string duration_text(double seconds);   // 310 ns, 1.24 s: three figures and a unit
std::string bytes_text(double bytes);        // 362 bytes, 1.24 GB
std::string rate_text(double per_second);    // 3.2 million
std::string short_figure(double value);      // 3.14, 271, 1.62 M: without a unit; "-": there is none
// Broken into lines of at most `width` columns, each after the first indented.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t width = 79);

}  // namespace throng::command
