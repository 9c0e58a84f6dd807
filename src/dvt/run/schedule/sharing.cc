#include "dvt/run/schedule/sharing.h"

#include <map>

#include "dvt/run/changes/change_settings.h"
#include "dvt/run/transfer/pump.h"

namespace dvt::run {

namespace {

const model::Node* BuiltNode(const RunContext& run, const std::string& id) {
  const model::Node* node = run.manifest->FindNode(id);
  const bool built =
      node != nullptr && (node->type == model::ResourceType::kModel || node->type == model::ResourceType::kSnapshot);
  return built ? node : nullptr;
}

bool RunShares(const RunContext& run) {
  return run.connections->tape() == nullptr && !run.options.empty && run.options.command != "clone";
}

// Change detection, batches and partitions that are kept have reads of their own.
Result<bool> ModelShares(const NodeRunner& runner, const model::Node& node) {
  if (node.is_ephemeral() || RunsInBatches(node)) return false;
  DVT_ASSIGN(const auto changes, ChangeSettingsOf(node));
  DVT_ASSIGN(const bool resumes, runner.Resumes(node));
  DVT_ASSIGN(const bool shares, runner.SharesExtracts(node));
  return !changes && !resumes && shares;
}

/// Relations of other connections that a model reads, itself or through ephemeral models.
void AddRead(const RunContext& run, const model::Node& reader, const std::string& connection, std::set<std::string>& read,
             int depth = 0) {
  if (depth > 100) return;
  for (const auto& id : reader.depends_on_nodes) {
    if (const auto source = run.manifest->sources.find(id); source != run.manifest->sources.end()) {
      const std::string& at = source->second.connection.empty() ? run.manifest->target : source->second.connection;
      if (at != connection) read.insert(id);
      continue;
    }
    const model::Node* node = run.manifest->FindNode(id);
    if (node == nullptr) continue;
    if (node->is_ephemeral()) {
      AddRead(run, *node, connection, read, depth + 1);
    } else if (node->connection != connection) {
      read.insert(id);
    }
  }
}

// Models whose plans can have something in common.
std::vector<const model::Node*> Candidates(const RunContext& run, const NodeRunner& runner,
                                           const std::vector<std::string>& selected) {
  std::map<const model::Node*, std::set<std::string>> reads;
  std::map<std::string, int> readers;
  for (const auto& id : selected) {
    const model::Node* node = BuiltNode(run, id);
    if (node == nullptr) continue;
    const auto shares = ModelShares(runner, *node);
    if (!shares || !*shares) continue;
    AddRead(run, *node, node->connection.empty() ? run.manifest->target : node->connection, reads[node]);
    for (const auto& each : reads[node]) ++readers[each];
  }
  std::vector<const model::Node*> nodes;
  for (const auto& id : selected) {
    const model::Node* node = BuiltNode(run, id);
    const auto read = node == nullptr ? reads.end() : reads.find(node);
    if (read == reads.end()) continue;
    for (const auto& each : read->second) {
      if (readers[each] < 2) continue;
      nodes.push_back(node);
      break;
    }
  }
  return nodes;
}

// Asking several things of a source at a time takes several connections, for which no limit has room before the reads begin.
bool HasConnectionLimits(const RunContext& run) {
  for (const auto& name : run.connections->Names()) {
    const auto budget = run.connections->BudgetOf(name);
    if (budget && *budget != nullptr && (*budget)->limits().max_connections > 0) return true;
  }
  return false;
}

}  // namespace

std::set<std::string> WrittenPlaces(const RunContext& run, const std::vector<std::string>& selected) {
  std::set<std::string> connections = {run.manifest->target}, places;
  for (const auto& id : selected) {
    const auto* node = run.manifest->FindNode(id);
    if (node != nullptr && !node->is_ephemeral() && !node->connection.empty()) connections.insert(node->connection);
  }
  for (const auto& connection : connections) {
    if (const auto connector = run.connections->Get(connection)) places.insert((*connector)->place());
  }
  return places;
}

Result<std::vector<plan::ScanReader>> ScanReadersOf(RunContext& run, const NodeRunner& runner, const model::Node& node,
                                                    const plan::ModelPlan& plan) {
  std::vector<plan::ScanReader> readers;
  DVT_ASSIGN(const bool shares, ModelShares(runner, node));
  if (!shares || !RunShares(run) || plan.way != plan::Way::kFederated) return readers;
  const auto settings = runner.MakeTransferContext(node);
  for (const auto& extract : plan.extracts) {
    DVT_ASSIGN(const auto connector, run.connections->ForReading(extract.connection));
    DVT_ASSIGN(const auto options, settings.options_of(extract.connection));
    if (run.moments.IsWritten(connector->place()) || !options.shared_moment) continue;
    readers.push_back({node.unique_id, extract, ToJson(node.config["transfer"]), connector->Has(connectors::Capability::kSql)});
  }
  return readers;
}

std::vector<plan::SharedScan> SharedScansOf(RunContext& run, NodeRunner& runner, const std::vector<std::string>& selected,
                                            int threads, std::stop_token stop) {
  if (!RunShares(run)) return {};
  const auto nodes = Candidates(run, runner, selected);
  std::vector<std::vector<plan::ScanReader>> found(nodes.size());
  const auto look = [&](int index, const std::stop_token& token) -> Status {
    const model::Node& node = *nodes[static_cast<size_t>(index)];
    const auto connector = runner.ConnectorOf(node);
    if (!connector) return {};
    NodeAdapter adapter(run, *connector, token);
    adapter.OnlyLook();
    const auto planned = runner.Plan(node, adapter, token);
    if (!planned) return {};
    if (auto readers = ScanReadersOf(run, runner, node, planned->plan)) found[static_cast<size_t>(index)] = std::move(*readers);
    return {};
  };
  if (HasConnectionLimits(run)) threads = 1;
  if (!RunWorkers(static_cast<int>(nodes.size()), threads, stop, look)) return {};  // cancelled
  std::vector<plan::ScanReader> readers;
  for (auto& each : found)
    readers.insert(readers.end(), std::make_move_iterator(each.begin()), std::make_move_iterator(each.end()));
  return plan::PlanSharedScans(std::move(readers));
}

}  // namespace dvt::run
