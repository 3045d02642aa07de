// See gcc_places.hpp.
#include "gcc_places.hpp"

#include "gcc_functions.hpp"

#include <set>

namespace throng::preempt {
namespace {

// `leaf` says that a function elsewhere comes back without having called anything here.
bool can_recur(gcall* call) {
  if (gimple_call_noreturn_p(call)) {
    return false;
  }
  tree callee = gimple_call_fndecl(call);
  cgraph_node* node = callee != NULL_TREE ? cgraph_node::get(callee) : nullptr;
  return (gimple_call_flags(call) & ECF_LEAF) == 0 || callee == NULL_TREE ||
         (node != nullptr && node->definition);
}

basic_block before_loops(basic_block block) {
  while (loop_outer(block->loop_father) != nullptr) {
    class loop* outermost = block->loop_father;
    while (loop_outer(loop_outer(outermost)) != nullptr) {
      outermost = loop_outer(outermost);
    }
    block = get_immediate_dominator(CDI_DOMINATORS, outermost->header);
  }
  return block;
}

}  // namespace

Calls::Calls(::function* fun) : fun_(fun), plain_(!fun->calls_setjmp && !fun->has_nonlocal_label) {
  calculate_dominance_info(CDI_DOMINATORS);
  basic_block block;
  FOR_EACH_BB_FN(block, fun_) { find(block); }
}

void Calls::find(basic_block block) {
  for (gimple_stmt_iterator at = gsi_start_bb(block); !gsi_end_p(at); gsi_next(&at)) {
    if (!is_call(gsi_stmt(at))) {
      continue;
    }
    inside_[block->loop_father] = true;
    first_.try_emplace(block->index, gsi_stmt(at));
    if (can_recur(as_a<gcall*>(gsi_stmt(at)))) {
      first_deep_.try_emplace(block->index, gsi_stmt(at));
    }
  }
}

bool Calls::are_in(class loop* nest) const {
  if (inside_.count(nest) != 0) {
    return true;
  }
  for (class loop* inner = nest->inner; inner != nullptr; inner = inner->next) {
    if (are_in(inner)) {
      return true;
    }
  }
  return false;
}

Place Calls::of_each_iteration(class loop* natural, basic_block latch) const {
  Place found;
  if (!plain_) {
    return found;
  }
  for (basic_block block = latch;; block = get_immediate_dominator(CDI_DOMINATORS, block)) {
    const auto call = first_.find(block->index);
    if (block->loop_father == natural && call != first_.end()) {
      found = {block, call->second};
    }
    if (block == natural->header) {
      return found;
    }
  }
}

// The blocks that are reached from the entry without a check and make such a call. What comes after one of
// them has the check of that one.
std::vector<basic_block> Calls::unchecked(const Checks& checks) const {
  std::vector<basic_block> result, open{ENTRY_BLOCK_PTR_FOR_FN(fun_)};
  std::set<int> seen{ENTRY_BLOCK};
  while (!open.empty()) {
    const basic_block block = open.back();
    open.pop_back();
    const auto check = checks.find(block->index);
    const bool checked = check != checks.end() && check->second.nest == nullptr;
    if (checked && check->second.place.before != nullptr) {
      continue;
    }
    if (first_deep_.count(block->index) != 0) {
      result.push_back(block);
      continue;
    }
    edge out;
    edge_iterator iterator;
    FOR_EACH_EDGE(out, iterator, block->succs) {
      if (!checked && seen.insert(out->dest->index).second) {
        open.push_back(out->dest);
      }
    }
  }
  return result;
}

Place Calls::of_entry(const Checks& checks) const {
  if (!plain_) {
    return {first_deep_.empty() ? nullptr : ENTRY_BLOCK_PTR_FOR_FN(fun_), nullptr};
  }
  basic_block common = nullptr;
  for (basic_block block : unchecked(checks)) {
    common = common == nullptr ? block : nearest_common_dominator(CDI_DOMINATORS, common, block);
  }
  if (common == nullptr) {
    return {};
  }
  const basic_block where = before_loops(common);
  const auto call = first_deep_.find(where->index);
  return {where, call != first_deep_.end() ? call->second : nullptr};
}

}  // namespace throng::preempt
