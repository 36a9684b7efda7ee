# Installation: headers (with generated ones and .td files), the CMake package that
# find_package(quantc) finds, and the license. Libraries and tools install themselves
# where they are declared (AddQuantc.cmake).
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/quantc)
get_property(QUANTC_EXPORTED_LIBS GLOBAL PROPERTY QUANTC_LIBS)
configure_package_config_file(
  ${PROJECT_SOURCE_DIR}/cmake/quantc-config.cmake.in
  ${PROJECT_BINARY_DIR}/cmake/quantc-config.cmake
  INSTALL_DESTINATION ${package_dir}
  PATH_VARS CMAKE_INSTALL_INCLUDEDIR CMAKE_INSTALL_LIBDIR)
write_basic_package_version_file(
  ${PROJECT_BINARY_DIR}/cmake/quantc-config-version.cmake
  COMPATIBILITY SameMinorVersion)

install(FILES
  ${PROJECT_BINARY_DIR}/cmake/quantc-config.cmake
  ${PROJECT_BINARY_DIR}/cmake/quantc-config-version.cmake
  DESTINATION ${package_dir})
install(EXPORT QuantcTargets NAMESPACE quantc:: DESTINATION ${package_dir})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/quantc ${PROJECT_BINARY_DIR}/include/quantc
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  FILES_MATCHING PATTERN "*.h" PATTERN "*.td" PATTERN "*.inc"
  PATTERN "CMakeFiles" EXCLUDE)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
# Those of the libraries in the page of quantc debug.
install(FILES ${PROJECT_SOURCE_DIR}/lib/Report/Page/licences.txt DESTINATION ${CMAKE_INSTALL_DOCDIR}
  RENAME LICENSES-report.txt)
