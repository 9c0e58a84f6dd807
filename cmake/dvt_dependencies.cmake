# Third-party parts, all prebuilt. `./dev` fills .deps/ (Arrow from the pyarrow wheel, libduckdb and duckdb.h); the variables
# DVT_DEPS, DUCKDB_ROOT (environment) and PYARROW_ROOT override where they lie.
set(DVT_DEPS "${PROJECT_SOURCE_DIR}/.deps" CACHE PATH "Folder that ./dev fills")

find_package(PkgConfig REQUIRED)
pkg_check_modules(LIBPQ REQUIRED IMPORTED_TARGET libpq)
pkg_check_modules(MARIADB REQUIRED IMPORTED_TARGET libmariadb)
pkg_check_modules(LZ4 REQUIRED IMPORTED_TARGET liblz4)
# Statically, and not seen from outside: other libraries in the process have a zstd of their own.
find_library(ZSTD_STATIC libzstd.a REQUIRED)
set(DVT_ZSTD "${ZSTD_STATIC}" -Wl,--exclude-libs,libzstd.a)
pkg_check_modules(SQLITE3 REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(YAMLCPP REQUIRED IMPORTED_TARGET yaml-cpp)
pkg_check_modules(FMT REQUIRED IMPORTED_TARGET fmt)
pkg_check_modules(OPENSSL REQUIRED IMPORTED_TARGET openssl)
pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl)
pkg_check_modules(HTTPLIB REQUIRED IMPORTED_TARGET cpp-httplib)
pkg_check_modules(SIMDJSON REQUIRED IMPORTED_TARGET simdjson)
include(CTest)
if(BUILD_TESTING)
  find_package(GTest REQUIRED)
endif()

if(DEFINED ENV{DUCKDB_ROOT})
  set(duckdb_root "$ENV{DUCKDB_ROOT}")
else()
  set(duckdb_root "${DVT_DEPS}/duckdb")
endif()
set(DVT_DUCKDB_HEADER "${duckdb_root}/duckdb.h")
# The header alone: columnar/duckdb loads the library when it is used.
add_library(duckdb_c_api INTERFACE)
target_include_directories(duckdb_c_api INTERFACE "${duckdb_root}")
list(APPEND CMAKE_BUILD_RPATH "${duckdb_root}")
add_library(duckdb::duckdb SHARED IMPORTED)
set_target_properties(duckdb::duckdb PROPERTIES IMPORTED_LOCATION "${duckdb_root}/libduckdb.so"
  INTERFACE_INCLUDE_DIRECTORIES "${duckdb_root}" IMPORTED_NO_SONAME FALSE)

set(PYARROW_ROOT "" CACHE PATH "Folder of the pyarrow package")
if(NOT PYARROW_ROOT)
  file(GLOB pyarrow_roots "${DVT_DEPS}/venv/lib/python3*/site-packages/pyarrow")
  list(GET pyarrow_roots 0 PYARROW_ROOT)
endif()
function(dvt_arrow_library NAME FILE)
  add_library(arrow::${NAME} SHARED IMPORTED)
  set_target_properties(arrow::${NAME} PROPERTIES IMPORTED_LOCATION "${PYARROW_ROOT}/${FILE}"
    INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${PYARROW_ROOT}/include")
endfunction()
dvt_arrow_library(arrow libarrow.so.2600)
dvt_arrow_library(compute libarrow_compute.so.2600)
dvt_arrow_library(parquet libparquet.so.2600)
dvt_arrow_library(s3 libarrow_s3.so.2600)
# Only the C data interface's plain header, for folders that must not see Arrow C++.
add_library(arrow_c_abi INTERFACE)
target_include_directories(arrow_c_abi SYSTEM INTERFACE "${PYARROW_ROOT}/include")
