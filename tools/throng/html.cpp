#include "html.hpp"

#include <fmt/format.h>

namespace throng::command {
namespace {

constexpr std::string_view style =
    "body{font:15px/1.45 system-ui,sans-serif;max-width:62em;margin:2em auto;padding:0 1em;color:#222}"
    "h2{font-size:1.05em;margin:1.6em 0 .2em}p{margin:.2em 0;color:#555}svg{display:block}"
    "text{font:13px system-ui,sans-serif;fill:#222}.axis{fill:#777;font-size:11px}"
    ".better{fill:#17703b}.worse{fill:#b3261e}pre{overflow:auto;background:#f6f6f6;padding:1em}"
    "@media(prefers-color-scheme:dark){body{background:#181818;color:#ddd}text{fill:#ddd}p{color:#aaa}"
    "pre{background:#222}.better{fill:#6fcf97}.worse{fill:#ff8a80}}";

}  // namespace

std::string page_begin(std::string_view title) {
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{0}</title>"
      "<style>{1}</style></head><body>\n<h1>{0}</h1>\n",
      escaped(title), style);
}

std::string escaped(std::string_view text) {
  std::string result;
  for (char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

}  // namespace throng::command
