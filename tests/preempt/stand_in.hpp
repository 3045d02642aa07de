// What a test asks the stand-in runtime. From any thread; the budget belongs to the thread that asks.
#pragma once

namespace stand_in {

long slow_paths();           // how often a check went into throng_preempt_slow, by all threads
long chunks();               // how often into throng_preempt_chunk
int ticks();                 // what is left of this thread's budget
void set_budget(int ticks);  // how much every slow path refills, and what is left here now

}  // namespace stand_in
