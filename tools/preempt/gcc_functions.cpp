// See gcc_functions.hpp.
#include "gcc_functions.hpp"

#include "names.hpp"

namespace throng::preempt {
namespace {

// Names with a blank cannot be written in a program. They travel with the function through link-time
// optimization.
constexpr const char* marked_name = "throng preempt";
constexpr const char* recursive_name = "throng recursive";

std::vector<std::string> own_headers;

bool has(tree decl, const char* attribute) {
  return lookup_attribute(attribute, DECL_ATTRIBUTES(decl)) != NULL_TREE;
}

void mark(tree decl, const char* attribute) {
  if (!has(decl, attribute)) {
    DECL_ATTRIBUTES(decl) = tree_cons(get_identifier(attribute), NULL_TREE, DECL_ATTRIBUTES(decl));
  }
}

std::string real_path(const char* path) {
  char* real = realpath(path, nullptr);
  std::string result = real != nullptr ? real : path;
  free(real);
  return result;
}

bool is_own_file(const char* file) {
  static std::map<std::string, bool> known;
  if (file == nullptr || own_headers.empty()) {
    return false;
  }
  const auto [entry, is_new] = known.try_emplace(file, false);
  if (is_new) {
    const std::string path = real_path(file);
    for (const std::string& directory : own_headers) {
      entry->second = entry->second || starts_with(path, directory);
    }
  }
  return entry->second;
}

bool is_own(location_t where) { return is_own_file(LOCATION_FILE(where)); }

bool is_system(location_t where) { return in_system_header_at(where) != 0; }

// A resolver runs while the program is being relocated, when the word need not be reachable yet.
bool is_resolver(cgraph_node* node) {
  ipa_ref* reference = nullptr;
  if (node->dispatcher_function) {
    return true;
  }
  FOR_EACH_ALIAS(node, reference) {
    if (has(reference->referring->decl, "ifunc")) {
      return true;
    }
  }
  return false;
}

bool calls_itself(cgraph_node* node) {
  for (cgraph_edge* call = node->callees; call != nullptr; call = call->next_callee) {
    if (call->recursive_p()) {
      return true;
    }
  }
  return false;
}

tree take_out(tree* node, tree, tree, int, bool*) {
  if (TREE_CODE(*node) == FUNCTION_DECL) {
    DECL_UNINLINABLE(*node) = 1;  // inside another function it would be preempted with that
  }
  return NULL_TREE;
}

bool (*usual_can_inline)(tree, tree);

const char* name_of(tree decl) {
  const char* name = IDENTIFIER_POINTER(DECL_ASSEMBLER_NAME(decl));
  return *name == '*' ? name + 1 : name;
}

bool is_callee_kept_apart(tree callee) {
  return !has(callee, marked_name) && (is_runtime(name_of(callee)) || is_slow_path(name_of(callee)));
}

bool can_inline(tree caller, tree callee) {
  return !(in_lto_p && has(caller, marked_name) && is_callee_kept_apart(callee)) &&
         usual_can_inline(caller, callee);
}

}  // namespace

void keep_runtime_apart() {
  usual_can_inline = targetm.target_option.can_inline_p;
  targetm.target_option.can_inline_p = can_inline;
}

void add_own_headers(const std::string& directory) {
  own_headers.push_back(real_path(directory.c_str()) + "/throng/");
}

void register_attribute_name(void*, void*) {
  static attribute_spec spec = {"throng_nopreempt", 0, 0, true, false, false, false, take_out, nullptr};
  register_attribute(&spec);
}

// Calls ask the declaration each time they are looked at.
void forget_constant(void* declaration, void*) {
  tree decl = static_cast<tree>(declaration);
  if (decl != NULL_TREE && TREE_CODE(decl) == FUNCTION_DECL && TREE_PUBLIC(decl) &&
      DECL_NAME(decl) != NULL_TREE && is_of_the_thread(IDENTIFIER_POINTER(DECL_NAME(decl)))) {
    TREE_READONLY(decl) = 0;
    DECL_PURE_P(decl) = 0;
    DECL_LOOPING_CONST_OR_PURE_P(decl) = 0;
  }
}

void forget_constants(void*, void*) {
  cgraph_node* node;
  FOR_EACH_FUNCTION(node) { forget_constant(node->decl, nullptr); }
}

// In the link's compiler the bodies come from translation units that asked for checks and from others, the
// runtime's own above all; only the first carry the mark.
void mark_functions(void*, void*) {
  if (in_lto_p) {
    return;
  }
  cgraph_node** order = XCNEWVEC(cgraph_node*, symtab->cgraph_count);
  const int count = ipa_reduced_postorder(order, true, nullptr);
  for (int index = 0; index < count; ++index) {
    auto_vec<cgraph_node*> cycle(ipa_get_nodes_in_cycle(order[index]));
    for (cgraph_node* node : cycle) {
      if (node->definition) {
        mark(node->decl, marked_name);
      }
      if (cycle.length() > 1 || calls_itself(node)) {
        mark(node->decl, recursive_name);
      }
    }
  }
  ipa_free_postorder_info();
  free(order);
}

// naked: its body may be nothing but its own instructions. Entries of functions from system headers: they
// share one copy with the runtime's own code, which nothing may preempt, and are mostly steps of a caller who
// has a check; a function that can call itself keeps it, for it may go on for long (std::regex does). Entries
// of throng's own functions: they call the runtime, which counts by itself.
Treatment treatment_of(::function* fun) {
  tree decl = fun->decl;
  const char* name = name_of(decl);
  cgraph_node* node = cgraph_node::get(decl);
  if (has(decl, "throng_nopreempt") || has(decl, "no_sanitize_coverage") || has(decl, "naked") ||
      is_slow_path(name) || (in_lto_p && !has(decl, marked_name)) || (node != nullptr && is_resolver(node))) {
    return Treatment::none;
  }
  const location_t where = DECL_SOURCE_LOCATION(decl);
  if (is_runtime_detail(name) || is_own(where)) {
    return Treatment::foreign_loops;
  }
  if ((is_system(where) || is_standard_library(name)) && !has(decl, recursive_name)) {
    return Treatment::loops;
  }
  return Treatment::all;
}

bool is_call(gimple* statement) {
  gcall* call = dyn_cast<gcall*>(statement);
  if (call == nullptr || gimple_inexpensive_call_p(call)) {
    return false;
  }
  tree callee = gimple_call_fndecl(call);
  if (callee != NULL_TREE && fndecl_built_in_p(callee, BUILT_IN_NORMAL)) {
    const built_in_function code = DECL_FUNCTION_CODE(callee);
    return code < BUILT_IN_SYNC_FETCH_AND_ADD_N || code > BUILT_IN_ATOMIC_SIGNAL_FENCE;
  }
  return true;
}

bool is_own_loop(class loop* nest) {
  basic_block* body = get_loop_body(nest);
  bool own = false, foreign = false;
  for (unsigned index = 0; index < nest->num_nodes; ++index) {
    for (gimple_stmt_iterator at = gsi_start_bb(body[index]); !gsi_end_p(at); gsi_next(&at)) {
      const location_t where = gimple_location(gsi_stmt(at));
      if (LOCATION_LOCUS(where) == UNKNOWN_LOCATION || is_gimple_debug(gsi_stmt(at))) {
        continue;
      }
      own = own || is_own(where);
      foreign = foreign || (!is_own(where) && !is_system(where));
    }
  }
  free(body);
  return own && !foreign;
}

}  // namespace throng::preempt
