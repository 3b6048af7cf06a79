# Makes a library of kernels from programs in the text language:
#
#   wengert_add_kernels(loss SOURCES loss.wg FUNCTIONS loss VALUE GRAD w HVP w)
#   target_link_libraries(fit PRIVATE loss)               # and #include "loss.h"
#
#   SOURCES a.wg b.wg    each becomes one object, header and description in the build folder; a file that the
#                        build makes must have its command before this call
#   FUNCTIONS f g        which of its functions; may be left out for a file with one
#   VALUE                the functions themselves, beside their derivatives
#   GRAD a,b  HVP a  JACOBIAN a  HESSIAN a  JVP a         derivatives in these arguments
#   BIND N=3 D=10        numbers for symbols
#   DONATE w:w_new       inputs whose arrays become outputs' (docs/abi.md)
#   CPU name             x86-64-v3 unless said; TARGET_TRIPLE triple for another machine
#   NAME name            the files' name and a single function's symbol; unless said the first of FUNCTIONS, else
#                        the source's own name: loss.wg gives loss.h and loss_grad, whatever its function is called
#   THREADS 8            kernels that share their work among so many workers at most (docs/abi.md)
#   WORKSPACE_LIMIT 2MiB workspace of each entry at most, by recomputing (docs/abi.md)
#   FAST_MATH            permits rewrites that change rounding
#   PYTHON               NAME.py and its shared library as well
#
# The target is a static library with C linkage and its headers' folder as include directory; it needs no library,
# neither LLVM nor Wengert's. Objects are made anew when a source, the command or its libraries
# change.
function(wengert_add_kernels target)
  set(lists SOURCES FUNCTIONS GRAD HVP JACOBIAN HESSIAN JVP BIND DONATE)
  cmake_parse_arguments(PARSE_ARGV 1 kernel "VALUE;FAST_MATH;PYTHON" "CPU;NAME;TARGET_TRIPLE;THREADS;WORKSPACE_LIMIT" "${lists}")
  if(kernel_UNPARSED_ARGUMENTS OR kernel_KEYWORDS_MISSING_VALUES)
    message(FATAL_ERROR "wengert_add_kernels(${target}): cannot make sense of "
      "'${kernel_UNPARSED_ARGUMENTS}${kernel_KEYWORDS_MISSING_VALUES}'")
  endif()
  if(WORKSPACE_LIMIT IN_LIST ARGN AND "${kernel_WORKSPACE_LIMIT}" STREQUAL "")
    message(FATAL_ERROR "wengert_add_kernels(${target}): WORKSPACE_LIMIT is empty; it wants bytes, such as 64KiB")
  endif()
  if(NOT kernel_SOURCES)
    message(FATAL_ERROR "wengert_add_kernels(${target}): SOURCES names no file")
  endif()
  foreach(source IN LISTS kernel_SOURCES)
    cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} OUTPUT_VARIABLE path)
    get_source_file_property(generated ${path} GENERATED)
    if(NOT EXISTS ${path} AND NOT generated)
      message(FATAL_ERROR "wengert_add_kernels(${target}): there is no file '${source}'; after SOURCES stand "
        "files, and options are FUNCTIONS, VALUE, GRAD, HVP, JACOBIAN, HESSIAN, JVP, BIND, DONATE, CPU, "
        "TARGET_TRIPLE, NAME, THREADS, WORKSPACE_LIMIT, FAST_MATH and PYTHON")
    endif()
  endforeach()
  list(LENGTH kernel_SOURCES count)
  if(kernel_NAME AND count GREATER 1)
    message(FATAL_ERROR "wengert_add_kernels(${target}): NAME is for one source, and SOURCES names ${count}")
  endif()

  set(options)
  set(emit obj,header,json)
  foreach(function IN LISTS kernel_FUNCTIONS)
    list(APPEND options --fn ${function})
  endforeach()
  foreach(bind IN LISTS kernel_BIND)
    list(APPEND options --bind ${bind})
  endforeach()
  foreach(pair IN LISTS kernel_DONATE)
    list(APPEND options --donate ${pair})
  endforeach()
  foreach(kind IN ITEMS GRAD HVP JACOBIAN HESSIAN JVP)
    if(kernel_${kind})
      string(TOLOWER ${kind} option)
      string(REPLACE ";" "," arguments "${kernel_${kind}}")
      list(APPEND options --${option} ${arguments})
    endif()
  endforeach()
  if(kernel_VALUE)
    list(APPEND options --value)
  endif()
  if(kernel_FAST_MATH)
    list(APPEND options --fast-math)
  endif()
  if(kernel_CPU)
    list(APPEND options --cpu ${kernel_CPU})
  endif()
  if(kernel_TARGET_TRIPLE)
    list(APPEND options --target ${kernel_TARGET_TRIPLE})
  endif()
  if(DEFINED kernel_THREADS)
    list(APPEND options "--threads=${kernel_THREADS}")
  endif()
  if(DEFINED kernel_WORKSPACE_LIMIT)
    list(APPEND options "--workspace-limit=${kernel_WORKSPACE_LIMIT}")
  endif()
  if(kernel_PYTHON)
    string(APPEND emit ,py)
  endif()

  set(command $<TARGET_FILE:wengert::command>)
  set(libraries $<TARGET_FILE:wengert::wengert> $<TARGET_FILE:wengert::codegen_llvm>)
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/${target}_kernels)
  set(objects)
  set(headers)
  foreach(source IN LISTS kernel_SOURCES)
    cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} OUTPUT_VARIABLE path)
    set(name ${kernel_NAME})
    if(NOT name AND kernel_FUNCTIONS AND count EQUAL 1)
      list(GET kernel_FUNCTIONS 0 name)
    endif()
    if(NOT name)
      cmake_path(GET path STEM name)
    endif()
    set(files ${folder}/${name}.o ${folder}/${name}.h ${folder}/${name}.json)
    if(kernel_PYTHON)
      list(APPEND files ${folder}/${name}.py ${folder}/lib${name}.so)
    endif()
    add_custom_command(
      OUTPUT ${files}
      COMMAND ${command} build ${path} ${options} --name ${name} --emit ${emit} -o ${folder}
      DEPENDS ${path} ${command} ${libraries}
      COMMENT "Building kernels ${name} from ${source}"
      VERBATIM)
    list(APPEND objects ${folder}/${name}.o)
    list(APPEND headers ${folder}/${name}.h)
  endforeach()
  add_library(${target} STATIC ${objects} ${headers})
  set_source_files_properties(${objects} PROPERTIES EXTERNAL_OBJECT TRUE GENERATED TRUE)
  if(CMAKE_C_COMPILER)
    set_target_properties(${target} PROPERTIES LINKER_LANGUAGE C)
  else()
    set_target_properties(${target} PROPERTIES LINKER_LANGUAGE CXX)
  endif()
  target_include_directories(${target} INTERFACE ${folder})
endfunction()
