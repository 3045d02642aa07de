// What the pages that the command writes have in common. Each needs nothing but itself.
#pragma once

#include <string>
#include <string_view>

namespace throng::command {

// Head and beginning of the body, with `title` as its heading; to be followed by the rest and `page_end`.
std::string page_begin(std::string_view title);
inline constexpr std::string_view page_end = "</body></html>\n";

std::string escaped(std::string_view text);

}  // namespace throng::command
