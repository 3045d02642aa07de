// The main of the model tests. They run on one real thread; virtual threads are switched by the explorer.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
