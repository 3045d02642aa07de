# The `throng` command from tools/throng/*.cpp, placed in <build>/bin. Target throng_command; absent without sources.
file(GLOB command_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tools/throng/*.cpp")
if(command_sources)
  throng_command_packages()
  # The hogs of the demo have checks in them; what only they need is built apart.
  list(REMOVE_ITEM command_sources "${PROJECT_SOURCE_DIR}/tools/throng/hog.cpp")
  add_library(throng_command_hog OBJECT "${PROJECT_SOURCE_DIR}/tools/throng/hog.cpp")
  throng_language(throng_command_hog)
  throng_warnings(throng_command_hog)
  throng_preemptible(throng_command_hog)
  add_executable(throng_command ${command_sources} $<TARGET_OBJECTS:throng_command_hog>)
  throng_language(throng_command)
  throng_warnings(throng_command)
  # Most of what a compiler does here is to read the same headers. The acts of the demo all name their parts alike.
  throng_unity(throng_command)
  file(GLOB acts "${PROJECT_SOURCE_DIR}/tools/throng/act_*.cpp")
  set_source_files_properties(${acts} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  if(THRONG_PLAIN_COMMAND)
    target_compile_options(throng_command PRIVATE -O0 -g1)
  endif()
  target_include_directories(throng_command PRIVATE "${PROJECT_SOURCE_DIR}/tools/throng")
  target_compile_definitions(throng_command PRIVATE "THRONG_VERSION=\"${PROJECT_VERSION}\"")
  target_link_libraries(throng_command PRIVATE throng::throng fmt::fmt CLI11::CLI11 nlohmann_json::nlohmann_json)
  # A workload that `throng lab --load` loads uses the library as it is in here, so all of it is, and can be seen.
  set_target_properties(throng_command PROPERTIES ENABLE_EXPORTS ON
    LINK_LIBRARY_OVERRIDE "WHOLE_ARCHIVE,throng_stdlib,throng_vm,throng_scheduler,throng_mailbox"
    OUTPUT_NAME throng RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
endif()
