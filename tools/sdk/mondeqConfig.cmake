# find_package(mondeq) with the SDK's folder in CMAKE_PREFIX_PATH gives the target mondeq::mondeq.
get_filename_component(_mondeq_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)

if(NOT TARGET mondeq::mondeq)
  add_library(mondeq::mondeq SHARED IMPORTED)
  set_target_properties(mondeq::mondeq PROPERTIES
    IMPORTED_LOCATION "${_mondeq_prefix}/lib/libmondeq.so.1"
    IMPORTED_SONAME "libmondeq.so.1"
    INTERFACE_INCLUDE_DIRECTORIES "${_mondeq_prefix}/include")
endif()
unset(_mondeq_prefix)
