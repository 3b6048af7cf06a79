# The library that users link, wengert::wengert, and what `cmake --install` writes. It is one shared library of all
# layers: LLVM and {fmt} are linked into it or needed by it alone, so a user's build finds neither of them.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

add_library(wengert_library SHARED)
add_library(wengert::wengert ALIAS wengert_library)
foreach(layer IN ITEMS ir passes runtime codegen frontend)
  target_sources(wengert_library PRIVATE $<TARGET_OBJECTS:wengert_${layer}>)
endforeach()
# Named as files, not as targets: the exported package would ask for those targets.
if(LLVM_LINK_LLVM_DYLIB)
  set(llvm $<TARGET_LINKER_FILE:LLVM>)
else()
  set(llvm $<BUILD_INTERFACE:wengert_llvm>)
endif()
target_link_libraries(wengert_library PRIVATE $<TARGET_LINKER_FILE:fmt::fmt> ${llvm})
target_link_options(wengert_library PRIVATE LINKER:--exclude-libs,ALL LINKER:--no-undefined)
target_compile_features(wengert_library INTERFACE cxx_std_20)
set_target_properties(wengert_library PROPERTIES OUTPUT_NAME wengert EXPORT_NAME wengert
   VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})

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
install(TARGETS wengert_library wengert_command EXPORT wengert)
install(EXPORT wengert FILE wengertTargets.cmake NAMESPACE wengert:: DESTINATION ${package})
configure_package_config_file(${PROJECT_SOURCE_DIR}/tools/cmake/wengertConfig.cmake.in
  ${PROJECT_BINARY_DIR}/wengertConfig.cmake INSTALL_DESTINATION ${package})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/wengertConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/wengertConfig.cmake ${PROJECT_BINARY_DIR}/wengertConfigVersion.cmake
  ${PROJECT_SOURCE_DIR}/tools/cmake/wengert_add_kernels.cmake DESTINATION ${package})
include(${PROJECT_SOURCE_DIR}/tools/cmake/wengert_add_kernels.cmake)
