// expect: throng: this type is not Sendable: it may reach memory of another process
// A listed message that carries a pointer.
#include <throng/throng.hpp>

class Reader {
 public:
  struct Look {
    int* at;
  };
  using Protocol = throng::Messages<Look>;
  void handle_cast(Look) {}
};

void use(throng::ServerRef<Reader> reader, int* at) { reader.cast(Reader::Look{at}); }
