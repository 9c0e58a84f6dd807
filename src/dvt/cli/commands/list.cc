// ls: what a selection holds, one line each.
#include <algorithm>
#include <functional>

#include "dvt/base/text/text.h"
#include "dvt/cli/commands/command.h"
#include "dvt/cli/workspace.h"
#include "dvt/model/node_value.h"

namespace dvt::cli {

namespace {

// One listed resource, in each of the ways it can be shown; whole only if that is asked for.
struct Line {
  std::string name;
  std::string path;
  std::string selector;
  std::function<Value()> value;
};

Line LineOf(const model::Node& node) {
  const std::string name = node.version.empty() ? node.name : node.name + ".v" + node.version;
  return {name, node.original_path, Join(node.fqn, "."), [&node] {
            Value value = model::NodeToValue(node);
            if (node.type == model::ResourceType::kModel) value.Set("direct_parents", model::StringList(node.depends_on_nodes));
            return value;
          }};
}

Line LineOf(const model::SourceNode& source) {
  const std::string name = source.source_name + "." + source.name;
  return {name, source.original_path, "source:" + source.package + "." + name,
          [&source] { return model::SourceToValue(source); }};
}

// Exposures, metrics and their like.
template <class Other>
Line LineOf(const Other& other, std::string_view type, Value (*value)(const Other&)) {
  return {other.name, other.original_path, std::string(type) + ":" + other.package + "." + other.name,
          [&other, value] { return value(other); }};
}

// Of a versioned model there is one for each version.
Line UnitTestLine(const model::Node& node) {
  const std::string name = node.name + (node.version.empty() ? "" : "_v" + node.version);
  return {name, node.original_path, "unit_test:" + node.package + "." + name, [&node] { return model::UnitTestToValue(node); }};
}

Line FindLine(const model::Manifest& manifest, const std::string& id) {
  if (const auto node = manifest.nodes.find(id); node != manifest.nodes.end()) return LineOf(node->second);
  if (const auto test = manifest.unit_tests.find(id); test != manifest.unit_tests.end()) return UnitTestLine(test->second);
  if (const auto source = manifest.sources.find(id); source != manifest.sources.end()) return LineOf(source->second);
  if (const auto exposure = manifest.exposures.find(id); exposure != manifest.exposures.end())
    return LineOf(exposure->second, "exposure", &model::ExposureToValue);
  if (const auto other = manifest.semantic_nodes.find(id); other != manifest.semantic_nodes.end())
    return LineOf(other->second, model::SemanticKindName(other->second.kind), &model::SemanticToValue);
  return {id, "", id, [] { return Value(); }};
}

// "config.meta.owner": the member of a member; null if there is none.
const Value* Member(const Value& value, std::string_view key) {
  if (const Value* whole = value.Find(key)) return whole;
  const size_t dot = key.find('.');
  if (dot == std::string_view::npos) return nullptr;
  const Value* front = value.Find(key.substr(0, dot));
  return front == nullptr ? nullptr : Member(*front, key.substr(dot + 1));
}

// The members asked for, in that order; else dbt's, in the resource's order.
Value Shown(const Value& value, const std::vector<std::string>& keys) {
  static const std::vector<std::string> usual = {"alias",         "name",   "source_name",   "depends_on", "package_name",
                                                 "tags",          "config", "resource_type", "unique_id",  "original_file_path",
                                                 "direct_parents"};
  Value shown = Value::MakeMap();
  if (keys.empty()) {
    for (const auto& entry : value.map()) {
      if (std::find(usual.begin(), usual.end(), entry.key) != usual.end()) shown.Set(entry.key, entry.value);
    }
    return shown;
  }
  for (const auto& text : keys) {
    for (const auto& key : Split(text, ' ')) {
      const Value* member = key.empty() ? nullptr : Member(value, key);
      if (member != nullptr) shown.Set(key, *member);
    }
  }
  return shown;
}

}  // namespace

Result<int> ListCommand(const Options& options, std::stop_token stop) {
  Options asked = options;
  std::set<std::string> types;
  if (!options.models.empty()) {
    if (!options.resource_types.empty()) {
      return Error(ErrorCode::kInvalidArgument, "--models and --resource-type are given together")
          .WithHint("--models lists models only: use --select with --resource-type");
    }
    asked.select = options.models;
    types = {"model"};
  }
  if (!options.output_keys.empty() && options.output != "json") {
    return Error(ErrorCode::kInvalidArgument, "--output-keys is given without --output json").WithHint("add --output json");
  }
  DVT_ASSIGN(auto workspace, OpenWorkspace(asked, stop));
  const Workspace& w = *workspace;
  DVT_ASSIGN(auto selected, w.Select(asked, types));
  std::sort(selected.begin(), selected.end());
  for (const auto& id : selected) {
    const Line line = FindLine(w.manifest, id);
    const std::string text = options.output == "name"   ? line.name
                             : options.output == "path" ? line.path
                             : options.output == "json" ? ToJson(Shown(line.value(), options.output_keys))
                                                        : line.selector;
    PrintLine(options, text);
  }
  return 0;
}

}  // namespace dvt::cli
