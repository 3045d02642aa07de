#include <throng/vm/schedule.hpp>

#include <charconv>
#include <stdexcept>

namespace throng::simulation {
namespace {

std::string text_of(const Actor& actor) {
  std::string text = std::to_string(actor.process.index()) + "." + std::to_string(actor.process.serial());
  return actor.is_job ? text + "*" : text;
}

std::string text_of(const Deviation& deviation) {
  std::string text = text_of(deviation.actor) + "@" + std::to_string(deviation.count);
  switch (deviation.kind) {
    case Deviation::Kind::goes_first:
      text += ">" + text_of(deviation.other);
      return deviation.worker == 0 ? text : text + "/" + std::to_string(deviation.worker);
    case Deviation::Kind::crash:
      return text + "!crash";
    case Deviation::Kind::drop:
      return text + "!drop";
    case Deviation::Kind::delay:
      break;
  }
  return text + "!delay=" + std::to_string(deviation.by.count());
}

class Reader {
 public:
  explicit Reader(std::string_view text) : all_(text), left_(text) {}

  bool at_end() {
    while (takes(" ")) {
    }
    return left_.empty();
  }
  bool takes(std::string_view word) {
    if (!left_.starts_with(word)) return false;
    left_.remove_prefix(word.size());
    return true;
  }
  void expect(std::string_view word) {
    if (!takes(word)) fail();
  }
  template <class Number>
  Number number() {
    Number value = 0;
    auto [end, error] = std::from_chars(left_.data(), left_.data() + left_.size(), value);
    if (error != std::errc()) fail();
    left_.remove_prefix(static_cast<std::size_t>(end - left_.data()));
    return value;
  }
  Actor actor() {
    auto index = number<std::uint64_t>();
    expect(".");
    auto serial = number<std::uint64_t>();
    if (index >> Pid::index_bits != 0 || serial >> (64 - Pid::index_bits) != 0) fail();
    Actor actor{Pid(serial << Pid::index_bits | index)};
    actor.is_job = takes("*");
    return actor;
  }
  [[noreturn]] void fail() const {
    throw std::invalid_argument("throng: this is no schedule: \"" + std::string(all_) +
                                "\"; it went wrong at \"" + std::string(left_) + "\"");
  }

 private:
  std::string_view all_, left_;
};

Deviation read_deviation(Reader& reader) {
  Deviation deviation;
  deviation.actor = reader.actor();
  reader.expect("@");
  deviation.count = reader.number<std::uint64_t>();
  if (reader.takes(">")) {
    deviation.other = reader.actor();
    if (reader.takes("/")) deviation.worker = reader.number<std::uint32_t>();
  } else if (reader.takes("!crash")) {
    deviation.kind = Deviation::Kind::crash;
  } else if (reader.takes("!drop")) {
    deviation.kind = Deviation::Kind::drop;
  } else {
    reader.expect("!delay=");
    deviation.kind = Deviation::Kind::delay;
    deviation.by = Duration(reader.number<std::int64_t>());
    if (deviation.by < Duration::zero()) reader.fail();
  }
  return deviation;
}

}  // namespace

std::string Schedule::text() const {
  std::string text;
  for (const Deviation& deviation : deviations) text += (text.empty() ? "" : " ") + text_of(deviation);
  return text;
}

Schedule Schedule::parse(std::string_view text) {
  Schedule schedule;
  for (Reader reader(text); !reader.at_end();) schedule.deviations.push_back(read_deviation(reader));
  return schedule;
}

}  // namespace throng::simulation
