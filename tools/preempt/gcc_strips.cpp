// See gcc_strips.hpp.
#include "gcc_strips.hpp"

namespace throng::preempt {
namespace {

// Beyond that 1,024 steps could come around to where they began.
constexpr HOST_WIDE_INT longest_step = 1 << 18;

bool is_plain(class loop* natural) {
  bool plain = natural->inner == nullptr && natural->latch != nullptr && optimize > 0 && !optimize_debug &&
               optimize_loop_nest_for_speed_p(natural);
  basic_block* body = get_loop_body(natural);
  for (unsigned index = 0; index < natural->num_nodes; ++index) {
    plain = plain && (body[index]->flags & BB_IRREDUCIBLE_LOOP) == 0;
  }
  free(body);
  return plain;
}

edge only_exit(class loop* natural) {
  auto_vec<edge> exits = get_loop_exit_edges(natural);
  return exits.length() == 1 && (exits[0]->flags & EDGE_COMPLEX) == 0 ? exits[0] : nullptr;
}

bool is_countable(tree type) {
  return (INTEGRAL_TYPE_P(type) || POINTER_TYPE_P(type)) &&
         (TYPE_PRECISION(type) == 32 || TYPE_PRECISION(type) == 64);
}

tree counting_type(tree tested) { return unsigned_type_for(TREE_TYPE(tested)); }

bool is_usable(tree value) {
  return value != NULL_TREE && !expression_expensive_p(value) && !contains_abnormal_ssa_name_p(value);
}

// Of the two sides of the test, one that changes by a constant.
bool find_tested(class loop* natural, gcond* test, Strips* strips) {
  for (tree side : {gimple_cond_lhs(test), gimple_cond_rhs(test)}) {
    affine_iv induction;
    if (TREE_CODE(side) == SSA_NAME && is_countable(TREE_TYPE(side)) && is_usable(side) &&
        simple_iv(natural, natural, side, &induction, false) && TREE_CODE(induction.step) == INTEGER_CST &&
        cst_and_fits_in_hwi(induction.step) && is_usable(induction.base)) {
      const HOST_WIDE_INT step = int_cst_value(induction.step);
      if (step != 0 && -longest_step <= step && step <= longest_step) {
        strips->tested = side;
        strips->first = induction.base;
        strips->step = build_int_cst(counting_type(side), step);
        return true;
      }
    }
  }
  return false;
}

// An assumption is that steps from one value to the other come to equality; if not, the loop has no end.
bool is_known(gcond* test, const tree_niter_desc& description) {
  const bool is_equality = gimple_cond_code(test) == NE_EXPR || gimple_cond_code(test) == EQ_EXPR;
  return is_countable(TREE_TYPE(description.niter)) && is_usable(description.niter) &&
         is_usable(description.may_be_zero) &&
         (integer_onep(description.assumptions) || (is_equality && is_usable(description.assumptions)));
}

// A pointer must not pass by the one it is compared with and leave its array. Numbers may, so then the loop
// gets as many iterations as nobody can wait for.
tree iterations_of(const tree_niter_desc& description, tree tested) {
  tree type = unsigned_type_for(TREE_TYPE(description.niter));
  tree iterations = fold_convert(type, unshare_expr(description.niter));
  if (!integer_zerop(description.may_be_zero)) {
    iterations =
        fold_build3(COND_EXPR, type, unshare_expr(description.may_be_zero), build_zero_cst(type), iterations);
  }
  if (!integer_onep(description.assumptions) && !POINTER_TYPE_P(TREE_TYPE(tested))) {
    type = long_long_unsigned_type_node;
    iterations = fold_build3(COND_EXPR, type, unshare_expr(description.assumptions),
                             fold_convert(type, iterations), build_all_ones_cst(type));
  }
  return iterations;
}

tree smaller(gimple_seq* code, tree value, HOST_WIDE_INT bound) {
  tree type = TREE_TYPE(value);
  return gimple_build(code, MIN_EXPR, type, value, build_int_cst(type, bound));
}

// Lets what is tested be `from` + `steps` steps at the end of the strip.
void build_end(gimple_seq* code, tree end, tree from, tree steps, tree step) {
  tree type = TREE_TYPE(step);
  tree distance = gimple_build(code, MULT_EXPR, type, gimple_convert(code, type, steps), step);
  tree sum = gimple_build(code, PLUS_EXPR, type, gimple_convert(code, type, from), distance);
  gimple_seq_add_stmt(code, gimple_build_assign(end, gimple_convert(code, TREE_TYPE(end), sum)));
}

void build_left(gimple_seq* code, tree left, tree before, tree steps) {
  tree difference = gimple_build(code, MINUS_EXPR, TREE_TYPE(left), before, steps);
  gimple_seq_add_stmt(code, gimple_build_assign(left, difference));
}

void insert_charge(basic_block block, gimple_seq code, tree amount, const CheckForm& form) {
  gimple_stmt_iterator at = gsi_start_bb(block);
  gsi_insert_after(&at, gimple_build_nop(), GSI_NEW_STMT);
  tree ticks = gimple_convert(&code, integer_type_node, amount);
  gsi_insert_seq_before(&at, code, GSI_SAME_STMT);
  insert_charge_check(at, ticks, form);
}

// Between the test and the exit: the loop is left if nothing is left to do, else it goes on behind the test
// with a new end. Returns the block where it goes on.
basic_block insert_next_strip(class loop* natural, edge exit, tree left) {
  basic_block test = exit->src;
  edge onward = EDGE_SUCC(test, 0) == exit ? EDGE_SUCC(test, 1) : EDGE_SUCC(test, 0);
  basic_block behind = split_edge(onward);
  basic_block ask = split_edge(exit);
  remove_bb_from_loops(ask);
  add_bb_to_loop(ask, natural);
  basic_block next = create_empty_bb(ask);
  add_bb_to_loop(next, natural);

  edge out = single_succ_edge(ask);
  out->flags = (out->flags & ~EDGE_FALLTHRU) | EDGE_TRUE_VALUE;
  out->probability = profile_probability::likely();
  edge in = make_edge(ask, next, EDGE_FALSE_VALUE);
  in->probability = profile_probability::unlikely();
  next->count = in->count();
  edge back = make_single_succ_edge(next, behind, EDGE_FALLTHRU);
  back->probability = profile_probability::always();

  gimple_stmt_iterator end = gsi_last_bb(ask);
  gsi_insert_after(&end,
                   gimple_build_cond(EQ_EXPR, left, build_zero_cst(TREE_TYPE(left)), NULL_TREE, NULL_TREE),
                   GSI_NEW_STMT);
  return next;
}

}  // namespace

std::optional<Strips> strips_of(class loop* natural) {
  Strips strips;
  strips.natural = natural;
  strips.exit = is_plain(natural) ? only_exit(natural) : nullptr;
  gcond* test = strips.exit != nullptr ? safe_dyn_cast<gcond*>(last_stmt(strips.exit->src)) : nullptr;
  tree_niter_desc description;
  if (test == nullptr ||
      !number_of_iterations_exit_assumptions(natural, strips.exit, &description, nullptr) ||
      !is_known(test, description) || !find_tested(natural, test, &strips)) {
    return std::nullopt;
  }
  strips.iterations = iterations_of(description, strips.tested);
  return strips;
}

void insert_strips(const Strips& strips, edge entry, const CheckForm& form) {
  basic_block before = split_edge(entry);
  gimple_seq code = nullptr, operands = nullptr;
  tree iterations = force_gimple_operand(unshare_expr(strips.iterations), &operands, true, NULL_TREE);
  gimple_seq_add_seq(&code, operands);
  tree type = TREE_TYPE(iterations);
  tree steps = smaller(&code, iterations, form.chunk - 1);
  tree amount = gimple_build(&code, PLUS_EXPR, type, steps, build_one_cst(type));
  if (TREE_CODE(steps) == INTEGER_CST && operand_equal_p(steps, iterations)) {
    insert_charge(before, code, amount, form);
    return;
  }
  tree left = create_tmp_reg(type, "throng_left");
  tree end = create_tmp_reg(TREE_TYPE(strips.tested), "throng_end");
  tree first = force_gimple_operand(unshare_expr(strips.first), &operands, true, NULL_TREE);
  gimple_seq_add_seq(&code, operands);
  build_left(&code, left, iterations, steps);
  build_end(&code, end, first, steps, strips.step);
  insert_charge(before, code, amount, form);

  gcond* test = as_a<gcond*>(last_stmt(strips.exit->src));
  const bool leaves_if_true = (strips.exit->flags & EDGE_TRUE_VALUE) != 0;
  gimple_cond_set_condition(test, leaves_if_true ? EQ_EXPR : NE_EXPR, strips.tested, end);
  update_stmt(test);

  basic_block next = insert_next_strip(strips.natural, strips.exit, left);
  code = nullptr;
  steps = smaller(&code, left, form.chunk);
  build_end(&code, end, strips.tested, steps, strips.step);
  build_left(&code, left, left, steps);
  insert_charge(next, code, steps, form);
}

}  // namespace throng::preempt
