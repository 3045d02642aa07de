// Recordings as bytes. All numbers of the header are little-endian; behind it numbers are of seven bits a
// byte, lowest first, and times are differences, so that an event is ten bytes as a rule. docs/recorder.md
// has the layout, field by field: who changes it here changes it there and counts format_version up.
#include <throng/vm/recording.hpp>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace throng {
namespace {

constexpr std::string_view magic = "THRONGFR";
constexpr std::size_t version_at = 8, size_at = 16, checksum_at = 24, header_size = 32;
constexpr std::uint64_t longest = std::uint64_t{1} << 60;  // ns, 36 years: times can be subtracted
constexpr std::size_t least_event = 5, least_track = 3;    // bytes

// FNV-1a, of 64 bits: a byte that is changed always changes it.
std::uint64_t checksum_of(std::string_view bytes) noexcept {
  std::uint64_t sum = 0xcbf29ce484222325U;
  for (char byte : bytes) {
    sum ^= static_cast<unsigned char>(byte);
    sum *= 0x100000001b3U;
  }
  return sum;
}

void put_fixed(std::string& out, std::uint64_t value, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
}

std::uint64_t fixed_at(std::string_view bytes, std::size_t at, std::size_t count) noexcept {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i)
    value |= std::uint64_t{static_cast<unsigned char>(bytes[at + i])} << (8 * i);
  return value;
}

class Writer {
 public:
  void number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) out_ += static_cast<char>(value | 0x80);
    out_ += static_cast<char>(value);
  }
  // Small ones of either sign are short.
  void difference(std::int64_t value) {
    number(static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63));
  }
  void text(std::string_view text) {
    number(text.size());
    out_ += text;
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

class Reader {
 public:
  Reader(std::string_view bytes, std::string_view source) : bytes_(bytes), source_(source) {}

  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      auto byte = static_cast<unsigned char>(byte_at_place());
      value |= std::uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80) return value;
    }
    refuse();
  }
  // At most `most`; that many things of `size` bytes at least must still be there.
  std::uint64_t number_to(std::uint64_t most) {
    std::uint64_t value = number();
    if (value > most) refuse();
    return value;
  }
  std::size_t count(std::size_t size) {
    return static_cast<std::size_t>(number_to((bytes_.size() - place_) / size));
  }
  std::int64_t difference() {
    std::uint64_t value = number();
    return static_cast<std::int64_t>(value >> 1 ^ (~(value & 1) + 1));
  }
  std::string text() {
    std::size_t length = count(1);
    place_ += length;
    return std::string(bytes_.substr(place_ - length, length));
  }
  bool is_at_end() const noexcept { return place_ == bytes_.size(); }
  [[noreturn]] void refuse() const {
    throw std::runtime_error("throng: " + std::string(source_) +
                             " is damaged: what it holds makes no sense; record anew");
  }

 private:
  char byte_at_place() {
    if (is_at_end()) refuse();
    return bytes_[place_++];
  }
  std::string_view bytes_;
  std::string_view source_;
  std::size_t place_ = 0;
};

bool is_known(EventKind kind, std::uint8_t detail, std::uint64_t subject, std::size_t names) noexcept {
  if (text_of(kind) == "unknown") return false;
  if (kind == EventKind::stop) return detail <= static_cast<std::uint8_t>(SchedulingPolicy::Stop::ended);
  if (kind == EventKind::enqueue)
    return detail <= static_cast<std::uint8_t>(SchedulingPolicy::Wake::exchanged);
  return kind != EventKind::body || subject < names;
}

void write_track(Writer& out, const RecordedTrack& track) {
  out.text(track.name);
  out.number(track.lost);
  out.number(track.events.size());
  std::int64_t before = 0;
  for (const RecordedEvent& event : track.events) {
    out.number(static_cast<std::uint64_t>(event.kind));
    out.number(event.detail);
    out.difference(event.time.count() - before);
    before = event.time.count();
    out.number(event.subject);
    out.number(event.amount);
  }
}

