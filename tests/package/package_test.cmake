# Installs into an empty folder, moves it, and builds the consumer there: nothing may point back to the build.
function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    list(JOIN ARGV " " command)
    message(FATAL_ERROR "${command}\nended with ${result}:\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE ${folder})
run(${CMAKE_COMMAND} --install ${build} --prefix ${folder}/first)
file(RENAME ${folder}/first ${folder}/installed)

file(GLOB_RECURSE texts ${folder}/installed/*.h ${folder}/installed/*.cmake)
foreach(file IN LISTS texts)
  file(READ ${file} text)
  if(text MATCHES "llvm/|wengert_llvm|fmt::|fmt/|nlohmann|#include \"(ir|passes|codegen|runtime|frontend)/")
    message(FATAL_ERROR "${file} speaks of '${CMAKE_MATCH_0}', which is no matter of a user's build")
  endif()
endforeach()

run(${CMAKE_COMMAND} -S ${consumer} -B ${folder}/build -G ${generator} -D CMAKE_BUILD_TYPE=Release
  -D CMAKE_PREFIX_PATH=${folder}/installed -D CMAKE_CXX_COMPILER=${compiler} -D CMAKE_C_COMPILER=${c_compiler}
  -D "CMAKE_CXX_FLAGS=${flags}")
run(${CMAKE_COMMAND} --build ${folder}/build)

run(${folder}/build/api)
if(NOT output STREQUAL "42 24 10\n")
  message(FATAL_ERROR "the C++ program printed '${output}' instead of 42 24 10")
endif()
run(${folder}/build/kernels)
if(NOT output STREQUAL "42 24 10 1 6 2\n")
  message(FATAL_ERROR "the C program printed '${output}' instead of 42 24 10 1 6 2")
endif()

find_program(readelf readelf REQUIRED)
run(${readelf} -d ${folder}/build/kernels)
string(REGEX MATCHALL "\\(NEEDED\\)[^\n]*\\[[^]]*\\]" needed "${output}")
foreach(library IN LISTS needed)
  if(NOT library MATCHES "\\[libc\\.")
    message(FATAL_ERROR "a program of kernels needs more than libc: ${library}")
  endif()
endforeach()
