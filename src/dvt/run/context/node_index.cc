#include "dvt/run/context/node_index.h"

#include <fmt/format.h>

#include "dvt/base/text/text.h"

namespace dvt::run {

using model::ResourceType;

NodeIndex::NodeIndex(const model::Manifest& manifest) : manifest_(manifest) {
  for (const auto& [id, node] : manifest.nodes) {
    if (node.type == ResourceType::kModel || node.type == ResourceType::kSeed || node.type == ResourceType::kSnapshot) {
      nodes_[node.name].push_back(&node);
    }
    if (node.type == ResourceType::kFunction) functions_[node.name].push_back(&node);
  }
  for (const auto& [id, source] : manifest.sources) sources_[source.source_name + "." + source.name].push_back(&source);
}

Result<const model::Node*> NodeIndex::Ref(const model::RefCall& call, const std::string& from_package) const {
  const auto found = nodes_.find(call.name);
  const model::Node* best = nullptr;
  if (found != nodes_.end()) {
    for (const auto* node : found->second) {
      if (!call.package.empty() && node->package != call.package) continue;
      const bool wanted = call.version.empty() ? node->version.empty() || node->latest_version : node->version == call.version;
      if (!wanted) continue;
      const bool better =
          best == nullptr || (call.package.empty() && node->package == from_package && best->package != from_package);
      if (better) best = node;
    }
  }
  if (best != nullptr) return best;
  std::vector<std::string> names;
  for (const auto& [name, nodes] : nodes_) names.push_back(name);
  return Error(ErrorCode::kConfig,
               fmt::format("there is no model, seed or snapshot named '{}'.{}", call.name, DidYouMean(call.name, names)))
      .At(call.place);
}

Result<const model::Node*> NodeIndex::Function(const model::RefCall& call, const std::string& from_package) const {
  const model::Node* best = nullptr;
  if (const auto found = functions_.find(call.name); found != functions_.end()) {
    for (const auto* node : found->second) {
      if (!call.package.empty() && node->package != call.package) continue;
      if (best == nullptr || (call.package.empty() && node->package == from_package)) best = node;
    }
  }
  if (best != nullptr) return best;
  std::vector<std::string> names;
  for (const auto& [name, nodes] : functions_) names.push_back(name);
  return Error(ErrorCode::kConfig, fmt::format("there is no function named '{}'.{}", call.name, DidYouMean(call.name, names)))
      .At(call.place);
}

Result<const model::SourceNode*> NodeIndex::Source(const model::SourceCall& call, const std::string& from_package) const {
  const std::string name = call.source + "." + call.table;
  const auto found = sources_.find(name);
  if (found != sources_.end()) {
    for (const auto* source : found->second) {
      if (source->package == from_package) return source;
    }
    return found->second.front();
  }
  std::vector<std::string> names;
  for (const auto& [key, sources] : sources_) names.push_back(key);
  return Error(ErrorCode::kConfig, fmt::format("there is no source named '{}'.{}", name, DidYouMean(name, names))).At(call.place);
}

}  // namespace dvt::run
