#pragma once

#include <string>

#include "dvt/run/observer.h"

namespace dvt::cli {

/// "table model main.customers", "test unique_a", for one node.
std::string RelationLabel(const model::Node& node);
/// "crm ██████░░░░ 60 %" of one read.
std::string FlowText(const run::FlowCounter& flow);
/// The live line of a running node, without colours.
std::string LiveLine(const model::Node& node, int index, int total, const run::NodeProgress& progress, double seconds);
/// "[SELECT 5, federated, 12 MB moved in 0.4 s]" of a finished node.
std::string OutcomeText(const model::NodeResult& result);
/// The table of what moved; empty if nothing did.
std::string TransferTable(const model::RunResults& results);
/// "1 d 2 h 30 min" of seconds; "12 s" below a minute.
std::string AgeText(double seconds);
/// Cuts a line to `width` terminal columns (every code point counts one).
std::string FitWidth(const std::string& line, int width);

}  // namespace dvt::cli
