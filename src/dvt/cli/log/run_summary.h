#pragma once

#include <map>
#include <string>
#include <vector>

#include "dvt/cli/log/log_line.h"
#include "dvt/model/node.h"
#include "dvt/model/results.h"

namespace dvt::cli {

/// How many results ended which way, as the last line of a run says it.
struct ResultCounts {
  int passed = 0, warned = 0, failed = 0, skipped = 0, nothing = 0;
  void Count(const std::string& status);
  int total() const { return passed + warned + failed + skipped + nothing; }
  /// "PASS=3 WARN=0 ERROR=1 SKIP=0 NO-OP=0 REUSED=0 TOTAL=4"
  std::string Text() const;
};

/// The events at a run's end: what was done, what failed and where, how many of each. It learns of the nodes while they run.
class RunSummary {
 public:
  void Know(const model::Node& node);
  void Know(const model::SourceNode& source);
  std::vector<run::LogEvent> OfRun(const model::RunResults& results) const;
  std::vector<run::LogEvent> OfFreshness(const std::vector<model::FreshnessResult>& results, double elapsed_seconds) const;

 private:
  struct Known {
    std::string type;  // "model", "test", …
    std::string kind;  // "table model", as counted
    std::string name;
    std::string file;      // relative to the project
    std::string compiled;  // below the target folder, empty: none
    Value info;            // node_info
  };
  run::LogEvent Finished(const std::map<std::string, int>& kinds, double seconds) const;
  void TellProblem(std::vector<run::LogEvent>& events, const std::string& id, const std::string& status,
                   const std::string& message, const std::string& target_path) const;

  std::map<std::string, Known> known_;  // by unique id
};

}  // namespace dvt::cli
