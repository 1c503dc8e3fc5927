# Compiler and linker flags of every target, in one place.
# -fPIC everywhere, programs too: the precompiled header is one for all.
add_compile_options(-fPIC -Wall -Wextra -Wpedantic -Werror -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual
                    -fno-omit-frame-pointer -fstack-protector-strong)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_compile_options(-Wno-missing-designated-field-initializers -Wno-missing-field-initializers
                      -fcolor-diagnostics)
  add_link_options(-fuse-ld=lld-19)
else()
  # GCC 12 reports false positives of these under -O2 inside libstdc++ and coroutine frames, takes an
  # EXPECT after an if for a dangling else, and the frame of a coroutine for a type of its includer.
  add_compile_options(-Wno-missing-field-initializers -Wno-maybe-uninitialized -Wno-restrict
                      -Wno-array-bounds -Wno-stringop-overflow -Wno-dangling-else
                      -Wno-subobject-linkage)
endif()

# Checks (CHECK) are on in every build; NDEBUG only silences the standard library's own asserts.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -DNDEBUG")
set(CMAKE_C_FLAGS_RELEASE "-O2 -g1 -DNDEBUG")
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g")
set(CMAKE_CXX_FLAGS_SANITIZE "-O1 -g1")
set(CMAKE_C_FLAGS_SANITIZE "-O1 -g1")
if(WEIR_SANITIZE STREQUAL "thread")
  # Of a few tests that take seconds: compiling is what costs.
  set(CMAKE_CXX_FLAGS_SANITIZE "-O0 -g1")
endif()

if(WEIR_CANARIES)
  add_compile_definitions(WEIR_CANARIES)
endif()

if(WEIR_SANITIZE)
  add_compile_options(-fsanitize=${WEIR_SANITIZE} -fno-sanitize-recover=all)
  # A null pointer ends the program anyway, objects are ASan's, and no cast here asks a vptr; these
  # three cost a third of the compile time.
  add_compile_options(-fno-sanitize=null,object-size,vptr)
  string(REPLACE ",fuzzer-no-link" "" link_sanitize "${WEIR_SANITIZE}")
  add_link_options(-fsanitize=${link_sanitize})
endif()

# For test/fuzz/report.py.
if(WEIR_COVERAGE)
  add_compile_options(-fprofile-instr-generate -fcoverage-mapping)
  add_link_options(-fprofile-instr-generate)
endif()

include_directories(${PROJECT_SOURCE_DIR}/src ${PROJECT_BINARY_DIR}/src)
add_link_options(-Wl,--gc-sections)
add_compile_options(-ffunction-sections -fdata-sections)
