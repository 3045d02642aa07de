// Questions and answers between processes, the mechanism under every call. A question carries the obligation
// to answer it, a ReplyTo; whoever holds that may answer now, keep it, or send it on. Whoever drops it has
// failed the asker, who is told at once: a dead process's queue, a handler that throws and a forgotten value
// are the same case. So a call needs no monitor: it is two messages (SIG-1).
//
// An answer never enters the asker's queue, hence a call costs the same whatever is queued (RCV-5), and a
// late answer is dropped before anybody could mistake it for something else (ALI-4).
#pragma once

#include <cstring>
#include <optional>
#include <throng/base/owned.hpp>
#include <throng/vm/errors.hpp>
#include <throng/vm/receive.hpp>
#include <throng/vm/send.hpp>

namespace throng {

namespace detail {
class Machine;

// What every answer's payload begins with: which question it answers.
struct AnswerHeader {
  std::uint64_t question = 0;
};
template <class R>
struct Answered : AnswerHeader {
  R value;
};
struct Unanswered : AnswerHeader {
  ExitReason reason;
};

}  // namespace detail

namespace detail {

// Where an answer goes.
struct OpenAt {
  Pid asker;
  std::uint64_t question = 0;
};

}  // namespace detail

// The obligation to answer one question, held by one owner at a time. Thread: any, by its owner.
class ReplyTo {
 public:
  static constexpr bool sendable = true;

  ReplyTo() = default;
  ReplyTo(ReplyTo&& other) noexcept
      : machine_(std::exchange(other.machine_, nullptr)), asker_(other.asker_), question_(other.question_) {}
  ReplyTo& operator=(ReplyTo&& other) noexcept;
  ~ReplyTo() {
    if (machine_ != nullptr) drop();
  }

  // False: answered, failed, or never asked.
  explicit operator bool() const noexcept { return machine_ != nullptr; }
  Pid asker() const noexcept { return asker_; }
  detail::OpenAt question() const noexcept { return {asker_, question_}; }

  // The value must be what the asker waits for; a wrong type reaches it as a failure that names both.
  template <class R>
  void answer(R&& value) {
    require_sendable<std::decay_t<R>>();
    using Answer = detail::Answered<std::decay_t<R>>;
    send_answer(detail::make_message<Answer>(detail::message_kind, detail::AnswerHeader{question_},
                                             std::forward<R>(value)));
  }
  void fail(ExitReason reason);

 private:
  friend struct ReplyToMaker;
  void send_answer(detail::Message answer);
  void drop() noexcept;

  detail::Machine* machine_ = nullptr;
  Pid asker_;
  std::uint64_t question_ = 0;
};

// An exception that is the failure of a call; uncaught, the caller ends with its reason. Not with `normal`,
// though, where the server ended so: who did not get its answer has failed, and those linked to it must see
// that (GSV-2).
class CallFailed : public ExitsWith {
 public:
  using ExitsWith::ExitsWith;
  ExitReason exit_reason() const override;
};

namespace detail {

// A question as its receiver sees it. The runtime relies on its beginning with the ReplyTo.
template <class M>
struct Question {
  ReplyTo reply_to;
  M message;
};

// Where the message itself needs none, all questions have the same destructor.
void destroy_reply_to(void* reply_to) noexcept;
template <class M>
requires(THRONG_TRIVIALLY_DESTRUCTIBLE(M)) inline constexpr void (*destructor_of<Question<M>, false>)(
    void*) noexcept = &destroy_reply_to;

// Opens a question of the caller's. Close it, whatever happens; an answer that comes later is dropped.
class OpenQuestion {
 public:
  OpenQuestion();
  ~OpenQuestion();
  OpenQuestion(const OpenQuestion&) = delete;
  OpenQuestion& operator=(const OpenQuestion&) = delete;

  ReplyTo reply_to() const;
  // Sends the envelope of a Question<M>, whose answer comes here.
  void ask(Pid to, Message question);
  // Waits. The answer's envelope: an Answered<R>, an Unanswered, or empty when the time is up.
  Message wait(Duration timeout);

 private:
  friend class AnyAnswer;
  std::uint64_t number_;
};

// A whole question: opens, asks, waits and closes, with one look at who asks. The envelope as from wait().
Message ask_and_wait(Pid to, Message question, Duration timeout);

// Waits for whichever of several open questions is answered first. Each wake-up costs the same however many
// are open: an answer is put in line as it arrives, nobody searches. Belongs to one process, as its questions
// do; the two may end in any order. Rejected: asking each question in turn, which costs a look at all of them
// for every answer.
class AnyAnswer {
 public:
  AnyAnswer();
  ~AnyAnswer();
  AnyAnswer(const AnyAnswer&) = delete;
  AnyAnswer& operator=(const AnyAnswer&) = delete;

  // A question is watched by one at a time: the last who asked.
  void watch(const OpenQuestion& question, std::uint64_t label);
  // The label of a question that has its answer, in the order of arrival, each once; the answer stays with
  // the question. Nothing when the time is up.
  std::optional<std::uint64_t> wait(Duration timeout);
  std::size_t watched() const noexcept;

 private:
  friend struct AnyAnswerSide;
  struct Questions;
  Owned<Questions> questions_;
};

// A question around a value that the caller has no further use for. Whose it is, ask() writes in.
// (Instantiated for every call of a program, hence in one piece.)
template <class M>
Message question_from(M& message) {
  require_sendable<M>();
  Message question = open_envelope(message_type_of<Question<M>>, message_kind);
  ::new (place_in(question, alignof(Question<M>))) Question<M>{ReplyTo(), static_cast<M&&>(message)};
  question.get()->type = &message_type_of<Question<M>>;
  return question;
}
// The envelope of a Question<M> around a message that is its bytes. See envelope_of_bytes().
inline Message question_of_bytes(const MessageType& type, const void* message, std::size_t size) {
  Message question = open_envelope(type, message_kind);
  auto* place = static_cast<char*>(place_in(question, type.alignment));
  ::new (static_cast<void*>(place)) ReplyTo();
  // As the compiler lays it out: the question is aligned like its message where that asks for more.
  std::memcpy(place + (sizeof(ReplyTo) + type.alignment - 1) / type.alignment * type.alignment, message,
              size);
  question.get()->type = &type;
  return question;
}
template <class M>
Message question_of(M&& message) {
  Kept<M> kept(std::forward<M>(message));
  return question_from(kept);
}

// The value in the answer if it is a `wanted`, else null: failure_of says why.
void* value_in(const Message& answer, const MessageType& wanted) noexcept;
ExitReason failure_of(const Message& answer, const MessageType& wanted, const MessageType& unanswered);

}  // namespace detail
}  // namespace throng
