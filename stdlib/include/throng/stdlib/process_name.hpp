// What a process can be called: a name of the runtime's, or one that somebody else keeps, such as a registry
// ("via"). A small value that can be sent; a literal costs nothing.
//
// Thread: any; the text is constant.
#pragma once

#include <atomic>
#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <throng/vm/pid.hpp>
#include <utility>

namespace throng {

// A name as somebody keeps it. Implement it to make names of your own usable wherever a name is.
// Thread: the calls come from processes; the object is shared by all copies of the name.
class NameRecord {
 public:
  NameRecord() = default;
  NameRecord(const NameRecord&) = delete;
  NameRecord& operator=(const NameRecord&) = delete;
  virtual ~NameRecord() = default;

  // For the calling process. Who has it already, or nothing: it is the caller's now. Errors: BadName if it
  // can't have it for another reason.
  virtual std::optional<Pid> claim() const = 0;
  virtual std::optional<Pid> find() const = 0;
  virtual std::string text() const = 0;

 private:
  friend class ProcessName;
  // Protocol: counted up relaxed by who holds a reference, counted down acq_rel; the last one deletes.
  mutable std::atomic<int> references_{1};
};

namespace detail {
// A literal on its way into a name. The step between exists for clang 14, which crashes on two temporaries in
// braces, in one function, whose own constructor is consteval and whose destructor does something.
struct NameLiteral {
  consteval NameLiteral(const char* literal)
      : text(literal), length(std::char_traits<char>::length(literal)) {}
  const char* text;
  std::size_t length;
};
}  // namespace detail

class ProcessName {
 public:
  static constexpr bool sendable = true;

  constexpr ProcessName() = default;  // none
  consteval ProcessName(const char* literal)
      : literal_(literal), length_(std::char_traits<char>::length(literal)) {}
  constexpr ProcessName(detail::NameLiteral literal) : literal_(literal.text), length_(literal.length) {}
  ProcessName(std::string name);
  // Takes the record over.
  explicit ProcessName(std::unique_ptr<NameRecord> record) noexcept : record_(record.release()) {}

  constexpr ProcessName(const ProcessName& other)
      : literal_(other.literal_), length_(other.length_), record_(other.record_) {
    // relaxed: the copied reference keeps it alive
    if (record_ != nullptr) record_->references_.fetch_add(1, std::memory_order_relaxed);
  }
  constexpr ProcessName& operator=(ProcessName other) noexcept {
    std::swap(literal_, other.literal_);
    std::swap(length_, other.length_);
    std::swap(record_, other.record_);
    return *this;
  }
  constexpr ~ProcessName() {
    if (record_ != nullptr) drop();
  }

  constexpr explicit operator bool() const noexcept { return length_ != 0 || record_ != nullptr; }
  std::string text() const { return record_ != nullptr ? record_->text() : std::string(literal_, length_); }
  // Who has the name now. Thread: in a process.
  std::optional<Pid> whereis() const;
  // Gives it to the calling process; who has it already, otherwise. Errors: BadName.
  std::optional<Pid> claim() const;

 private:
  void drop() noexcept;

  const char* literal_ = nullptr;
  std::size_t length_ = 0;
  NameRecord* record_ = nullptr;
};

namespace detail {

// A name of something of a known kind: of a server, an agent, an event manager. It survives restarts.
class TypedName {
 public:
  static constexpr bool sendable = true;
  // A literal: the name may be a constant of the program.
  constexpr TypedName(NameLiteral name) : name_(name) {}
  template <std::same_as<std::string> Text>
  TypedName(Text name) : name_(std::move(name)) {}
  // One that a registry or somebody else keeps.
  template <std::same_as<ProcessName> Kept>
  explicit TypedName(Kept name) : name_(std::move(name)) {}

  const ProcessName& name() const noexcept { return name_; }
  std::string text() const { return name_.text(); }
  std::optional<Pid> whereis() const { return name_.whereis(); }

 private:
  ProcessName name_;
};

}  // namespace detail
}  // namespace throng
