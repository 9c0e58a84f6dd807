#pragma once

#include <optional>
#include <string>

#include "dvt/run/observer.h"

namespace dvt::cli {

/// "table model main.customers", "test unique_a", for one node.
std::string RelationLabel(const model::Node& node);
/// How far one read is.
struct FlowState {
  bool begun = false;
  bool done = false;
  bool measured = false;  ///< there is something that the fraction goes by
  int64_t rows = 0;
  int64_t bytes = 0;
  double fraction = 0;          ///< of the estimated rows, or of the partitions where nothing is estimated
  double bytes_per_second = 0;  ///< 0 while too little time has passed to tell
  std::optional<double> seconds_left;
};
FlowState StateOf(const run::FlowCounter& flow);
/// "crm · orders  ██████░░░░  60 %  1.2M rows  340 MB  45.0 MB/s  about 12 s left" of one read.
std::string FlowLine(const run::FlowCounter& flow);
/// The same of all reads in words, for logs: "1.2M rows loaded; crm 60 %, 1.5M rows, 340 MB, 45.0 MB/s, about 12 s left".
std::string ProgressText(const run::NodeProgress& progress);
/// The live line of a running node, without colours.
std::string LiveLine(const model::Node& node, int index, int total, const run::NodeProgress& progress, double seconds);
/// "[SELECT 5, federated, 12 MB moved in 0.4 s]" of a finished node.
std::string OutcomeText(const model::NodeResult& result);
/// The table of what moved; empty if nothing did.
std::string TransferTable(const model::RunResults& results);
/// "1 d 2 h 30 min" of seconds; "12 s" below a minute.
std::string AgeText(double seconds);
int TerminalColumns(const std::string& text);
/// Cuts a line to `width` terminal columns (every code point counts one).
std::string FitWidth(const std::string& line, int width);

}  // namespace dvt::cli
