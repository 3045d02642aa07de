// One value of each type per process: what Erlang keeps in the process dictionary. For libraries that must
// remember something of the process their caller is, such as who its ancestors are. Thread: in a process, for
// its own values.
#pragma once

#include <throng/vm/send.hpp>

namespace throng {

namespace detail {
// The place of the calling process's value of this type, empty at first.
Message& local_place(const MessageType& type);
}  // namespace detail

// The caller's T, made by its default constructor when it is first asked for; destroyed after the body. Any
// type: it stays in its process. Errors: NotInProcess.
template <class T>
T& process_local() {
  detail::Message& place = detail::local_place(detail::message_type_of<T>);
  if (!place) place = detail::make_message<T>(detail::message_kind);
  return *static_cast<T*>(place.payload());
}

}  // namespace throng
