// What travels to an event manager and acts in it. Nobody's to use; see gen_event.hpp.
#pragma once

#include <throng/base/owned.hpp>
#include <throng/stdlib/behaviour.hpp>
#include <throng/stdlib/event_handler.hpp>
#include <throng/stdlib/server_ref.hpp>
#include <throng/stdlib/server_table.hpp>
#include <vector>

namespace throng::detail {

// The object of a handler.
class HeldHandler {
 public:
  explicit HeldHandler(const HandlerType& type) noexcept : type_(type) {}
  HeldHandler(const HeldHandler&) = delete;
  HeldHandler& operator=(const HeldHandler&) = delete;
  virtual ~HeldHandler() = default;
  virtual void* object() noexcept = 0;
  const HandlerType& type() const noexcept { return type_; }

 private:
  const HandlerType& type_;
};

template <class H>
class HandlerOf final : public HeldHandler {
 public:
  template <class... Args>
  explicit HandlerOf(Args&&... args)
      : HeldHandler(handler_type_of<H>), handler_(std::forward<Args>(args)...) {}
  void* object() noexcept override { return &handler_; }

 private:
  H handler_;
};

class EventManager;

// Something to do in the manager, which answers; or hands the obligation on.
class ManagerAction {
 public:
  ManagerAction() = default;
  ManagerAction(const ManagerAction&) = delete;
  ManagerAction& operator=(const ManagerAction&) = delete;
  virtual ~ManagerAction() = default;
  virtual void act(EventManager& manager, ReplyTo& reply_to) = 0;
};

struct ManagerRequest {
  static constexpr bool sendable = true;
  Owned<ManagerAction> action;
};

struct EventEnvelope {
  static constexpr bool sendable = true;
  Message event;
};

// What a swap does with the two handlers.
class Swap : public ManagerAction {
 public:
  virtual void take_state(void* old_handler) = 0;
  virtual std::unique_ptr<HeldHandler> make() = 0;
};

class EventManager final : public Behaviour {
 public:
  EventManager(StartOptions options, Pid parent) : Behaviour(std::move(options), parent) {}

  std::string_view type_name() const noexcept override { return "event manager"; }
  void* state() noexcept override { return &handlers_; }
  std::string status_text() override;

  using Make = std::unique_ptr<HeldHandler> (*)(void* arguments);

  // -- for actions
  void add(const gen_event::HandlerKey& key, Pid adder, Make make, void* arguments);
  bool remove(const gen_event::HandlerKey& key);
  void swap(const gen_event::HandlerKey& old_key, const gen_event::HandlerKey& new_key, Swap& swap);
  void handle_event(const Message& event);
  // Why there is no answer of the handler's: it failed in it, or there is no such handler.
  std::optional<ExitReason> call(const gen_event::HandlerKey& key, void (*act)(void* handler, void* call),
                                 void* call);
  std::vector<gen_event::HandlerKey> keys() const;

  // The handler whose callback runs goes when that is through.
  void remove_current() noexcept { remove_current_ = true; }

 private:
  struct Place {
    gen_event::HandlerKey key;
    Pid adder;  // null: bound to nobody
    Owned<HeldHandler> handler;
  };
  using Routes = std::span<const HandlerRoute> HandlerType::*;

  void init() override {}
  bool take(ReceivedMessage& message) override;
  void terminate(const ExitReason& reason) override;
  bool dispatch(Routes routes, const MessageType& type, const void* payload);
  // Runs a callback of the handler at this place, which is gone afterwards if it failed or asks for it.
  template <class Callback>
  std::optional<ExitReason> guarded(std::size_t place, Callback callback);
  std::size_t find(const gen_event::HandlerKey& key) const noexcept;
  void take_out(std::size_t place, const gen_event::Removed& why);
  void tell_adder(const Place& place, const gen_event::Removed& why);
  void adder_ended(const Exit& end);

  std::vector<Place> handlers_;  // the newest last
  bool remove_current_ = false;
};

// The constructor of a handler with its arguments.
template <class H, class... Args>
class AddHandler final : public ManagerAction {
 public:
  template <class... As>
  AddHandler(gen_event::HandlerKey key, Pid adder, As&&... args)
      : key_(std::move(key)), adder_(adder), arguments_(std::forward<As>(args)...) {}
  void act(EventManager& manager, ReplyTo& reply_to) override {
    manager.add(
        key_, adder_,
        [](void* arguments) -> std::unique_ptr<HeldHandler> {
          return std::apply([](Args&... args) { return std::make_unique<HandlerOf<H>>(std::move(args)...); },
                            *static_cast<std::tuple<Args...>*>(arguments));
        },
        &arguments_);
    reply_to.answer(Acknowledged{});
  }

