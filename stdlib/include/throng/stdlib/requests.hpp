// Many calls at once: requests with labels, answered in whatever order (GSV-10).
//
//   gen_server::Requests<int, std::string> open;
//   for (auto& [name, server] : servers) open.add(server.send_request(Get{}), name);
//   while (auto next = open.receive(1s)) use(next->label, next->answer);
//
// The wait hardly depends on how many are open. Thread: the process that made it; it does not travel.
#pragma once

#include <map>
#include <throng/stdlib/server_ref.hpp>

namespace throng::gen_server {

template <class Reply, class Label>
class Requests {
 public:
  struct Next {
    Expected<Reply, CallError> answer;
    Label label;
  };

  // Errors: std::invalid_argument for a request that has had its answer.
  void add(PendingCall<Reply> request, Label label) {
    if (!request.open_)
      throw std::invalid_argument("throng: Requests::add(): this request has had its answer already");
    any_.watch(*request.open_, next_number_);
    open_.emplace(next_number_++, Entry{std::move(request), std::move(label)});
  }

  // The next that is answered, or has failed. Nothing: the time is up, and all stay open; or none is open.
  std::optional<Next> receive(Duration timeout = default_call_timeout) {
    if (open_.empty()) return std::nullopt;
    std::optional<std::uint64_t> number = any_.wait(timeout);
    if (!number) return std::nullopt;
    auto found = open_.extract(*number);
    return Next{found.mapped().request.receive(Duration::zero()), std::move(found.mapped().label)};
  }

  std::size_t size() const noexcept { return open_.size(); }
  bool empty() const noexcept { return open_.empty(); }
  // Gives all up: later answers are dropped.
  void clear() { open_.clear(); }

 private:
  struct Entry {
    PendingCall<Reply> request;
    Label label;
  };

  detail::AnyAnswer any_;
  std::map<std::uint64_t, Entry> open_;
  std::uint64_t next_number_ = 0;
};

}  // namespace throng::gen_server
