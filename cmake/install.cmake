# Install rules: headers of all floors, their static libraries, the CMake package, throng.pc and the command.
# Nothing installed knows the prefix: the tree may be moved after installation.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

get_property(floors GLOBAL PROPERTY THRONG_FLOORS)
set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/throng")
set(pkgconfig_dir "${CMAKE_INSTALL_LIBDIR}/pkgconfig")

# -- headers and libraries; the linker wants the highest floor first
set(targets throng)
set(link_line "")
foreach(floor IN LISTS floors)
  list(APPEND targets throng_${floor})
  install(DIRECTORY "${PROJECT_SOURCE_DIR}/${floor}/include/" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
          FILES_MATCHING PATTERN "*.hpp")
  get_target_property(type throng_${floor} TYPE)
  if(NOT type STREQUAL "INTERFACE_LIBRARY")
    string(PREPEND link_line " -lthrong_${floor}")
  endif()
endforeach()
list(APPEND targets throng_preempt_coverage)  # not in throng.pc: for who instruments without the plugin
install(TARGETS ${targets} EXPORT throng ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
if(TARGET throng_command)
  install(TARGETS throng_command RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
endif()

# -- the plugin of the compiler that built this
set(THRONG_PREEMPT_PLUGIN_FILE "")
if(TARGET throng_preempt_plugin)
  get_property(plugin GLOBAL PROPERTY THRONG_PREEMPT_PLUGIN)
  cmake_path(GET plugin FILENAME THRONG_PREEMPT_PLUGIN_FILE)
  install(TARGETS throng_preempt_plugin LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}/throng")
endif()
foreach(name BUILT_FOR REASON STAMP)
  get_property(THRONG_PREEMPT_${name} GLOBAL PROPERTY THRONG_PREEMPT_${name})
endforeach()

set(THRONG_PC_PREEMPT "")
if(THRONG_PREEMPT_PLUGIN_FILE AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  set(THRONG_PC_PREEMPT "-fplugin=\${libdir}/throng/${THRONG_PREEMPT_PLUGIN_FILE}")
  string(APPEND THRONG_PC_PREEMPT " -fplugin-arg-throng_preempt-skip=\${includedir} -falign-loops=32")
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
    string(APPEND THRONG_PC_PREEMPT " -mno-red-zone")
  endif()
elseif(THRONG_PREEMPT_PLUGIN_FILE)
  set(THRONG_PC_PREEMPT "-fpass-plugin=\${libdir}/throng/${THRONG_PREEMPT_PLUGIN_FILE}")
endif()

# -- CMake package
configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/throngConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/package/throngConfig.cmake" INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/package/throngConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(EXPORT throng NAMESPACE throng:: FILE throngTargets.cmake DESTINATION "${package_dir}")
install(FILES "${PROJECT_BINARY_DIR}/package/throngConfig.cmake" "${PROJECT_BINARY_DIR}/package/throngConfigVersion.cmake"
        "${PROJECT_SOURCE_DIR}/cmake/throngPreemptible.cmake" DESTINATION "${package_dir}")

# -- pkg-config; the prefix is found from where the file lies
set(THRONG_PC_LIBS "${link_line}")
file(RELATIVE_PATH THRONG_PC_PREFIX "/prefix/${pkgconfig_dir}" "/prefix")
string(REGEX REPLACE "/$" "" THRONG_PC_PREFIX "${THRONG_PC_PREFIX}")
configure_file("${PROJECT_SOURCE_DIR}/cmake/throng.pc.in" "${PROJECT_BINARY_DIR}/package/throng.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/package/throng.pc" DESTINATION "${pkgconfig_dir}")
