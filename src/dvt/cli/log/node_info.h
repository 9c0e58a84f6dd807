#pragma once

#include <string>

#include "dvt/model/node.h"
#include "dvt/model/results.h"

namespace dvt::cli {

/// When a node ran and how it ended, as far as that is known; 0 and empty where it is not.
struct NodeMoment {
  std::string status = "None";
  double started = 0;  ///< seconds since the epoch, UTC
  double finished = 0;
  std::string relation_name;
};

/// `data.node_info` of the log's events.
Value NodeInfo(const model::Node& node, const NodeMoment& moment);
Value SourceInfo(const model::SourceNode& source, const NodeMoment& moment);
/// `data.run_result`.
Value ResultInfo(const model::NodeResult& result);

/// "sql table model main.orders", "seed file main.days", "test unique_id".
std::string NodeDescription(const model::Node& node);

}  // namespace dvt::cli
