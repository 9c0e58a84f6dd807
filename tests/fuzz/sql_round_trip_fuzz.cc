// Any bytes: lexed, parsed, printed and parsed again in the dialect of the first byte; what is printed must print the same again.
#include <cstdio>
#include <cstdlib>

#include "dvt/sql/testing/robustness.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, size_t size) {
  if (size == 0) return 0;
  const auto dialects = dvt::sql::robustness::PairOf(data[0]);
  const std::string_view sql(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string problem = dvt::sql::robustness::CheckRoundTrip(sql, *dialects.read);
  if (problem.empty()) return 0;
  std::fprintf(stderr, "%s: %.*s\n%s\n", std::string(dialects.read->name).c_str(), static_cast<int>(sql.size()), sql.data(),
               problem.c_str());
  std::abort();
}