RecordedTrack read_track(Reader& in, std::size_t names) {
  RecordedTrack track{in.text(), in.number()};
  std::size_t count = in.count(least_event);
  track.events.reserve(count);
  std::uint64_t time = 0;  // wraps where a file is made to
  for (std::size_t i = 0; i < count; ++i) {
    RecordedEvent event;
    event.kind = static_cast<EventKind>(in.number_to(255));
    event.detail = static_cast<std::uint8_t>(in.number_to(255));
    time += static_cast<std::uint64_t>(in.difference());
    if (time + longest > 2 * longest) in.refuse();
    event.time = Duration(static_cast<std::int64_t>(time));
    event.subject = in.number();
    event.amount = static_cast<std::uint32_t>(in.number_to(0xffffffffU));
    if (!is_known(event.kind, event.detail, event.subject, names)) in.refuse();
    track.events.push_back(event);
  }
  return track;
}

// The part behind the header, if that is as it should be.
std::string_view checked_payload(std::string_view bytes, std::string_view source) {
  auto refuse = [&](const std::string& wrong) {
    throw std::runtime_error("throng: " + std::string(source) + wrong);
  };
  if (bytes.substr(0, magic.size()) != magic)
    refuse(" is no recording: it does not begin with " + std::string(magic));
  if (bytes.size() < header_size) refuse(" is cut off: it ends within its first 32 bytes; copy it again");
  std::uint64_t version = fixed_at(bytes, version_at, 4);
  if (version != Recording::format_version)
    refuse(" is a recording of format " + std::to_string(version) + ", and this throng reads format " +
           std::to_string(Recording::format_version) + "; record anew, or use the throng that made it");
  std::uint64_t size = fixed_at(bytes, size_at, 8);
  std::string_view payload = bytes.substr(header_size);
  if (payload.size() < size)
    refuse(" is cut off: " + std::to_string(payload.size()) + " of " + std::to_string(size) +
           " bytes are there; copy it again");
  if (payload.size() > size) refuse(" is damaged: there is something behind its end; copy it again");
  if (checksum_of(payload) != fixed_at(bytes, checksum_at, 8))
    refuse(" is damaged: its checksum is not that of its content; copy it again");
  return payload;
}

}  // namespace

std::string Recording::to_bytes() const {
  Writer out;
  out.text(runtime);
  out.text(machine);
  out.number(cpus);
  out.number(workers);
  out.number(static_cast<std::uint64_t>(slice));
  out.number(static_cast<std::uint64_t>(length.count()));
  out.number(names.size());
  for (const std::string& name : names) out.text(name);
  out.number(tracks.size());
  for (const RecordedTrack& track : tracks) write_track(out, track);
  std::string payload = out.take();
  std::string bytes(magic);
  put_fixed(bytes, format_version, 4);
  put_fixed(bytes, 0, 4);  // so that the rest is aligned
  put_fixed(bytes, payload.size(), 8);
  put_fixed(bytes, checksum_of(payload), 8);
  return bytes + payload;
}

Recording Recording::from_bytes(std::string_view bytes, std::string_view source) {
  constexpr std::uint64_t most_31_bits = 0x7fffffffU;
  Reader in(checked_payload(bytes, source), source);
  Recording recording;
  recording.runtime = in.text();
  recording.machine = in.text();
  recording.cpus = static_cast<std::uint32_t>(in.number_to(most_31_bits));
  recording.workers = static_cast<std::uint32_t>(in.number_to(most_31_bits));
  recording.slice = static_cast<std::int32_t>(in.number_to(most_31_bits));
  recording.length = Duration(static_cast<std::int64_t>(in.number_to(longest)));
  std::size_t names = in.count(1);
  for (std::size_t i = 0; i < names; ++i) recording.names.push_back(in.text());
  std::size_t tracks = in.count(least_track);
  for (std::size_t i = 0; i < tracks; ++i) recording.tracks.push_back(read_track(in, names));
  if (!in.is_at_end()) in.refuse();
  return recording;
}

void Recording::save(const std::string& path) const {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  std::string bytes = to_bytes();
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file)
    throw std::runtime_error("throng: the recording could not be written to " + path + ": " +
                             std::strerror(errno));
}

Recording Recording::load(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    throw std::runtime_error("throng: the recording " + path +
                             " could not be opened: " + std::strerror(errno));
  std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (file.bad())
    throw std::runtime_error("throng: the recording " + path + " could not be read: " + std::strerror(errno));
  return from_bytes(bytes, path);
}

}  // namespace throng
