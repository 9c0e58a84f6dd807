// sql_bench FILE READ WRITE: parses and translates the statements of FILE (JSON: a list of texts) over and over, for at least a
// second of CPU time each, and prints {"parse": …, "transpile": …, "failed": …} in statements a second.
#include <cstdio>
#include <ctime>

#include "dvt/base/fs/files.h"
#include "dvt/base/text/value.h"
#include "dvt/sql/parse/parser.h"
#include "dvt/sql/rewrite/transpile.h"

namespace {

double CpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// Statements a second of the best of three rounds.
template <class Each>
double Rate(const std::vector<std::string>& texts, Each each) {
  double best = 0;
  for (int round = 0; round < 3; ++round) {
    const double start = CpuSeconds();
    double spent = 0;
    size_t count = 0;
    for (; spent < 0.5; spent = CpuSeconds() - start) {
      for (const auto& text : texts) each(text);
      count += texts.size();
    }
    best = std::max(best, static_cast<double>(count) / spent);
  }
  return best;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("sql_bench FILE READ WRITE\n", stderr);
    return 2;
  }
  auto text = dvt::ReadFile(argv[1]);
  auto list = text ? dvt::ParseJson(*text, argv[1]) : dvt::Result<dvt::Value>(text.error());
  const dvt::sql::Dialect* read = dvt::sql::FindDialect(argv[2]);
  const dvt::sql::Dialect* write = dvt::sql::FindDialect(argv[3]);
  if (!list || !list->is_list() || read == nullptr || write == nullptr) {
    std::fprintf(stderr, "%s\n", list ? "no such dialect, or no list of texts" : list.error().ToString().c_str());
    return 2;
  }
  std::vector<std::string> texts;
  long failed = 0;
  for (const auto& each : list->list()) {
    if (!dvt::sql::Transpile(each.as_string(), *read, *write)) ++failed;
    texts.push_back(each.as_string());
  }
  const double parsed = Rate(texts, [&](const std::string& sql) { (void)dvt::sql::Parse(sql, *read).has_value(); });
  const double translated =
      Rate(texts, [&](const std::string& sql) { (void)dvt::sql::Transpile(sql, *read, *write).has_value(); });
  std::printf("{\"parse\": %.0f, \"transpile\": %.0f, \"failed\": %ld}\n", parsed, translated, failed);
  return 0;
}
