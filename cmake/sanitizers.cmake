# THRONG_SANITIZE: one sanitizer for the whole tree. The floors and everything linked to them must agree, because the
# switch between stacks tells the sanitizer about every stack; hence directory-wide and not per target.
set(THRONG_SANITIZE_FLAGS "")
if(THRONG_SANITIZE STREQUAL "address")
  set(THRONG_SANITIZE_FLAGS -fsanitize=address,undefined)
elseif(THRONG_SANITIZE STREQUAL "thread")
  set(THRONG_SANITIZE_FLAGS -fsanitize=thread)
elseif(NOT THRONG_SANITIZE STREQUAL "none")
  message(FATAL_ERROR "THRONG_SANITIZE is \"${THRONG_SANITIZE}\" but must be none, address or thread.")
endif()

if(THRONG_SANITIZE_FLAGS)
  add_compile_options(${THRONG_SANITIZE_FLAGS} -fno-omit-frame-pointer)
  if(THRONG_SANITIZE STREQUAL "address")
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
  add_link_options(${THRONG_SANITIZE_FLAGS})
endif()
