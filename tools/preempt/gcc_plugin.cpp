// A plugin for g++ that inserts the checks by which a process that never calls the runtime gives way. What is
// inserted where, and why, is in docs/design/preemption.md; this file finds the places.
//
// -fplugin=throng_preempt.so, whose name is part of its arguments: -fplugin-arg-throng_preempt-loop=local
//
// - loop=local: the default, loops without calls count in a register. loop=memory: all count in the word.
// - slow=asm: the default, the cold path is a stub that saves all registers, where the function has
//   no red zone (-mno-red-zone). slow=call: always an ordinary call.
// - chunk=1024: iterations that are counted in a register at a time.
// - settle=on: the default, a nest charges what its register counted when it is left. settle=off:
//   it does not.
// - strips=on: the default, loops whose number of iterations is known before are charged for many at once.
//   strips=off: they count like others.
// - skip=DIR: an include directory with throng's own headers below throng/; may be repeated.
// - stats=FILE: a line per function is appended to the file, or goes to stderr.
//
// The pass runs last in GIMPLE, so whatever the optimizer does to loops is done. It also runs without -O.
#include "gcc_checks.hpp"
#include "gcc_functions.hpp"
#include "gcc_link.hpp"
#include "gcc_places.hpp"
#include "gcc_report.hpp"
#include "gcc_strips.hpp"

#include "plugin-version.h"

int plugin_is_GPL_compatible;

namespace throng::preempt {
namespace {

struct Options {
  CheckForm form;
  bool local = true;
  bool strips = true;
  std::string stats;
} options;

// Finds and changes one function.
class Instrumentation {
 public:
  explicit Instrumentation(::function* fun, Treatment treatment)
      : fun_(fun), treatment_(treatment), calls_(fun) {
    form_ = options.form;
    form_.stub = form_.stub && can_use_stub();
  }

  // Decides; the function is as it was, so that its loops can be asked about their numbers of iterations.
  void plan() {
    mark_dfs_back_edges();
    basic_block block;
    edge out;
    edge_iterator iterator;
    std::vector<edge> back_edges;
    FOR_EACH_BB_FN(block, fun_) {
      FOR_EACH_EDGE(out, iterator, block->succs) {
        if ((out->flags & EDGE_DFS_BACK) != 0) {
          back_edges.push_back(out);
        }
      }
    }
    // Inner loops first: what every iteration of an outer one passes there will do for that, too.
    std::stable_sort(back_edges.begin(), back_edges.end(), [](edge one, edge other) {
      return loop_depth(one->dest->loop_father) > loop_depth(other->dest->loop_father);
    });
    for (edge back : back_edges) {
      plan(back);
    }
    if (treatment_ == Treatment::all) {
      entry_ = calls_.of_entry(checks_);
    }
  }

  Count insert() {
    free_dominance_info(CDI_DOMINATORS);
    free_dominance_info(CDI_POST_DOMINATORS);
    for (const auto& [number, strips] : strips_) {
      ++count_.strips;
      insert_strips(strips, entry_of(strips.natural), form_);
    }
    for (const auto& [index, check] : checks_) {
      insert(check);
    }
    insert_entry();
    gsi_commit_edge_inserts();
    return count_;
  }

 private:
  // The one edge that enters a nest, on which its counter can be set; null if there is no such edge.
  static edge entry_of(class loop* nest) {
    edge found = nullptr, in;
    edge_iterator iterator;
    FOR_EACH_EDGE(in, iterator, nest->header->preds) {
      if (flow_bb_inside_loop_p(nest, in->src)) {
        continue;
      }
      if (found != nullptr || (in->flags & EDGE_COMPLEX) != 0) {
        return nullptr;
      }
      found = in;
    }
    return found;
  }

  // The outermost nest without calls around a back edge; null if there is none.
  class loop* nest_of(edge back) {
    class loop* nest = nullptr;
    class loop* outer = find_common_loop(back->src->loop_father, back->dest->loop_father);
    for (; loop_outer(outer) != nullptr && !calls_.are_in(outer); outer = loop_outer(outer)) {
      nest = entry_of(outer) != nullptr ? outer : nest;
    }
    return nest;
  }

  bool is_short(class loop* natural) {
    if (natural->inner != nullptr || calls_.are_in(natural)) {
      return false;
    }
    const HOST_WIDE_INT bound = max_loop_iterations_int(natural);
    return bound >= 0 && bound <= short_loop;
  }

  void plan(edge back) {
    class loop* natural = back->dest->loop_father;
    const bool is_natural = natural->header == back->dest && flow_bb_inside_loop_p(natural, back->src) &&
                            loop_outer(natural) != nullptr;
    if (is_natural &&
        (is_short(natural) || (treatment_ == Treatment::foreign_loops && is_own_loop(natural)))) {
      ++count_.skipped;
      return;
    }
    if (is_natural && (enters_strips(natural, back->src) || plan_strips(natural))) {
      return;
    }
    class loop* nest = options.local ? nest_of(back) : nullptr;
    if (is_natural && nest == nullptr) {
      plan_before_call(natural, back->src);
    } else {
      plan(back->src, nest);
    }
  }

