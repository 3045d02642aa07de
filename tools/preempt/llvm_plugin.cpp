// A pass plugin for clang (LLVM 14 and later) that inserts the checks by which a process that never calls the
// runtime gives way. What is inserted where, and why, is in docs/design/preemption.md; gcc_plugin.cpp is its
// sibling.
//
// -fpass-plugin=throng_preempt_llvm.so is all, if the defaults will do. For options, -Xclang -load -Xclang
// and the same file come before, and the options themselves are spelled -mllvm -throng-preempt-loop=memory:
//
// - loop=local: the default, loops without calls count in a register. loop=memory: all count in the word.
// - chunk=1024: iterations that are counted in a register at a time.
// - settle=on: the default, a nest charges what its register counted when it is left. settle=off: it does
// not.
// - strips=on: the default, loops whose number of iterations is known before are charged for many at once.
//   strips=off: they count like others.
// - stats=FILE: a line per function is appended to the file, or goes to stderr.
//
// The checks come when the optimizer is done, before link-time optimization, which keeps them.
#include "llvm_checks.hpp"
#include "llvm_functions.hpp"

#include <llvm/Passes/PassBuilder.h>
#include <llvm/Passes/PassPlugin.h>
#include <llvm/Support/FileSystem.h>
#include <llvm/Support/raw_ostream.h>

#include <optional>

namespace throng::preempt {
namespace {

llvm::cl::opt<std::string> loop_option("throng-preempt-loop", llvm::cl::init("local"),
                                       llvm::cl::desc("local or memory: where loops without calls count"));
llvm::cl::opt<int> chunk_option("throng-preempt-chunk", llvm::cl::init(1024),
                                llvm::cl::desc("iterations that are counted in a register at a time"));
llvm::cl::opt<std::string> settle_option(
    "throng-preempt-settle", llvm::cl::init("on"),
    llvm::cl::desc("on or off: charge the rest when a loop nest is left"));
llvm::cl::opt<std::string> strips_option(
    "throng-preempt-strips", llvm::cl::init("on"),
    llvm::cl::desc("on or off: charge loops that know how often they run for many iterations at once"));
llvm::cl::opt<std::string> stats_option("throng-preempt-stats",
                                        llvm::cl::desc("file for a line per function, or stderr"));

void report(const llvm::Function& function, const Count& count) {
  if (stats_option.empty()) {
    return;
  }
  std::error_code error;
  std::optional<llvm::raw_fd_ostream> file;
  if (stats_option != "stderr") {
    file.emplace(stats_option, error, llvm::sys::fs::OF_Append);
  }
  llvm::raw_ostream& out = file ? *file : llvm::errs();
  out << function.getName() << " entry=" << count.entry << " memory=" << count.memory
      << " local=" << count.local << " strips=" << count.strips << " skipped=" << count.skipped
      << " slow=call\n";
}

// Before anything is inlined or found to be the same twice: a function that was taken out stays by itself,
// for inside another one it would be preempted with that.
struct Prepare : llvm::PassInfoMixin<Prepare> {
  llvm::PreservedAnalyses run(llvm::Module& module, llvm::ModuleAnalysisManager&) {
    forget_constants(module);
    for (llvm::Function* function : taken_out(module)) {
      if (!function->hasFnAttribute(llvm::Attribute::AlwaysInline)) {
        function->addFnAttr(llvm::Attribute::NoInline);
      }
    }
    return llvm::PreservedAnalyses::none();
  }
  static bool isRequired() { return true; }
};

// A module pass: a function pass would be kept away from functions that are not to be optimized.
struct InsertChecks : llvm::PassInfoMixin<InsertChecks> {
  llvm::PreservedAnalyses run(llvm::Module& module, llvm::ModuleAnalysisManager& manager) {
    auto& functions = manager.getResult<llvm::FunctionAnalysisManagerModuleProxy>(module).getManager();
    const Form form{loop_option == "local", strips_option == "on", settle_option == "on", chunk_option};
    const Treatments treatments(module);
    std::vector<llvm::Function*> all;
    for (llvm::Function& function : module) {
      all.push_back(&function);  // the declarations of the slow path come to the module meanwhile
    }
    for (llvm::Function* function : all) {
      const Treatment treatment = treatments.of(*function);
      if (treatment != Treatment::none) {
        report(*function, instrument(*function, treatment, form, functions));
        functions.invalidate(*function, llvm::PreservedAnalyses::none());
      } else if (!function->isDeclaration()) {
        report(*function, Count{});
      }
    }
    return llvm::PreservedAnalyses::none();
  }
  static bool isRequired() { return true; }
};

void register_passes(llvm::PassBuilder& builder) {
  builder.registerPipelineStartEPCallback(
      [](llvm::ModulePassManager& passes, auto...) { passes.addPass(Prepare()); });
  builder.registerOptimizerLastEPCallback(
      [](llvm::ModulePassManager& passes, auto...) { passes.addPass(InsertChecks()); });
}

}  // namespace
}  // namespace throng::preempt

extern "C" LLVM_ATTRIBUTE_WEAK llvm::PassPluginLibraryInfo llvmGetPassPluginInfo() {
  return {LLVM_PLUGIN_API_VERSION, "throng_preempt", "1", throng::preempt::register_passes};
}
