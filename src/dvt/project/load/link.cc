#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/project/load/loader_internal.h"

namespace dvt::project {
namespace {

using model::ResourceType;

bool IsRefable(const model::Node& node) {
  return node.type == ResourceType::kModel || node.type == ResourceType::kSeed || node.type == ResourceType::kSnapshot;
}

void AddOnce(std::vector<std::string>& list, const std::string& item) {
  if (std::find(list.begin(), list.end(), item) == list.end()) list.push_back(item);
}

std::string RefText(const model::RefCall& ref) {
  std::string text = ref.package.empty() ? ref.name : ref.package + "." + ref.name;
  return ref.version.empty() ? text : text + " (version " + ref.version + ")";
}

}  // namespace

void Loader::IndexRefs() {
  for (const auto& [id, node] : manifest_.nodes) {
    if (IsRefable(node)) refs_[node.name].push_back(&node);
    if (node.type == ResourceType::kFunction) functions_[node.name].push_back(&node);
  }
  for (const auto& [id, node] : manifest_.disabled) {
    if (IsRefable(node)) disabled_refs_[node.name].push_back(&node);
  }
  for (const auto& [id, source] : manifest_.sources) source_index_[source.source_name + "." + source.name].push_back(&source);
  for (const auto& [name, nodes] : refs_) {
    for (size_t i = 1; i < nodes.size(); ++i) {
      const model::Node& a = *nodes[i - 1];
      const model::Node& b = *nodes[i];
      if (a.package != b.package || !a.version.empty()) continue;
      manifest_.diagnostics.Fail("Two resources are named '" + name + "': " + a.unique_id + " (" + a.original_path + ") and " +
                                     b.unique_id + " (" + b.original_path + ")",
                                 b.place, "ref('" + name + "') cannot tell them apart: rename one");
    }
  }
}

const model::Node* Loader::FindRef(const model::RefCall& ref, const std::string& package) const {
  auto found = refs_.find(ref.name);
  if (found == refs_.end()) return nullptr;
  auto pick = [&](const std::string& wanted_package) -> const model::Node* {
    for (const auto* node : found->second) {
      if (!wanted_package.empty() && node->package != wanted_package) continue;
      if (ref.version.empty() ? node->version.empty() || node->latest_version : node->version == ref.version) return node;
    }
    return nullptr;
  };
  if (!ref.package.empty()) return pick(ref.package);
  if (const auto* node = pick(package)) return node;
  if (const auto* node = pick(manifest_.project.name)) return node;
  return pick("");
}

std::string Loader::DescribeNode(const model::Node& node, const Place& place) const {
  std::string kind(model::ResourceTypeName(node.type));
  for (const char* other : {"exposure", "metric", "semantic_model", "saved_query"}) {
    if (node.unique_id.starts_with(std::string(other) + ".")) kind = ReplaceAll(other, "_", " ");
  }
  kind[0] = static_cast<char>(kind[0] - 'a' + 'A');
  Place at = place.known() ? place : node.place;
  return kind + " '" + node.name + "' (" + at.ToString() + ")";
}

Error Loader::MissingRef(const model::Node& node, const model::RefCall& ref) const {
  if (ref.name.empty()) {
    return Error(ErrorCode::kConfig, DescribeNode(node, ref.place) + " calls ref() without a name")
        .At(ref.place)
        .WithHint("write ref('model'), ref('package', 'model') or ref('model', v=2)");
  }
  std::string message = DescribeNode(node, ref.place) + " depends on a node named '" + RefText(ref) + "' which ";
  auto disabled = disabled_refs_.find(ref.name);
  if (disabled != disabled_refs_.end()) {
    return Error(ErrorCode::kConfig, message + "is disabled (" + disabled->second[0]->original_path + ")")
        .At(ref.place)
        .WithHint("enable it, or disable this one too with enabled=false");
  }
  if (auto other = refs_.find(ref.name); other != refs_.end()) {
    std::vector<std::string> have;
    for (const auto* candidate : other->second) have.push_back(candidate->unique_id);
    return Error(ErrorCode::kConfig, message + "was not found")
        .At(ref.place)
        .WithHint("of that name there is: " + Join(have, ", "));
  }
  std::vector<std::string> names;
  for (const auto& [name, nodes] : refs_) names.push_back(name);
  std::sort(names.begin(), names.end());
  return Error(ErrorCode::kConfig, message + "was not found." + DidYouMean(ref.name, names)).At(ref.place);
}

Error Loader::MissingSource(const model::Node& node, const model::SourceCall& call) const {
  if (call.source.empty() || call.table.empty()) {
    return Error(ErrorCode::kConfig, DescribeNode(node, call.place) + " calls source() without both its names")
        .At(call.place)
        .WithHint("write source('source', 'table')");
  }
  std::string wanted = call.source + "." + call.table;
  std::string message = DescribeNode(node, call.place) + " depends on a source named '" + wanted + "' which ";
  for (const auto& [id, source] : manifest_.disabled_sources) {
    if (source.source_name == call.source && source.name == call.table) {
      return Error(ErrorCode::kConfig, message + "is disabled (" + source.place.ToString() + ")").At(call.place);
    }
  }
  std::vector<std::string> names;
  for (const auto& [name, sources] : source_index_) names.push_back(name);
  std::sort(names.begin(), names.end());
  return Error(ErrorCode::kConfig, message + "was not found." + DidYouMean(wanted, names)).At(call.place);
}

void Loader::LinkNode(model::Node& node, bool& disable) {
  bool is_test = node.type == ResourceType::kTest;
  auto missing = [&](Error error) {
    if (is_test) {  // as dbt: a test of something missing is left out, with a word
      manifest_.diagnostics.Warn("NodeNotFoundOrDisabled", error.message(), error.place(), error.hint());
      disable = true;
    } else {
      manifest_.diagnostics.Fail(error);
    }
  };
  for (const auto& call : node.sources) {
    auto found = source_index_.find(call.source + "." + call.table);
    if (found == source_index_.end()) {
      missing(MissingSource(node, call));
      continue;
    }
    const model::SourceNode* target = found->second[0];
    for (const auto* candidate : found->second) {
      if (candidate->package == node.package) target = candidate;
    }
    AddOnce(node.depends_on_nodes, target->unique_id);
  }
  for (const auto& ref : node.refs) {
    const model::Node* target = FindRef(ref, node.package);
    if (!target) {
      missing(MissingRef(node, ref));
      continue;
    }
    AddOnce(node.depends_on_nodes, target->unique_id);
  }
  for (const auto& call : node.functions) {
    const model::Node* target = nullptr;
    const auto named = functions_.find(call.name);
    for (const auto* candidate : named == functions_.end() ? std::vector<const model::Node*>() : named->second) {
      if (!call.package.empty() && candidate->package != call.package) continue;
      if (target == nullptr || candidate->package == node.package) target = candidate;
    }
    if (target != nullptr) {
      AddOnce(node.depends_on_nodes, target->unique_id);
      continue;
    }
    std::vector<std::string> names;
    for (const auto& [name, nodes] : functions_) names.push_back(name);
    std::sort(names.begin(), names.end());
    missing(Error(ErrorCode::kConfig, DescribeNode(node, call.place) + " depends on a function named '" + RefText(call) +
                                          "' which was not found." + DidYouMean(call.name, names))
                .At(call.place));
  }
}

void Loader::Link() {
  IndexRefs();
  std::vector<std::string> disabled;
  for (auto& [id, node] : manifest_.nodes) {
    bool disable = false;
    LinkNode(node, disable);
    if (disable) disabled.push_back(id);
  }
  for (const auto& id : disabled) {
    auto moved = manifest_.nodes.extract(id);
    moved.mapped().config.Set("enabled", false);
    manifest_.disabled.insert(std::move(moved));
  }
  LinkExposures();
  LinkSemanticNodes();
}

void Loader::LinkExposures() {
  for (auto& [id, exposure] : manifest_.exposures) {
    model::Node as_node;  // only to find and to word
    as_node.unique_id = id;
    as_node.package = exposure.package;
    as_node.name = exposure.name;
    as_node.place = exposure.place;
    as_node.refs = exposure.refs;
    as_node.sources = exposure.sources;
    bool disable = false;
    LinkNode(as_node, disable);
    exposure.depends_on_nodes = std::move(as_node.depends_on_nodes);
  }
}

}  // namespace dvt::project
