# quantc's CMake vocabulary. A leaf CMakeLists names sources and libraries;
# warnings, the precompiled header, installation and linking are decided here.

add_library(quantc_warnings INTERFACE)
target_compile_options(quantc_warnings INTERFACE
  -Wall -Wextra -Wno-unused-parameter -Wnon-virtual-dtor
  # GCC calls redundant what Clang needs to turn an Error into an Expected, and
  # its sanitizers make it see uninitialized variables in LLVM's headers.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-redundant-move>
  $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>
  $<$<BOOL:${QUANTC_WERROR}>:-Werror>)

# MLIR's headers dominate compile time: one precompiled header serves every
# target that uses MLIR.
function(_quantc_use_pch target)
  if(NOT TARGET quantc_pch)
    file(WRITE ${PROJECT_BINARY_DIR}/quantc_pch.cpp "\n")
    add_library(quantc_pch STATIC EXCLUDE_FROM_ALL ${PROJECT_BINARY_DIR}/quantc_pch.cpp)
    target_link_libraries(quantc_pch PRIVATE quantc_warnings)
    target_precompile_headers(quantc_pch PRIVATE ${PROJECT_SOURCE_DIR}/cmake/modules/Precompiled.h)
    if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
      # Without a time stamp inside, ccache can share the header between trees.
      target_compile_options(quantc_pch PUBLIC "SHELL:-Xclang -fno-pch-timestamp")
    endif()
  endif()
  if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    target_compile_options(${target} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
  endif()
  target_precompile_headers(${target} REUSE_FROM quantc_pch)
endfunction()

# add_quantc_library(name [NO_MLIR] sources... [DEPENDS targets...] [LINK_LIBS libs...])
#
# A static component library, installed and exported as quantc::<name>. NO_MLIR
# marks pure C++ libraries that may use LLVM's Support but no IR.
function(add_quantc_library name)
  cmake_parse_arguments(ARG "NO_MLIR" "" "DEPENDS;LINK_LIBS" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  add_library(quantc::${name} ALIAS ${name})
  target_include_directories(${name} INTERFACE
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
    $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_link_libraries(${name} PUBLIC ${ARG_LINK_LIBS} PRIVATE $<BUILD_INTERFACE:quantc_warnings>)
  if(ARG_NO_MLIR)
    target_link_libraries(${name} PUBLIC LLVM)
  else()
    target_link_libraries(${name} PUBLIC MLIR LLVM)
    # Generated headers of every dialect exist before any user of them compiles.
    add_dependencies(${name} quantc-headers)
    _quantc_use_pch(${name})
  endif()
  if(ARG_DEPENDS)
    add_dependencies(${name} ${ARG_DEPENDS})
  endif()
  set_property(GLOBAL APPEND PROPERTY QUANTC_LIBS ${name})
  install(TARGETS ${name} EXPORT QuantcTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
endfunction()

# add_quantc_tool(name sources... [LINK_LIBS libs...]): an installed executable.
function(add_quantc_tool name)
  cmake_parse_arguments(ARG "" "" "LINK_LIBS" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE ${ARG_LINK_LIBS} quantc_warnings)
  add_dependencies(${name} quantc-headers)
  _quantc_use_pch(${name})
  install(TARGETS ${name} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endfunction()

# add_quantc_plugin(name sources... [LINK_LIBS libs...]): an installed library that
# other programs load, called <name>.so.
function(add_quantc_plugin name)
  cmake_parse_arguments(ARG "" "" "LINK_LIBS" ${ARGN})
  add_library(${name} MODULE ${ARG_UNPARSED_ARGUMENTS})
  set_target_properties(${name} PROPERTIES PREFIX "" SUFFIX .so)
  target_link_libraries(${name} PRIVATE ${ARG_LINK_LIBS} quantc_warnings)
  add_dependencies(${name} quantc-headers)
  _quantc_use_pch(${name})
  install(TARGETS ${name} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
endfunction()

# add_quantc_unittest(name sources... [LINK_LIBS libs...]): a GoogleTest binary
# in build/unittests that the lit suite runs. `name` ends in "Tests": lit finds it by that.
function(add_quantc_unittest name)
  if(NOT name MATCHES "Tests$")
    message(FATAL_ERROR "the name of unit test '${name}' must end in 'Tests'")
  endif()
  cmake_parse_arguments(ARG "" "" "LINK_LIBS" ${ARGN})
  add_executable(${name} EXCLUDE_FROM_ALL ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE ${ARG_LINK_LIBS} quantc_warnings GTest::gmock GTest::gtest_main)
  set_target_properties(${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/unittests)
  add_dependencies(QuantcUnitTests ${name})
endfunction()

# Sets QUANTC_HAVE_LIBFUZZER if the compiler has libFuzzer and sanitizers, and
# `quantc_fuzzing`: what is fuzzed stops at the first error. LLVM has no run-time types,
# which two of the checks need. With sanitizers, -O1 compiles in half the time of -O3.
macro(_quantc_find_libfuzzer)
  include(CheckCXXSourceCompiles)
  set(quantc_fuzzing -fsanitize=fuzzer,address,undefined -fno-sanitize=vptr,function
    -fno-sanitize-recover=undefined -O1)
  list(JOIN quantc_fuzzing " " CMAKE_REQUIRED_FLAGS)
  check_cxx_source_compiles(
    "extern \"C\" int LLVMFuzzerTestOneInput(const char *, unsigned long) { return 0; }"
    QUANTC_HAVE_LIBFUZZER)
  unset(CMAKE_REQUIRED_FLAGS)
endmacro()

# The library <tested>Fuzzed: all sources of `tested` with coverage and sanitizers.
function(_quantc_add_fuzzed tested)
  if(TARGET ${tested}Fuzzed)
    return()
  endif()
  get_target_property(sources ${tested} SOURCES)
  get_target_property(directory ${tested} SOURCE_DIR)
  get_target_property(libs ${tested} LINK_LIBRARIES)
  list(FILTER sources INCLUDE REGEX "\\.cpp$")
  list(TRANSFORM sources PREPEND ${directory}/)
  foreach(source ${sources})
    get_source_file_property(definitions ${source} TARGET_DIRECTORY ${tested} COMPILE_DEFINITIONS)
    if(definitions)
      set_source_files_properties(${source} PROPERTIES COMPILE_DEFINITIONS "${definitions}")
    endif()
  endforeach()
  add_library(${tested}Fuzzed STATIC EXCLUDE_FROM_ALL ${sources})
  target_include_directories(${tested}Fuzzed SYSTEM PUBLIC
    $<TARGET_PROPERTY:${tested},INCLUDE_DIRECTORIES>)
  target_compile_options(${tested}Fuzzed PRIVATE ${quantc_fuzzing})
  target_link_libraries(${tested}Fuzzed PRIVATE ${libs})
  add_dependencies(${tested}Fuzzed quantc-headers ${tested})
  # Another precompiled header: with the sanitizers' macros.
  if(NOT TARGET quantc_fuzz_pch)
    add_library(quantc_fuzz_pch STATIC EXCLUDE_FROM_ALL ${PROJECT_BINARY_DIR}/quantc_pch.cpp)
    target_compile_options(quantc_fuzz_pch PRIVATE ${quantc_fuzzing}
      "SHELL:-Xclang -fno-pch-timestamp")
    target_link_libraries(quantc_fuzz_pch PRIVATE quantc_warnings)
    target_precompile_headers(quantc_fuzz_pch PRIVATE
      ${PROJECT_SOURCE_DIR}/cmake/modules/Precompiled.h)
  endif()
  target_compile_options(${tested}Fuzzed PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
  target_precompile_headers(${tested}Fuzzed REUSE_FROM quantc_fuzz_pch)
endfunction()

# add_quantc_fuzzer(name [MANUAL] sources... TESTED libs... [LINK_LIBS libs...]): a program of
# libFuzzer in build/unittests, if the compiler has libFuzzer. All of the libraries TESTED
# are compiled again, with coverage for the fuzzer to follow and with sanitizers; other
# libraries are linked as they are. It is built with the unit tests unless it is MANUAL.
function(add_quantc_fuzzer name)
  _quantc_find_libfuzzer()
  if(NOT QUANTC_HAVE_LIBFUZZER)
    return()
  endif()
  cmake_parse_arguments(ARG "MANUAL" "" "TESTED;LINK_LIBS" ${ARGN})
  add_executable(${name} EXCLUDE_FROM_ALL ${ARG_UNPARSED_ARGUMENTS})
  # Before the libraries as they are, whose objects are then not needed.
  foreach(tested ${ARG_TESTED})
    _quantc_add_fuzzed(${tested})
    target_link_libraries(${name} PRIVATE ${tested}Fuzzed)
  endforeach()
  target_link_libraries(${name} PRIVATE ${ARG_TESTED} ${ARG_LINK_LIBS} quantc_warnings)
  target_compile_options(${name} PRIVATE ${quantc_fuzzing})
  target_link_options(${name} PRIVATE ${quantc_fuzzing})
  set_target_properties(${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/unittests)
  add_dependencies(${name} quantc-headers)
  if(NOT ARG_MANUAL)
    add_dependencies(QuantcUnitTests ${name})
  endif()
endfunction()

# add_quantc_dialect(file namespace): ops, types, attributes and enums of
# <file>.td, generated into the mirrored directory of the build tree.
function(add_quantc_dialect file namespace)
  set(LLVM_TARGET_DEFINITIONS ${file}.td)
  mlir_tablegen(${file}.h.inc -gen-op-decls)
  mlir_tablegen(${file}.cpp.inc -gen-op-defs)
  mlir_tablegen(${file}Dialect.h.inc -gen-dialect-decls -dialect=${namespace})
  mlir_tablegen(${file}Dialect.cpp.inc -gen-dialect-defs -dialect=${namespace})
  mlir_tablegen(${file}Attributes.h.inc -gen-attrdef-decls -attrdefs-dialect=${namespace})
  mlir_tablegen(${file}Attributes.cpp.inc -gen-attrdef-defs -attrdefs-dialect=${namespace})
  mlir_tablegen(${file}Enums.h.inc -gen-enum-decls)
  mlir_tablegen(${file}Enums.cpp.inc -gen-enum-defs)
  add_public_tablegen_target(Quantc${file}IncGen)
  add_dependencies(quantc-headers Quantc${file}IncGen)
endfunction()

# add_quantc_passes(name): pass declarations of Passes.td in this directory;
# `name` is the suffix of the generated registration function.
function(add_quantc_passes name)
  set(LLVM_TARGET_DEFINITIONS Passes.td)
  mlir_tablegen(Passes.h.inc -gen-pass-decls -name ${name})
  add_public_tablegen_target(Quantc${name}PassesIncGen)
  add_dependencies(quantc-headers Quantc${name}PassesIncGen)
endfunction()

# add_quantc_interface(file): op interfaces of <file>.td.
function(add_quantc_interface file)
  set(LLVM_TARGET_DEFINITIONS ${file}.td)
  mlir_tablegen(${file}.h.inc -gen-op-interface-decls)
  mlir_tablegen(${file}.cpp.inc -gen-op-interface-defs)
  add_public_tablegen_target(Quantc${file}IncGen)
  add_dependencies(quantc-headers Quantc${file}IncGen)
endfunction()
