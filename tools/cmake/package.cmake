# The library that users link, wengert::wengert, the library of the code generator beside it, and what
# `cmake --install` writes. wengert::wengert is one shared library of all layers, except for what needs LLVM: that is
# libwengert_codegen_llvm, which it loads when something must be compiled. {fmt} and LLVM are linked into these or needed
# by them alone, so a user's build finds neither of them.
include(CMakePackageConfigHelpers)

set(so_version ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
add_library(wengert_library SHARED)
add_library(wengert::wengert ALIAS wengert_library)
foreach(layer IN ITEMS ir passes runtime codegen frontend)
  target_sources(wengert_library PRIVATE $<TARGET_OBJECTS:wengert_${layer}>)
endforeach()
# Named as a file, not as a target: the exported package would ask for the target.
target_link_libraries(wengert_library PRIVATE $<TARGET_LINKER_FILE:fmt::fmt> ${CMAKE_DL_LIBS}
  ${CMAKE_THREAD_LIBS_INIT})
# Calls inside the library are direct ones. Op records may be copied into a program, so objects stay as they are.
target_link_options(wengert_library PRIVATE LINKER:--exclude-libs,ALL LINKER:--no-undefined
  LINKER:-Bsymbolic-functions LINKER:--build-id=sha1)
target_compile_features(wengert_library INTERFACE cxx_std_20)
set_target_properties(wengert_library PROPERTIES OUTPUT_NAME wengert EXPORT_NAME wengert
   VERSION ${PROJECT_VERSION} SOVERSION ${so_version})

add_library(wengert_codegen_llvm_library SHARED $<TARGET_OBJECTS:wengert_codegen_llvm>)
add_library(wengert::codegen_llvm ALIAS wengert_codegen_llvm_library)
target_link_libraries(wengert_codegen_llvm_library PRIVATE wengert_library $<TARGET_LINKER_FILE:fmt::fmt>
  $<BUILD_INTERFACE:wengert_llvm_for_loading>)
target_link_options(wengert_codegen_llvm_library PRIVATE LINKER:--exclude-libs,ALL LINKER:--no-undefined
  LINKER:--build-id=sha1)
set_target_properties(wengert_codegen_llvm_library PROPERTIES OUTPUT_NAME wengert_codegen_llvm
  EXPORT_NAME codegen_llvm VERSION ${PROJECT_VERSION} SOVERSION ${so_version}
  INSTALL_RPATH "$ORIGIN" INSTALL_RPATH_USE_LINK_PATH ON)

# In the build tree <wengert/wengert.h> forwards to the sources. Installed, the headers lie below include/wengert and
# name each other from include/, so that a user's own folder called ir or runtime is never taken for ours.
file(GENERATE OUTPUT ${PROJECT_BINARY_DIR}/include/wengert/wengert.h
     CONTENT "#include \"${PROJECT_SOURCE_DIR}/frontend/wengert.h\"\n")
target_include_directories(wengert_library INTERFACE $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include>
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
install(CODE "set(source \"${PROJECT_SOURCE_DIR}\")
set(destination \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_INCLUDEDIR}/wengert\")
include(\"${PROJECT_SOURCE_DIR}/tools/cmake/install_headers.cmake\")")

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/wengert)
install(TARGETS wengert_library wengert_codegen_llvm_library wengert_command EXPORT wengert)
install(EXPORT wengert FILE wengertTargets.cmake NAMESPACE wengert:: DESTINATION ${package})
configure_package_config_file(${PROJECT_SOURCE_DIR}/tools/cmake/wengertConfig.cmake.in
  ${PROJECT_BINARY_DIR}/wengertConfig.cmake INSTALL_DESTINATION ${package})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/wengertConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/wengertConfig.cmake ${PROJECT_BINARY_DIR}/wengertConfigVersion.cmake
  ${PROJECT_SOURCE_DIR}/tools/cmake/wengert_add_kernels.cmake DESTINATION ${package})
include(${PROJECT_SOURCE_DIR}/tools/cmake/wengert_add_kernels.cmake)
