// A range of values that tasks make of the items of another range, some at a time:
//
//   for (Page page : task::async_stream(addresses, fetch, {.max_concurrency = 8})) ...
//
// Lazy: items are taken as there is room for a task, and nothing runs before begin(). The tasks are linked to
// a process of the stream's own, which ends with the loop, however that is left, and with the consumer; what
// still runs is then killed. The consumer's mailbox is not touched (TSK-3).
//
// Thread: in a process, the one that begins the stream; a stream does not travel. It is gone through once.
#pragma once

#include <iterator>
#include <map>
#include <span>
#include <throng/stdlib/task.hpp>

namespace throng {

namespace task {

struct StreamOptions {
  std::size_t max_concurrency = 0;         // tasks at a time; 0: as many as the runtime has workers
  bool ordered = true;                     // values in the order of the items; else as they come
  Duration timeout = default_timeout;      // for each task, from its start
  OnTimeout on_timeout = OnTimeout::exit;  // or kill_task: try_async_stream() then gives a failure `timeout`
  bool zip_input_on_exit = false;          // a failure of try_async_stream() has the item it was about
};

// Why an item of try_async_stream() has no value: a reason, and the item where the options want it.
template <class Input>
struct ItemFailure : ExitReason {
  std::optional<Input> input{};
};

}  // namespace task

namespace detail {

// What a stream is whatever its types.
class StreamCore {
 public:
  StreamCore(const task::StreamOptions& options, bool throws);
  StreamCore(const StreamCore&) = delete;
  StreamCore& operator=(const StreamCore&) = delete;

 protected:
  // Does not wait: what still runs is killed by the stream's own process.
  virtual ~StreamCore();

  // The task for the next item; empty: there is none.
  virtual TaskToStart next_task() = 0;

  struct Ready {
    std::uint64_t position = 0;
    Message answer{};
  };
  // The next answer that is due; an empty one: that was all.
  Ready next();
  // Why this answer is none: a task that was killed for its time-out has failed with `timeout`.
  ExitReason reason_of(std::uint64_t position, const Message& answer, const MessageType& wanted);
  const task::StreamOptions& options() const noexcept { return options_; }
  // The position of the item that next_task() takes.
  std::uint64_t position() const noexcept { return started_; }

 private:
  void begin();
  void fill();
  bool has_due() const noexcept;
  Ready take_due();
  void note_answer(std::uint64_t position);

  task::StreamOptions options_;
  bool throws_;
  bool exhausted_ = false;
  Pid keeper_;
  std::uint64_t started_ = 0;
  std::uint64_t delivered_ = 0;
  AnyAnswer any_;
  std::map<std::uint64_t, OpenQuestion> running_;
  std::map<std::uint64_t, Message> ready_;
};

// The items: an lvalue is looked at where it is, an rvalue is kept, and its elements are moved out.
template <class R>
class StreamInputs {
 public:
  static constexpr bool is_kept = !std::is_lvalue_reference_v<R>;
  using Kept = std::conditional_t<is_kept, std::remove_cvref_t<R>, std::remove_reference_t<R>*>;
  using Iterator = decltype(std::begin(std::declval<std::remove_reference_t<R>&>()));
  using End = decltype(std::end(std::declval<std::remove_reference_t<R>&>()));
  using Input = std::decay_t<decltype(*std::declval<Iterator&>())>;

  explicit StreamInputs(R&& range) : range_(keep(range)) {}

  void begin() {
    iterator_.emplace(std::begin(get()));
    end_.emplace(std::end(get()));
  }
  bool is_at_end() const { return !(*iterator_ != *end_); }
  Input take() {
    Input input = take_here();
    ++*iterator_;
    return input;
  }

 private:
  static Kept keep(std::remove_reference_t<R>& range) {
    if constexpr (is_kept) {
      return std::move(range);
    } else {
      return &range;
    }
  }
  auto& get() {
    if constexpr (is_kept) {
      return range_;
    } else {
      return *range_;
    }
  }
  Input take_here() {
    if constexpr (is_kept && !std::ranges::enable_view<Kept>) {
      return std::move(**iterator_);
    } else {
      return **iterator_;
    }
  }

  Kept range_;
  std::optional<Iterator> iterator_;
  std::optional<End> end_;
};

template <bool throws, class R, class F, class... Args>
class TaskStream final : private StreamCore {
  using Inputs = StreamInputs<R>;

 public:
  using Input = typename Inputs::Input;
  using Result = TaskResult<F&, Input, const Args&...>;
  using Failure = task::ItemFailure<Input>;
  // What the loop sees; a function without a value gives a std::monostate.
  using Value = std::conditional_t<throws, std::conditional_t<std::is_void_v<Result>, std::monostate, Result>,
                                   Expected<Result, Failure>>;

