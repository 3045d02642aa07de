// Makes a link with optimization fail if it lacks the plugin. Used by gcc_plugin.cpp alone.
//
// Such a link compiles what the compiler put into the object files, and only there would the checks be
// inserted. Without the plugin there would be none, silently. So every translation unit refers to a symbol
// that nothing defines but the plugin, in the machine code it sees being written: of a link, or of an object
// file that carries machine code too.
#pragma once

namespace throng::preempt {

// When the compiler begins with a translation unit: the reference.
void require_plugin_at_link(void* event_data, void* user_data);

// When it has written the code of one: the definition.
void define_plugin_at_link(void* event_data, void* user_data);

}  // namespace throng::preempt
