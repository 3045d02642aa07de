// Why a process ended: a small immutable value, eight bytes, freely copied across threads. The plain reasons
// are constants; those with a text or a value share a counted record.
#pragma once

#include <cstdint>
#include <string>
#include <throng/mailbox/message.hpp>
#include <throng/mailbox/sendable.hpp>
#include <type_traits>

namespace throng {

class ExitReason {
 public:
  static constexpr bool sendable = true;

  static const ExitReason normal;        // ended as it should; does not harm those linked to it
  static const ExitReason kill;          // as an exit signal: cannot be trapped (EXT-2)
  static const ExitReason killed;        // what others see of a process that got `kill`
  static const ExitReason shutdown;      // asked to end by who supervises it
  static const ExitReason noproc;        // there was no such process (LNK-4, MON-2)
  static const ExitReason timeout;       // an answer did not come in time
  static const ExitReason noconnection;  // the way to it was lost

  constexpr ExitReason() noexcept = default;  // normal
  constexpr ExitReason(const ExitReason& other) noexcept : word_(other.word_) { retain(); }
  constexpr ExitReason(ExitReason&& other) noexcept : word_(other.word_) { other.word_ = code_normal; }
  constexpr ExitReason& operator=(ExitReason other) noexcept {
    std::uintptr_t mine = word_;
    word_ = other.word_;
    other.word_ = mine;
    return *this;
  }
  constexpr ~ExitReason() { drop(); }

  // A failure with a text.
  static ExitReason error(std::string text);
  // Any Sendable value; compares by the value's == where it has one.
  template <class T>
  static ExitReason custom(T value) {
    return from_value(Kind::custom, std::move(value));
  }
  // `shutdown` with a value, as {shutdown, Value}: restarts nothing, is not logged.
  template <class T>
  static ExitReason shutdown_with(T value) {
    return from_value(Kind::shutdown, std::move(value));
  }
  // A contained hardware fault: the number of its signal.
  static ExitReason fault_of(int signal_number);
  static ExitReason stack_overflow();
  static ExitReason heap_exhausted();

  bool is_normal() const noexcept { return word_ == code_normal; }
  bool is_error() const noexcept { return kind() == Kind::error; }
  bool is_shutdown() const noexcept { return word_ == code_shutdown || kind() == Kind::shutdown; }
  bool is_stack_overflow() const noexcept { return kind() == Kind::stack_overflow; }
  bool is_heap_exhausted() const noexcept { return kind() == Kind::heap_exhausted; }
  int fault() const noexcept;  // 0: not a fault
  std::string text() const;

  // The value of custom() or shutdown_with(), or null if it holds no T.
  template <class T>
  const T* value() const noexcept {
    return static_cast<const T*>(value_of(detail::message_type_of<T>));
  }

  friend bool operator==(const ExitReason& a, const ExitReason& b) noexcept { return a.equals(b); }

 private:
  enum class Kind : std::uint8_t { plain, error, custom, shutdown, fault, stack_overflow, heap_exhausted };
  struct Record;
  using Equal = bool (*)(const void*, const void*);

  static constexpr std::uintptr_t code_normal = 0, code_kill = 1, code_killed = 2, code_shutdown = 3,
                                  code_noproc = 4, code_timeout = 5, code_noconnection = 6, last_code = 15;

  constexpr explicit ExitReason(std::uintptr_t code) noexcept : word_(code) {}
  explicit ExitReason(Record* record) noexcept : word_(reinterpret_cast<std::uintptr_t>(record)) {}

  template <class T>
  static ExitReason from_value(Kind kind, T value) {
    require_sendable<T>();
    Equal equal = nullptr;
    if constexpr (requires { static_cast<bool>(value == value); }) {
      equal = [](const void* a, const void* b) {
        return *static_cast<const T*>(a) == *static_cast<const T*>(b);
      };
    }
    return from_message(kind, detail::make_message<T>(detail::message_kind, std::move(value)), equal);
  }

  static ExitReason from_message(Kind kind, detail::Message value, Equal equal);
  const void* value_of(const detail::MessageType& type) const noexcept;
  Kind kind() const noexcept;
  bool equals(const ExitReason& other) const noexcept;
  Record* record() const noexcept { return reinterpret_cast<Record*>(word_); }
  constexpr void retain() const noexcept {
    if (word_ > last_code) retain_record();
  }
  constexpr void drop() noexcept {
    if (word_ > last_code) drop_record();
  }
  void retain_record() const noexcept;
  void drop_record() noexcept;

  std::uintptr_t word_ = code_normal;  // a code, or the address of a counted Record
};

inline constexpr ExitReason ExitReason::normal{ExitReason::code_normal};
inline constexpr ExitReason ExitReason::kill{ExitReason::code_kill};
inline constexpr ExitReason ExitReason::killed{ExitReason::code_killed};
inline constexpr ExitReason ExitReason::shutdown{ExitReason::code_shutdown};
inline constexpr ExitReason ExitReason::noproc{ExitReason::code_noproc};
inline constexpr ExitReason ExitReason::timeout{ExitReason::code_timeout};
inline constexpr ExitReason ExitReason::noconnection{ExitReason::code_noconnection};

}  // namespace throng
