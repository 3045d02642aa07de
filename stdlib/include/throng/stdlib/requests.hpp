// Many calls at once: requests with labels, answered in whatever order (GSV-10).
//
//   gen_server::Requests<int, std::string> open;
//   for (auto& [name, server] : servers) open.add(server.send_request(Get{}), name);
//   while (auto next = open.receive(1s)) use(next->label, next->answer);
//
// The wait costs the same however many are open. Thread: the process that made it; it does not travel.
#pragma once

#include <throng/stdlib/server_ref.hpp>
#include <vector>

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
    if (free_.empty()) {
      free_.reserve(open_.size() + 1);  // so that giving a place back takes no memory
      open_.emplace_back();
      free_.push_back(open_.size() - 1);
    }
    std::optional<Entry>& place = open_[free_.back()];
    any_.watch(*request.open_, free_.back());
    place.emplace(Entry{std::move(request), std::move(label)});
    free_.pop_back();
  }

  // The next that is answered, or has failed. Nothing: the time is up, and all stay open; or none is open.
  std::optional<Next> receive(Duration timeout = default_call_timeout) {
    if (empty()) return std::nullopt;
    std::optional<std::uint64_t> number = any_.wait(timeout);
    if (!number) return std::nullopt;
    std::optional<Entry>& place = open_[*number];
    Entry entry = *std::move(place);
    place.reset();
    free_.push_back(*number);
    return Next{entry.request.receive(Duration::zero()), std::move(entry.label)};
  }

  std::size_t size() const noexcept { return open_.size() - free_.size(); }
  bool empty() const noexcept { return size() == 0; }
  // Gives all up: later answers are dropped.
  void clear() {
    open_.clear();
    free_.clear();
  }

 private:
  struct Entry {
    PendingCall<Reply> request;
    Label label;
  };

  detail::AnyAnswer any_;
  std::vector<std::optional<Entry>> open_;  // a request is known to any_ by its place
  std::vector<std::size_t> free_;           // places that hold none
};

}  // namespace throng::gen_server