 private:
  gen_event::HandlerKey key_;
  Pid adder_;
  std::tuple<Args...> arguments_;
};

template <class Old>
struct HandOver {
  using type = void;
};
template <class Old>
requires requires(Old& old) { old.hand_over(); }
struct HandOver<Old> {
  using type = std::decay_t<decltype(std::declval<Old&>().hand_over())>;
};

template <class State, class New, class... Args>
inline constexpr bool takes_state = std::is_constructible_v<New, Args..., std::optional<State>>;
template <class New, class... Args>
inline constexpr bool takes_state<void, New, Args...> = false;
template <class Old, class New, class... Args>
inline constexpr bool takes_over = takes_state<typename HandOver<Old>::type, New, Args...>;

template <class Old, class New, class... Args>
class SwapHandler final : public Swap {
 public:
  template <class... As>
  SwapHandler(gen_event::HandlerKey old_key, gen_event::HandlerKey new_key, As&&... args)
      : old_(std::move(old_key)), new_(std::move(new_key)), arguments_(std::forward<As>(args)...) {}
  void act(EventManager& manager, ReplyTo& reply_to) override {
    manager.swap(old_, new_, *this);
    reply_to.answer(Acknowledged{});
  }

  void take_state(void* old_handler) override {
    if constexpr (takes_over<Old, New, Args...>) state_.emplace(static_cast<Old*>(old_handler)->hand_over());
  }
  std::unique_ptr<HeldHandler> make() override {
    return std::apply(
        [this](Args&... args) -> std::unique_ptr<HeldHandler> {
          if constexpr (takes_over<Old, New, Args...>) {
            return std::make_unique<HandlerOf<New>>(std::move(args)..., std::move(state_));
          } else {
            static_cast<void>(this);
            return std::make_unique<HandlerOf<New>>(std::move(args)...);
          }
        },
        arguments_);
  }

 private:
  using State = typename HandOver<Old>::type;
  gen_event::HandlerKey old_, new_;
  std::tuple<Args...> arguments_;
  std::optional<std::conditional_t<std::is_void_v<State>, Acknowledged, State>> state_;
};

class DeleteHandler final : public ManagerAction {
 public:
  explicit DeleteHandler(gen_event::HandlerKey key) : key_(std::move(key)) {}
  void act(EventManager& manager, ReplyTo& reply_to) override { reply_to.answer(manager.remove(key_)); }

 private:
  gen_event::HandlerKey key_;
};

class ListHandlers final : public ManagerAction {
 public:
  void act(EventManager& manager, ReplyTo& reply_to) override { reply_to.answer(manager.keys()); }
};

template <class H, class M>
constexpr bool is_handler_call() {
  require_call<H, M>();
  if constexpr (is_listed<M, typename H::Protocol> && IsCall<M>) {
    constexpr bool handled = AnswersLater<H, M> || AnswersNow<H, M>;
    static_assert(handled, "throng: a call listed in this handler's Protocol has no handle_call taking it");
    return handled;
  } else {
    return false;
  }
}

template <class H, class M>
class CallHandler final : public ManagerAction {
 public:
  template <class V>
  CallHandler(gen_event::HandlerKey key, V&& message)
      : key_(std::move(key)), message_(std::forward<V>(message)) {}
  void act(EventManager& manager, ReplyTo& reply_to) override {
    Question<M> question{std::move(reply_to), std::move(message_)};
    std::optional<ExitReason> failure = manager.call(key_, &route_call<H, M>, &question);
    if (failure && question.reply_to) question.reply_to.fail(*std::move(failure));
  }

 private:
  gen_event::HandlerKey key_;
  M message_;
};

std::unique_ptr<ManagerAction> make_event_action(Message event);

Expected<Message, CallError> try_ask_manager(Pid manager, std::unique_ptr<ManagerAction> action,
                                             Duration timeout, const MessageType& wanted);
// For an Acknowledged; throws CallFailed.
void ask_manager(Pid manager, std::unique_ptr<ManagerAction> action, Duration timeout);

}  // namespace throng::detail
