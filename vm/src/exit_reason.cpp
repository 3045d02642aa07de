#include <throng/vm/exit_reason.hpp>

#include <string.h>

#include <throng/base/atomic.hpp>

namespace throng {

struct ExitReason::Record {
  // Protocol: counted up relaxed by who already holds a reference; counted down acq_rel, the last one
  // deletes.
  detail::Atomic<std::uint32_t> references{1};
  Kind kind = Kind::error;
  int number = 0;
  Equal equal = nullptr;
  std::string text;
  detail::Message value;
};

ExitReason ExitReason::error(std::string text) {
  auto* record = new Record;
  record->text = std::move(text);
  return ExitReason(record);
}

ExitReason ExitReason::fault_of(int signal_number) {
  auto* record = new Record;
  record->kind = Kind::fault;
  record->number = signal_number;
  return ExitReason(record);
}

ExitReason ExitReason::stack_overflow() {
  auto* record = new Record;
  record->kind = Kind::stack_overflow;
  return ExitReason(record);
}

ExitReason ExitReason::heap_exhausted() {
  auto* record = new Record;
  record->kind = Kind::heap_exhausted;
  return ExitReason(record);
}

ExitReason ExitReason::from_message(Kind kind, detail::Message value, Equal equal) {
  auto* record = new Record;
  record->kind = kind;
  record->equal = equal;
  record->value = std::move(value);
  return ExitReason(record);
}

const void* ExitReason::value_of(const detail::MessageType& type) const noexcept {
  if (word_ <= last_code || !record()->value) return nullptr;
  return detail::same_type(*record()->value.get()->type, type) ? record()->value.payload() : nullptr;
}

ExitReason::Kind ExitReason::kind() const noexcept {
  return word_ <= last_code ? Kind::plain : record()->kind;
}

int ExitReason::fault() const noexcept { return kind() == Kind::fault ? record()->number : 0; }

namespace {

// A value of any type: a text speaks for itself, of others the type is known.
std::string shown(const detail::Message& value) {
  const detail::MessageType& type = *value.get()->type;
  if (detail::same_type(type, detail::message_type_of<std::string>))
    return *static_cast<const std::string*>(value.payload());
  return std::string(type.name);
}

}  // namespace

std::string ExitReason::text() const {
  switch (kind()) {
    case Kind::plain: {
      constexpr const char* names[] = {"normal", "kill",    "killed",      "shutdown",
                                       "noproc", "timeout", "noconnection"};
      return word_ < std::size(names) ? names[word_] : "unknown";
    }
    case Kind::error:
      return record()->text;
    case Kind::custom:
      return "custom " + shown(record()->value);
    case Kind::shutdown:
      return "shutdown with " + shown(record()->value);
    case Kind::fault:
      return std::string("fault: ") + strsignal(record()->number);
    case Kind::stack_overflow:
      return "stack overflow";
    case Kind::heap_exhausted:
      return "heap exhausted";
  }
  return "unknown";
}

bool ExitReason::equals(const ExitReason& other) const noexcept {
  if (word_ == other.word_) return true;
  if (word_ <= last_code || other.word_ <= last_code) return false;
  const Record &a = *record(), &b = *other.record();
  if (a.kind != b.kind || a.number != b.number || a.text != b.text) return false;
  if (static_cast<bool>(a.value) != static_cast<bool>(b.value)) return false;
  if (!a.value) return true;
  return a.equal != nullptr && detail::same_type(*a.value.get()->type, *b.value.get()->type) &&
         a.equal(a.value.payload(), b.value.payload());
}

void ExitReason::retain_record() const noexcept {
  record()->references.fetch_add(
      1, std::memory_order_relaxed);  // relaxed: the caller's own reference keeps it alive
}

void ExitReason::drop_record() noexcept {
  // pairs: the other droppers' fetch_sub; the last one sees all that was done with the record
  if (record()->references.fetch_sub(1, std::memory_order_acq_rel) == 1) delete record();
}

}  // namespace throng
