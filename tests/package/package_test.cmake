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
  -D "CMAKE_CXX_FLAGS=${flags}" -D page=${page})
run(${CMAKE_COMMAND} --build ${folder}/build)

# What PYTHON writes is part of the build: it comes back when it is gone.
set(wrapper ${folder}/build/polynomial_kernels/polynomial.py)
file(REMOVE ${wrapper})
run(${CMAKE_COMMAND} --build ${folder}/build)
if(NOT EXISTS ${wrapper})
  message(FATAL_ERROR "the build does not know that it makes ${wrapper}")
endif()

run(${folder}/build/api)
if(NOT output STREQUAL "42 24 10\n")
  message(FATAL_ERROR "the C++ program printed '${output}' instead of 42 24 10")
endif()
run(${folder}/build/kernels)
if(NOT output STREQUAL "42 24 10 1 6 2\n")
  message(FATAL_ERROR "the C program printed '${output}' instead of 42 24 10 1 6 2")
endif()

run(${folder}/build/page)
file(READ ${folder}/build/page.txt expected)
if(NOT output STREQUAL expected)
  message(FATAL_ERROR "the program of ${page} printed\n${output}instead of\n${expected}")
endif()

# Mistakes are refused when CMake runs, by name.
function(refused call says)
  file(WRITE ${folder}/mistake/CMakeLists.txt
    "cmake_minimum_required(VERSION 3.25)\nproject(mistake LANGUAGES C CXX)\nfind_package(wengert REQUIRED)\n${call}\n")
  file(COPY ${consumer}/polynomial.wg DESTINATION ${folder}/mistake)
  execute_process(COMMAND ${CMAKE_COMMAND} -S ${folder}/mistake -B ${folder}/mistake/build -G ${generator}
    -D CMAKE_PREFIX_PATH=${folder}/installed -D CMAKE_CXX_COMPILER=${compiler} -D CMAKE_C_COMPILER=${c_compiler}
    RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE error)
  string(REGEX REPLACE "[ \n]+" " " error "${error}")
  string(FIND "${error}" "${says}" at)
  if(result EQUAL 0 OR at EQUAL -1)
    message(FATAL_ERROR "${call}\nended with ${result}, without '${says}':\n${error}")
  endif()
endfunction()
refused("wengert_add_kernels(p SOURCES polynomial.wg GRADIENT x)" "there is no file 'GRADIENT'")
refused("wengert_add_kernels(p SOURCES polynomal.wg GRAD x)" "there is no file 'polynomal.wg'")
refused("wengert_add_kernels(p polynomial.wg)" "cannot make sense of 'polynomial.wg'")

# LLVM is needed to compile, by the library that is loaded for it.
find_program(readelf readelf REQUIRED)
file(GLOB_RECURSE library ${folder}/installed/*/libwengert.so)
foreach(file IN ITEMS ${library} ${folder}/installed/bin/wengert)
  run(${readelf} -d ${file})
  if(output MATCHES "LLVM")
    message(FATAL_ERROR "${file} is linked with LLVM:\n${output}")
  endif()
endforeach()
cmake_path(GET library PARENT_PATH libraries)
file(RENAME ${libraries} ${folder}/elsewhere)
file(COPY ${folder}/elsewhere/ DESTINATION ${libraries} PATTERN libwengert_codegen_llvm* EXCLUDE)
execute_process(COMMAND ${folder}/build/api RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(result EQUAL 0 OR NOT output MATCHES "tried ${libraries}/libwengert_codegen_llvm")
  message(FATAL_ERROR "without the library of the code generator the C++ program ended with ${result}:\n${output}")
endif()

run(${readelf} -d ${folder}/build/kernels)
string(REGEX MATCHALL "\\(NEEDED\\)[^\n]*\\[[^]]*\\]" needed "${output}")
foreach(library IN LISTS needed)
  if(NOT library MATCHES "\\[libc\\.")
    message(FATAL_ERROR "a program of kernels needs more than libc: ${library}")
  endif()
endforeach()
