#include "dvt/run/tasks/schemas.h"

#include <set>

namespace dvt::run {

void MakeSchemas(RunContext& run, const std::vector<std::string>& selected, std::stop_token stop) {
  std::set<std::pair<std::string, std::string>> schemas;
  for (const auto& id : selected) {
    const auto found = run.manifest->nodes.find(id);
    if (found == run.manifest->nodes.end()) continue;
    const model::Node& node = found->second;
    const bool builds = node.type == model::ResourceType::kModel || node.type == model::ResourceType::kSeed ||
                        node.type == model::ResourceType::kSnapshot;
    if (builds && !node.is_ephemeral())
      schemas.emplace(node.connection.empty() ? run.manifest->target : node.connection, node.schema);
  }
  std::set<std::string> failed;
  for (const auto& [connection, schema] : schemas) {
    if (stop.stop_requested() || failed.contains(connection)) continue;
    const auto connector = run.connections->Get(connection);
    if (!connector || !run.relations.EnsureSchema(**connector, schema, stop)) failed.insert(connection);
  }
}

}  // namespace dvt::run
