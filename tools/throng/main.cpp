#include "command_line.hpp"

int main(int argc, char** argv) { return throng::command::run_command_line(argc, argv); }