  bool plan_strips(class loop* natural) {
    const auto strips =
        options.local && options.strips && !calls_.are_in(natural) && entry_of(natural) != nullptr
            ? strips_of(natural)
            : std::nullopt;
    if (strips) {
      strips_[natural->num] = *strips;
    }
    return strips.has_value();
  }

  // Whether every iteration enters a loop that is charged there.
  bool enters_strips(class loop* natural, basic_block latch) const {
    return std::any_of(strips_.begin(), strips_.end(), [&](const auto& entry) {
      basic_block header = entry.second.natural->header;
      return header != natural->header && flow_bb_inside_loop_p(natural, header) &&
             dominated_by_p(CDI_DOMINATORS, latch, header);
    });
  }

  // One check before the first call of an iteration does for the cycle and for the way from the entry to the
  // call.
  void plan_before_call(class loop* natural, basic_block latch) {
    for (const auto& [index, check] : checks_) {
      if (check.nest == nullptr && flow_bb_inside_loop_p(natural, check.place.block) &&
          dominated_by_p(CDI_DOMINATORS, latch, check.place.block)) {
        return;
      }
    }
    const Place place = calls_.of_each_iteration(natural, latch);
    if (place.block == nullptr) {
      plan(latch, nullptr);
    } else {
      checks_[place.block->index] = {place, nullptr};
    }
  }

  // The check goes before the last statement of `where`: a jump, or a call that may throw. Every cycle
  // through the back edge passes it, also when the edge itself cannot carry code. A block that holds only the
  // compiler's note of where longjmp may arrive takes no code: then every way into it gets a check.
  void plan(basic_block where, class loop* nest) {
    where = without_empty(where);
    gimple_stmt_iterator last = gsi_last_nondebug_bb(where);
    if (!gsi_end_p(last) && gimple_call_internal_p(gsi_stmt(last), IFN_ABNORMAL_DISPATCHER)) {
      edge in;
      edge_iterator iterator;
      FOR_EACH_EDGE(in, iterator, where->preds) { plan(in->src, nullptr); }
      return;
    }
    const auto [entry, is_new] = checks_.try_emplace(where->index, Check{{where, nullptr}, nest});
    if (!is_new && entry->second.nest != nest) {
      entry->second.nest =
          nullptr;  // two cycles end here, and the counter of one is set anew within the other
    }
  }

  // An empty latch belongs into its predecessor, before the comparison: then the loop keeps its one jump
  // back.
  static basic_block without_empty(basic_block where) {
    while (gsi_end_p(gsi_last_nondebug_bb(where)) && gimple_seq_empty_p(phi_nodes(where)) &&
           single_pred_p(where) && (single_pred_edge(where)->flags & EDGE_COMPLEX) == 0 &&
           single_pred(where)->index != ENTRY_BLOCK &&
           single_pred(where)->loop_father == where->loop_father) {
      where = single_pred(where);
    }
    return where;
  }

  // Bounds recursion.
  void insert_entry() {
    if (entry_.block == nullptr) {
      return;
    }
    ++count_.entry;
    if (entry_.block == ENTRY_BLOCK_PTR_FOR_FN(fun_)) {
      entry_.block = split_edge(single_succ_edge(entry_.block));
    }
    insert_memory_check(place_of(entry_), form_);
  }

  static gimple_stmt_iterator place_of(const Place& place) {
    return place.before != nullptr ? gsi_for_stmt(place.before) : place_in(place.block);
  }

  // Before the last statement of a block, which is made if there is none.
  static gimple_stmt_iterator place_in(basic_block where) {
    gimple_stmt_iterator last = gsi_last_nondebug_bb(where);
    if (!gsi_end_p(last) && stmt_ends_bb_p(gsi_stmt(last))) {
      return last;
    }
    gimple_stmt_iterator end = gsi_last_bb(where);
    gsi_insert_after(&end, gimple_build_nop(), GSI_NEW_STMT);
    return end;
  }

  // A function that returns twice stays the first in its block.
  static bool returns_twice(gimple_stmt_iterator at) {
    return is_gimple_call(gsi_stmt(at)) && (gimple_call_flags(gsi_stmt(at)) & ECF_RETURNS_TWICE) != 0;
  }

  void insert(const Check& check) {
    gimple_stmt_iterator at = place_of(check.place);
    if (returns_twice(at)) {
      edge out;
      edge_iterator iterator;
      auto_vec<edge> edges;
      FOR_EACH_EDGE(out, iterator, check.place.block->succs) {
        if ((out->flags & EDGE_COMPLEX) == 0) {
          edges.safe_push(out);
        }
      }
      for (edge normal : edges) {
        ++count_.memory;
        insert_memory_check(place_in(split_edge(normal)), form_);
      }
    } else if (check.nest == nullptr) {
      ++count_.memory;
      insert_memory_check(at, form_);
    } else {
      ++count_.local;
      insert_register_check(at, counter_of(check.nest), form_);
    }
  }