  TaskStream(R&& range, F function, const task::StreamOptions& options, const Args&... args)
      : StreamCore(options, throws),
        inputs_(std::forward<R>(range)),
        function_(std::move(function)),
        arguments_(args...) {
    if constexpr (!std::is_copy_constructible_v<Input>) {
      if (options.zip_input_on_exit)
        throw std::invalid_argument("throng: zip_input_on_exit needs items that can be copied");
    }
  }

  class Iterator {
   public:
    using iterator_concept = std::input_iterator_tag;
    using iterator_category = std::input_iterator_tag;
    using difference_type = std::ptrdiff_t;
    using value_type = Value;
    using reference = Value&;
    using pointer = Value*;

    Iterator() = default;
    explicit Iterator(TaskStream& stream) : stream_(&stream) {}
    Value& operator*() const { return *stream_->current_; }
    Value* operator->() const { return &*stream_->current_; }
    Iterator& operator++() {
      stream_->advance();
      return *this;
    }
    void operator++(int) { stream_->advance(); }
    bool is_done() const { return !stream_->current_; }
    friend bool operator==(const Iterator& it, std::default_sentinel_t) { return it.is_done(); }

   private:
    TaskStream* stream_ = nullptr;
  };

  // Errors, of this and of ++: TaskFailed, see async_stream(). std::logic_error the second time.
  Iterator begin() {
    if (std::exchange(begun_, true))
      throw std::logic_error("throng: a stream of tasks can be gone through once");
    inputs_.begin();
    advance();
    return Iterator(*this);
  }
  std::default_sentinel_t end() const noexcept { return {}; }

  // Goes through all of it for the effects alone.
  void run() {
    for (auto it = begin(); it != end(); ++it) {
    }
  }
  std::vector<Value> to_vector() {
    std::vector<Value> values;
    for (Value& value : *this) values.push_back(std::move(value));
    return values;
  }

 private:
  TaskToStart next_task() override {
    if (inputs_.is_at_end()) return {};
    Input input = inputs_.take();
    if constexpr (std::is_copy_constructible_v<Input>) {
      if (options().zip_input_on_exit) kept_.emplace(position(), input);
    }
    return std::apply([&](const Args&... args) { return make_task(function_, std::move(input), args...); },
                      arguments_);
  }

  void advance() {
    current_.reset();
    Ready ready = next();
    if (!ready.answer) return;
    using Answer = Answered<ReplyValue<Result>>;
    auto* value = static_cast<Answer*>(value_in(ready.answer, message_type_of<Answer>));
    if (value == nullptr) {
      fail(reason_of(ready.position, ready.answer, message_type_of<Answer>), ready.position);
    } else if constexpr (std::is_void_v<Result>) {
      current_.emplace();
    } else if constexpr (throws) {
      current_.emplace(std::move(value->value));
    } else {
      current_.emplace(std::in_place, std::move(value->value));
    }
    kept_.erase(ready.position);
  }

  void fail(ExitReason reason, std::uint64_t position) {
    if constexpr (throws) {
      throw_task_failed(std::move(reason));
    } else {
      Failure failure{{std::move(reason)}, std::nullopt};
      if (auto kept = kept_.find(position); kept != kept_.end()) failure.input = std::move(kept->second);
      current_.emplace(Unexpected<Failure>(std::move(failure)));
    }
  }

  Inputs inputs_;
  F function_;
  std::tuple<Args...> arguments_;
  bool begun_ = false;
  std::optional<Value> current_;
  std::map<std::uint64_t, Input> kept_;  // items of tasks that are not through, where a failure shall have it
};

template <class R, class F, class... Args>
constexpr bool is_stream() {
  using Input = typename StreamInputs<R>::Input;
  return is_task<F&, Input, const Args&...>();
}

}  // namespace detail

namespace task {

// f(item, args…) for each item, in tasks. Gives the values; the first failure that is seen, also a time-out,
// is thrown as TaskFailed: uncaught, the caller ends with its reason (TSK-3).
template <class R, class F, class... Args>
auto async_stream(R&& range, F f, const StreamOptions& options = {}, const Args&... args) {
  if constexpr (detail::is_stream<R, F, detail::Kept<const Args&>...>())
    return detail::TaskStream<true, R, F, detail::Kept<const Args&>...>(std::forward<R>(range), std::move(f),
                                                                        options, args...);
}
// The same with Expected<value, ItemFailure<item>>: a failure is one item's, and the others go on. A time-out
// still ends the caller, unless the options say kill_task.
template <class R, class F, class... Args>
auto try_async_stream(R&& range, F f, const StreamOptions& options = {}, const Args&... args) {
  if constexpr (detail::is_stream<R, F, detail::Kept<const Args&>...>())
    return detail::TaskStream<false, R, F, detail::Kept<const Args&>...>(std::forward<R>(range), std::move(f),
                                                                         options, args...);
}

}  // namespace task
}  // namespace throng
