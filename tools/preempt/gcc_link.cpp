// See gcc_link.hpp.
#include "gcc_link.hpp"

#include "gcc.hpp"
#include "output.h"

namespace throng::preempt {
namespace {

// The linker's sentence is about this name.
constexpr const char* required = "throng_preempt_plugin_options_are_missing_where_this_is_linked";

tree variable(const char* name, tree type) {
  tree decl = build_decl(UNKNOWN_LOCATION, VAR_DECL, get_identifier(name), type);
  SET_DECL_ASSEMBLER_NAME(decl, get_identifier(name));
  DECL_ARTIFICIAL(decl) = 1;
  DECL_IGNORED_P(decl) = 1;
  TREE_READONLY(decl) = 1;
  TREE_USED(decl) = 1;
  return decl;
}

}  // namespace

void require_plugin_at_link(void*, void*) {
  if (in_lto_p || !flag_lto) {
    return;
  }
  tree needed = variable(required, char_type_node);
  DECL_EXTERNAL(needed) = 1;
  TREE_PUBLIC(needed) = 1;
  tree holder = variable("throng_preempt_needs_plugin", build_pointer_type(char_type_node));
  TREE_STATIC(holder) = 1;
  DECL_PRESERVE_P(holder) = 1;
  TREE_ADDRESSABLE(needed) = 1;
  DECL_INITIAL(holder) = build_fold_addr_expr(needed);
  varpool_node::finalize_decl(holder);
}

void define_plugin_at_link(void*, void*) {
  if (asm_out_file != nullptr && !flag_wpa && (in_lto_p || (flag_lto && flag_fat_lto_objects))) {
    fprintf(asm_out_file, "\t.weak\t%s\n\t.hidden\t%s\n\t.set\t%s, 0\n", required, required, required);
  }
}

}  // namespace throng::preempt
