// See gcc_checks.hpp.
#include "gcc_checks.hpp"

namespace throng::preempt {
namespace {

tree ticks_decl, slow_decl;

const ggc_root_tab roots[] = {{&ticks_decl, 1, sizeof(tree), &gt_ggc_mx_tree_node, nullptr},
                              {&slow_decl, 1, sizeof(tree), &gt_ggc_mx_tree_node, nullptr},
                              LAST_GGC_ROOT_TAB};

// extern "C" __thread int throng_ticks. Its offset is a constant in code that can only be part of a program,
// as throng's libraries are static; in a shared library it is read, by the model initial-exec.
tree ticks() {
  if (ticks_decl == NULL_TREE) {
    ticks_decl = build_decl(UNKNOWN_LOCATION, VAR_DECL, get_identifier("throng_ticks"), integer_type_node);
    SET_DECL_ASSEMBLER_NAME(ticks_decl, get_identifier("throng_ticks"));
    DECL_EXTERNAL(ticks_decl) = 1;
    TREE_PUBLIC(ticks_decl) = 1;
    TREE_ADDRESSABLE(ticks_decl) = 1;
    TREE_USED(ticks_decl) = 1;
    DECL_ARTIFICIAL(ticks_decl) = 1;
    set_decl_tls_model(ticks_decl, flag_shlib ? TLS_MODEL_INITIAL_EXEC : TLS_MODEL_LOCAL_EXEC);
  }
  return ticks_decl;
}

tree slow() {
  if (slow_decl == NULL_TREE) {
    slow_decl = build_fn_decl("throng_preempt_slow", build_function_type_list(void_type_node, NULL_TREE));
    TREE_NOTHROW(slow_decl) = 1;
    DECL_ARTIFICIAL(slow_decl) = 1;
  }
  return slow_decl;
}

tree operand(const char* constraint, tree value) {
  return build_tree_list(
      build_tree_list(NULL_TREE, build_string(static_cast<int>(strlen(constraint)), constraint)), value);
}

// On x86 every asm destroys the flags.
gasm* build_asm(const char* text, vec<tree, va_gc>* outputs, vec<tree, va_gc>* inputs) {
  gasm* statement = gimple_build_asm_vec(text, inputs, outputs, nullptr, nullptr);
  gimple_asm_set_volatile(statement, true);
  return statement;
}

// A call that saves the registers itself. Through the table of addresses: a first call through a lazily bound
// PLT entry would lose two registers that the stub's callers keep values in. The linker makes it a direct
// call where it can. Without a clobber of memory, as if the operating system had preempted.
gimple* cold_call(const CheckForm& form) {
  if (form.stub) {
    return build_asm("call\t*throng_preempt_slow_saved@GOTPCREL(%%rip)", nullptr, nullptr);
  }
  return gimple_build_call(slow(), 0);
}

// Ends the block behind `last` with `if (condition) { cold }`. Returns where the cold statement is.
gimple_stmt_iterator insert_cold_block(gimple* last, gcond* condition, gimple* cold) {
  basic_block head = gimple_bb(last);
  edge onward = split_block(head, last);
  basic_block tail = onward->dest;
  basic_block aside = create_empty_bb(head);
  add_bb_to_loop(aside, head->loop_father);

  onward->flags = (onward->flags & ~EDGE_FALLTHRU) | EDGE_FALSE_VALUE;
  onward->probability = profile_probability::very_likely();
  edge in = make_edge(head, aside, EDGE_TRUE_VALUE);
  in->probability = profile_probability::very_unlikely();
  aside->count = in->count();
  edge out = make_single_succ_edge(aside, tail, EDGE_FALLTHRU);
  out->probability = profile_probability::always();

  gimple_stmt_iterator end = gsi_last_bb(head);
  gsi_insert_after(&end, condition, GSI_NEW_STMT);
  gimple_stmt_iterator cold_end = gsi_start_bb(aside);
  gsi_insert_after(&cold_end, cold, GSI_NEW_STMT);
  return cold_end;
}

tree constant(int value) { return build_int_cst(integer_type_node, value); }

#ifndef TARGET_64BIT
// `throng_ticks -= amount` where `at` points, for processors that have no text below.
tree insert_plain_charge(gimple_stmt_iterator* at, tree amount) {
  tree before = make_ssa_name(integer_type_node);
  tree after = make_ssa_name(integer_type_node);
  gsi_insert_before(at, gimple_build_assign(before, ticks()), GSI_SAME_STMT);
  gsi_insert_before(at, gimple_build_assign(after, MINUS_EXPR, before, amount), GSI_SAME_STMT);
  gsi_insert_before(at, gimple_build_assign(ticks(), after), GSI_SAME_STMT);
  return after;
}
#endif

}  // namespace

void register_roots(const char* plugin) {
  register_callback(plugin, PLUGIN_REGISTER_GGC_ROOTS, nullptr, const_cast<ggc_root_tab*>(roots));
}

bool can_use_stub() {
#if defined(TARGET_64BIT) && defined(TARGET_NO_RED_ZONE)
  return TARGET_64BIT && TARGET_NO_RED_ZONE;
#else
  return false;
#endif
}

// On x86 one instruction sets the word and the flag to jump by. Load, subtract and store would be one
// instruction only if a later pass thought so, and the compiler could compute the address once for two of
// them, against invariant 2.
void insert_charge_check(gimple_stmt_iterator at, tree amount, const CheckForm& form) {
#ifdef TARGET_64BIT
  tree negative = make_ssa_name(integer_type_node);
  vec<tree, va_gc>*outputs = nullptr, *inputs = nullptr;
  vec_safe_push(outputs, operand("=m", ticks()));
  vec_safe_push(outputs, operand("=@ccs", negative));
  vec_safe_push(inputs, operand("ir", amount));
  vec_safe_push(inputs, operand("m", ticks()));
  gimple* last = build_asm("sub{l}\t{%2, %0|%0, %2}", outputs, inputs);
  SSA_NAME_DEF_STMT(negative) = last;
  gsi_insert_before(&at, last, GSI_SAME_STMT);
  gcond* condition = gimple_build_cond(NE_EXPR, negative, integer_zero_node, NULL_TREE, NULL_TREE);
#else
  tree left = insert_plain_charge(&at, amount);
  gsi_prev(&at);
  gimple* last = gsi_stmt(at);
  gcond* condition = gimple_build_cond(LT_EXPR, left, integer_zero_node, NULL_TREE, NULL_TREE);
#endif
  insert_cold_block(last, condition, cold_call(form));
}

void insert_memory_check(gimple_stmt_iterator at, const CheckForm& form) {
  insert_charge_check(at, integer_one_node, form);
}

// The counter is a plain variable; the SSA updater gives it names and phis. In registers the subtraction and
// the comparison become one instruction and a jump, which processors take as one where it asks for zero. A
// chunk is charged in place: the stub takes as long as a hundred iterations of a small loop.
void insert_register_check(gimple_stmt_iterator at, tree counter, const CheckForm& form) {
  gimple* last = gimple_build_assign(counter, PLUS_EXPR, counter, integer_minus_one_node);
  gsi_insert_before(&at, last, GSI_SAME_STMT);
  gcond* condition = gimple_build_cond(EQ_EXPR, counter, integer_zero_node, NULL_TREE, NULL_TREE);
  gimple_stmt_iterator cold =
      insert_cold_block(last, condition, gimple_build_assign(counter, constant(form.chunk)));
  insert_charge_check(cold, constant(form.chunk), form);
}

tree insert_counter(edge entry, const CheckForm& form) {
  tree counter = create_tmp_reg(integer_type_node, "throng_counter");
  gsi_insert_on_edge(entry, gimple_build_assign(counter, constant(form.chunk)));
  return counter;
}

// What is not worth the charge is free, as in a loop that is known to be short: on its way from one such loop
// to the next a program would wait for the word, and each subtraction for the one before.
void insert_settlement(edge exit, tree counter, const CheckForm& form) {
  gimple_stmt_iterator at = gsi_start_bb(split_edge(exit));
  tree counted = create_tmp_reg(integer_type_node, "throng_counted");
  gimple* last = gimple_build_assign(counted, MINUS_EXPR, constant(form.chunk), counter);
  gsi_insert_after(&at, last, GSI_NEW_STMT);
  gcond* condition = gimple_build_cond(GT_EXPR, counted, constant(std::min(short_loop, form.chunk / 4)),
                                       NULL_TREE, NULL_TREE);
  at = insert_cold_block(last, condition, gimple_build_nop());
#ifdef TARGET_64BIT
  vec<tree, va_gc>*outputs = nullptr, *inputs = nullptr;
  vec_safe_push(outputs, operand("=m", ticks()));
  vec_safe_push(inputs, operand("ir", counted));
  vec_safe_push(inputs, operand("m", ticks()));
  gsi_insert_before(&at, build_asm("sub{l}\t{%1, %0|%0, %1}", outputs, inputs), GSI_SAME_STMT);
#else
  insert_plain_charge(&at, counted);
#endif
}

}  // namespace throng::preempt
