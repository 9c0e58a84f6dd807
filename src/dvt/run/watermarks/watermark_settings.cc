#include "dvt/run/watermarks/watermark_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "dvt/base/text/text.h"

namespace dvt::run {

namespace {

/// The names by which entries may call the inputs of one model.
class InputNames {
 public:
  explicit InputNames(const model::Manifest& manifest) : manifest_(manifest) {}

  /// Inputs of an ephemeral model are inputs of who reads it.
  void Add(const model::Node& reader, int depth = 0) {
    if (depth > 100) return;
    for (const auto& id : reader.depends_on_nodes) {
      if (const auto source = manifest_.sources.find(id); source != manifest_.sources.end()) {
        Name(source->second.source_name + "." + source->second.name, id);
        continue;
      }
      const model::Node* node = manifest_.FindNode(id);
      if (node == nullptr) continue;
      if (node->is_ephemeral()) {
        ephemeral_.insert(node->name);
        Add(*node, depth + 1);
        continue;
      }
      const std::string name = node->name + (node->version.empty() ? "" : ".v" + node->version);
      Name(name, id);
      Name(node->package + "." + name, id, false);
    }
  }

  const std::string* Find(const std::string& name) const {
    const auto found = ids_.find(name);
    return found == ids_.end() ? nullptr : &found->second;
  }
  bool IsEphemeral(const std::string& name) const { return ephemeral_.contains(name); }
  const std::vector<std::string>& shown() const { return shown_; }

 private:
  void Name(const std::string& name, const std::string& id, bool show = true) {
    const bool added = ids_.emplace(name, id).second;
    if (added && show) shown_.push_back(name);
  }

  const model::Manifest& manifest_;
  std::map<std::string, std::string> ids_;
  std::set<std::string> ephemeral_;
  std::vector<std::string> shown_;
};

Error Wrong(const model::Node& node, std::string text, std::string hint) {
  return Error(ErrorCode::kConfig, std::move(text)).At({node.original_path, 0, 0}).WithHint(std::move(hint));
}

std::string StrategyOf(const model::Node& node) {
  const Value& strategy = node.config["incremental_strategy"];
  return strategy.is_null() ? "default" : strategy.ToText();
}

bool HasKey(const model::Node& node) {
  const Value& key = node.config["unique_key"];
  return (key.is_string() && !key.as_string().empty()) || (key.is_list() && !key.list().empty());
}

Status CheckModel(const model::Node& node, const Value& asked) {
  if (node.materialized() != "incremental")
    return Wrong(node, fmt::format("watermarks need an incremental model; this one is a {}", node.materialized()),
                 "set materialized='incremental', or leave watermarks out");
  if (!asked.is_map())
    return Wrong(node, "watermarks must be a map from inputs to columns, found " + ToJson(asked),
                 "such as watermarks={'shop.orders': 'changed_at'}");
  if (StrategyOf(node) == "microbatch")
    return Wrong(node, "watermarks do not go with incremental_strategy 'microbatch': its batches say what is read",
                 "use append, merge or delete+insert, or leave watermarks out");
  const Value& detection = node.config["change_detection"];
  if (!detection.is_null() && !(detection.is_bool() && !detection.as_bool()))
    return Wrong(node, "watermarks do not go with change_detection: one says what is read by a column, the other by hashes",
                 "leave one of the two out");
  return {};
}

}  // namespace

bool OnlyAdds(const model::Node& node) {
  return StrategyOf(node) == "append" || (!HasKey(node) && StrategyOf(node) != "insert_overwrite");
}

Result<std::vector<WatermarkSetting>> WatermarkSettingsOf(const model::Manifest& manifest, const model::Node& node) {
  std::vector<WatermarkSetting> settings;
  const Value& asked = node.config["watermarks"];
  if (asked.is_null() || (asked.is_map() && asked.map().empty()) || node.type != model::ResourceType::kModel) return settings;
  DVT_TRY(CheckModel(node, asked));
  InputNames inputs(manifest);
  inputs.Add(node);
  for (const auto& entry : asked.map()) {
    if (!entry.value.is_string() || entry.value.as_string().empty())
      return Wrong(node, fmt::format("watermarks: the column of '{}' must be a name, found {}", entry.key, ToJson(entry.value)),
                   fmt::format("such as watermarks={{'{}': 'changed_at'}}", entry.key));
    const std::string* id = inputs.Find(entry.key);
    if (id == nullptr && inputs.IsEphemeral(entry.key))
      return Wrong(node, fmt::format("watermarks: '{}' is an ephemeral model, which is never read by itself", entry.key),
                   "name what it reads: " + Join(inputs.shown(), ", "));
    if (id == nullptr)
      return Wrong(node, fmt::format("watermarks: the model reads no '{}'{}", entry.key, DidYouMean(entry.key, inputs.shown())),
                   inputs.shown().empty() ? "it reads no source and no model" : "it reads: " + Join(inputs.shown(), ", "));
    for (const auto& have : settings) {
      if (have.node_id == *id)
        return Wrong(node, fmt::format("watermarks: '{}' and '{}' are the same input", have.name, entry.key),
                     "an input has one watermark");
    }
    settings.push_back({entry.key, *id, entry.value.as_string()});
  }
  return settings;
}

}  // namespace dvt::run