  tree counter_of(class loop* nest) {
    const auto [entry, is_new] = counters_.try_emplace(nest, NULL_TREE);
    if (is_new) {
      entry->second = insert_counter(entry_of(nest), form_);
      if (form_.settle) {
        settle(nest, entry->second);
      }
    }
    return entry->second;
  }

  // The compiler's own list of exits needs dominators, which are gone.
  void settle(class loop* nest, tree counter) {
    basic_block block;
    edge out;
    edge_iterator iterator;
    auto_vec<edge> exits;
    FOR_EACH_BB_FN(block, fun_) {
      if (flow_bb_inside_loop_p(nest, block)) {
        FOR_EACH_EDGE(out, iterator, block->succs) {
          if ((out->flags & EDGE_COMPLEX) == 0 && !flow_bb_inside_loop_p(nest, out->dest)) {
            exits.safe_push(out);
          }
        }
      }
    }
    for (edge exit : exits) {
      insert_settlement(exit, counter, form_);
    }
  }

  ::function* fun_;
  Treatment treatment_;
  CheckForm form_;
  Count count_;
  Calls calls_;
  Place entry_;
  std::map<class loop*, tree> counters_;
  std::map<int, Strips> strips_;  // by the loop's number
  Checks checks_;
};

const pass_data description = {
    GIMPLE_PASS, "throng_preempt", OPTGROUP_NONE, TV_NONE, PROP_cfg | PROP_ssa, 0, 0, 0, TODO_update_ssa};

class Pass : public gimple_opt_pass {
 public:
  explicit Pass(gcc::context* context) : gimple_opt_pass(description, context) {}

  unsigned int execute(::function* fun) override {
    const Treatment treatment = treatment_of(fun);
    Count count;
    if (treatment != Treatment::none) {
      loop_optimizer_init(LOOPS_NORMAL);
      scev_initialize();
      Instrumentation instrumentation(fun, treatment);
      instrumentation.plan();
      scev_finalize();
      count = instrumentation.insert();
      loop_optimizer_finalize();
    }
    if (!options.stats.empty()) {
      report(fun, count, options.form.stub && can_use_stub(), options.stats);
    }
    return 0;
  }
};

// Whether the argument is one this plugin knows.
bool take(const std::string& key, const std::string& value) {
  if (key == "loop" && (value == "local" || value == "memory")) {
    options.local = value == "local";
  } else if (key == "slow" && (value == "asm" || value == "call")) {
    options.form.stub = value == "asm";
  } else if (key == "settle" && (value == "on" || value == "off")) {
    options.form.settle = value == "on";
  } else if (key == "strips" && (value == "on" || value == "off")) {
    options.strips = value == "on";
  } else if (key == "chunk" && atoi(value.c_str()) > 0) {
    options.form.chunk = atoi(value.c_str());
  } else if (key == "skip" && !value.empty()) {
    add_own_headers(value);
  } else if (key == "stats" && !value.empty()) {
    options.stats = value;
  } else {
    return false;
  }
  return true;
}

}  // namespace
}  // namespace throng::preempt

int plugin_init(plugin_name_args* plugin, plugin_gcc_version* version) {
  using namespace throng::preempt;
  if (!plugin_default_version_check(version, &gcc_version)) {
    error("%s was built for GCC %s and cannot be used by GCC %s: build throng again with this compiler",
          plugin->base_name, gcc_version.basever, version->basever);
    return 1;
  }
  for (int index = 0; index < plugin->argc; ++index) {
    const plugin_argument& argument = plugin->argv[index];
    if (!take(argument.key, argument.value != nullptr ? argument.value : "")) {
      error("%s does not know the argument %s=%s", plugin->base_name, argument.key,
            argument.value != nullptr ? argument.value : "");
      return 1;
    }
  }
  keep_runtime_apart();
  register_roots(plugin->base_name);
  register_callback(plugin->base_name, PLUGIN_ATTRIBUTES, register_attribute_name, nullptr);
  register_callback(plugin->base_name, PLUGIN_START_UNIT, require_plugin_at_link, nullptr);
  register_callback(plugin->base_name, PLUGIN_FINISH_UNIT, define_plugin_at_link, nullptr);
  register_callback(plugin->base_name, PLUGIN_FINISH_DECL, forget_constant, nullptr);
  register_callback(plugin->base_name, PLUGIN_ALL_IPA_PASSES_START, forget_constants, nullptr);
  register_callback(plugin->base_name, PLUGIN_ALL_IPA_PASSES_START, mark_functions, nullptr);
  register_pass_info pass = {new Pass(g), "optimized", 1, PASS_POS_INSERT_BEFORE};
  register_callback(plugin->base_name, PLUGIN_PASS_MANAGER_SETUP, nullptr, &pass);
  return 0;
}
