// See llvm_functions.hpp.
#include "llvm_functions.hpp"

#include "names.hpp"

namespace throng::preempt {
namespace {

// What memcpy and the like surely do in line.
constexpr std::uint64_t inline_bytes = 128;

std::string_view name_of(const llvm::Function& function) {
  const llvm::StringRef name = function.getName();
  return {name.data(), name.size()};
}

// Of a declaration or of a call of it.
template <class Holder>
void forget_constant(Holder& holder) {
#if LLVM_VERSION_MAJOR >= 16
  holder.removeFnAttr(llvm::Attribute::Memory);
#else
  holder.removeFnAttr(llvm::Attribute::ReadNone);
  holder.removeFnAttr(llvm::Attribute::ReadOnly);
#endif
  holder.removeFnAttr(llvm::Attribute::Speculatable);
}

}  // namespace

std::set<llvm::Function*> taken_out(llvm::Module& module) {
  std::set<llvm::Function*> result;
  const llvm::GlobalVariable* all = module.getGlobalVariable("llvm.global.annotations");
  if (all == nullptr || !all->hasInitializer()) {
    return result;
  }
  const auto* list = llvm::dyn_cast<llvm::ConstantArray>(all->getInitializer());
  for (unsigned index = 0; list != nullptr && index < list->getNumOperands(); ++index) {
    const auto* entry = llvm::dyn_cast<llvm::ConstantStruct>(list->getOperand(index));
    if (entry == nullptr || entry->getNumOperands() < 2) {
      continue;
    }
    auto* function = llvm::dyn_cast<llvm::Function>(entry->getOperand(0)->stripPointerCasts());
    const auto* text = llvm::dyn_cast<llvm::GlobalVariable>(entry->getOperand(1)->stripPointerCasts());
    const auto* string = text != nullptr && text->hasInitializer()
                             ? llvm::dyn_cast<llvm::ConstantDataSequential>(text->getInitializer())
                             : nullptr;
    if (function != nullptr && string != nullptr && string->isCString() &&
        string->getAsCString() == "throng_nopreempt") {
      result.insert(function);
    }
  }
  return result;
}

// The name keeps a link with optimization from taking another module's declaration, which has the promise,
// for this one: \1 says that the rest is the symbol's name.
void forget_constants(llvm::Module& module) {
  for (llvm::Function& function : module) {
    if (!function.isDeclaration() || !is_of_the_thread(name_of(function))) {
      continue;
    }
    forget_constant(function);
    for (llvm::User* user : function.users()) {
      auto* call = llvm::dyn_cast<llvm::CallBase>(user);
      if (call != nullptr && call->getCalledOperand() == &function) {
        forget_constant(*call);
      }
    }
    function.setName("\1" + function.getName());
  }
}

// Resolvers run while the program is being relocated, when the word need not be reachable yet.
Treatments::Treatments(llvm::Module& module) : none_(taken_out(module)) {
  for (llvm::GlobalIFunc& indirect : module.ifuncs()) {
    if (auto* resolver = llvm::dyn_cast<llvm::Function>(indirect.getResolver()->stripPointerCasts())) {
      none_.insert(resolver);
    }
  }
  llvm::CallGraph graph(module);
  for (auto cycle = llvm::scc_begin(&graph); !cycle.isAtEnd(); ++cycle) {
    if (cycle.hasCycle()) {
      for (llvm::CallGraphNode* node : *cycle) {
        if (node->getFunction() != nullptr) {
          recursive_.insert(node->getFunction());
        }
      }
    }
  }
}

// naked: its body may be nothing but its own instructions. Entries of the standard library's templates: they
// share one copy with the runtime's own code, which nothing may preempt, and are mostly steps of a caller who
// has a check; a function that can call itself keeps it, for it may go on for long (std::regex does). Entries
// of throng's own functions: they call the runtime, which counts by itself. Their loops have checks: what a
// process does is compiled into them, and nothing here tells its loops from theirs.
Treatment Treatments::of(llvm::Function& function) const {
  if (function.isDeclaration() || function.hasAvailableExternallyLinkage() || none_.count(&function) != 0 ||
      function.hasFnAttribute(llvm::Attribute::Naked) ||
      function.hasFnAttribute(llvm::Attribute::NoSanitizeCoverage) || is_slow_path(name_of(function))) {
    return Treatment::none;
  }
  if (is_runtime(name_of(function))) {
    return Treatment::loops;
  }
  if (is_standard_library(name_of(function)) && recursive_.count(&function) == 0) {
    return Treatment::loops;
  }
  return Treatment::all;
}

bool is_call(const llvm::Instruction& instruction) {
  if (const auto* copy = llvm::dyn_cast<llvm::MemIntrinsic>(&instruction)) {
    const auto* length = llvm::dyn_cast<llvm::ConstantInt>(copy->getLength());
    return length == nullptr || length->getZExtValue() > inline_bytes;
  }
  const auto* call = llvm::dyn_cast<llvm::CallBase>(&instruction);
  return call != nullptr && !llvm::isa<llvm::IntrinsicInst>(call) && !call->isInlineAsm();
}

}  // namespace throng::preempt
