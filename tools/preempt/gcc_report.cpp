// See gcc_report.hpp.
#include "gcc_report.hpp"

namespace throng::preempt {

void report(::function* fun, const Count& count, bool stub, const std::string& name) {
  FILE* file = name == "stderr" ? stderr : fopen(name.c_str(), "a");
  if (file == nullptr) {
    return;
  }
  fprintf(file, "%s entry=%d memory=%d local=%d strips=%d skipped=%d slow=%s\n",
          IDENTIFIER_POINTER(DECL_ASSEMBLER_NAME(fun->decl)), count.entry, count.memory, count.local,
          count.strips, count.skipped, stub ? "asm" : "call");
  if (file != stderr) {
    fclose(file);
  }
}

}  // namespace throng::preempt
