#include "dvt/columnar/duckdb/library.h"

#include <cstdio>
#include <cstdlib>

#include "dvt/base/process/shared_library.h"

namespace dvt::columnar::duckdb {

namespace {

constexpr const char* kLibrary = "libduckdb.so";

}  // namespace

Status LoadLibrary() {
  DVT_TRY(FindFunction(kLibrary, "duckdb_open_ext"));
  return {};
}

void* Function(const char* name) {
  const auto found = FindFunction(kLibrary, name);
  if (found) return *found;
  std::fprintf(stderr, "Error: %s\n", found.error().ToString().c_str());
  std::abort();
}

}  // namespace dvt::columnar::duckdb
