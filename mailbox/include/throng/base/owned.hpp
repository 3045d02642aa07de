// Owned<T>: what std::unique_ptr<T> is, for members in headers that every program includes. A compiler builds
// a dozen classes for each unique_ptr, a tuple among them, and one for this. Interfaces take and give
// unique_ptr. Thread: as safe as a pointer is.
#pragma once

namespace throng::detail {

// Without <type_traits>, which costs more than all of this.
template <class U>
inline constexpr bool is_array = false;
template <class U>
inline constexpr bool is_array<U[]> = true;

template <class T>
class Owned {
 public:
  Owned() = default;
  explicit Owned(T* object) noexcept : object_(object) {}
  // From a unique_ptr with the default deleter, which alone has nothing to say about the end.
  template <template <class, class> class Unique, class U, template <class> class Delete>
  Owned(Unique<U, Delete<U>> object) noexcept : object_(object.release()) {
    static_assert(!is_array<U>, "throng: an array is not held as an object");
  }
  Owned(Owned&& other) noexcept : object_(other.release()) {}
  Owned& operator=(Owned&& other) noexcept {
    reset(other.release());
    return *this;
  }
  ~Owned() { reset(); }

  T* get() const noexcept { return object_; }
  T& operator*() const noexcept { return *object_; }
  T* operator->() const noexcept { return object_; }
  explicit operator bool() const noexcept { return object_ != nullptr; }
  friend bool operator==(const Owned& owned, decltype(nullptr)) noexcept { return owned.object_ == nullptr; }
  T* release() noexcept {
    T* object = object_;
    object_ = nullptr;
    return object;
  }
  void reset(T* object = nullptr) noexcept {
    static_assert(sizeof(T) > 0, "throng: an object is destroyed where its class is known");
    // Forgotten first: its destructor may come by here again.
    T* old = object_;
    object_ = object;
    delete old;
  }

 private:
  T* object_ = nullptr;
};

}  // namespace throng::detail
