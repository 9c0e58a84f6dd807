#include "dvt/artifacts/manifest/manifest_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <functional>
#include <map>
#include <vector>

#include "dvt/base/fs/atomic_file.h"
#include "dvt/base/fs/files.h"
#include "dvt/base/text/secrets.h"
#include "dvt/base/text/text.h"
#include "dvt/base/thread/thread_pool.h"
#include "dvt/model/node_value.h"

namespace dvt::artifacts {

namespace {

Value MacroToValue(const model::MacroNode& macro) {
  Value value = Value::MakeMap();
  value.Set("name", macro.name);
  value.Set("resource_type", "macro");
  value.Set("package_name", macro.package);
  value.Set("path", macro.path);
  value.Set("original_file_path", macro.original_path);
  value.Set("unique_id", macro.unique_id);
  value.Set("macro_sql", macro.text);
  Value depends = Value::MakeMap();
  depends.Set("macros", model::StringList(macro.depends_on_macros));
  value.Set("depends_on", std::move(depends));
  value.Set("description", macro.description);
  value.Set("meta", macro.patch["meta"].is_map() ? macro.patch["meta"] : Value::MakeMap());
  value.Set("patch_path", macro.patch_path.empty() ? Value() : Value(macro.patch_path));
  Value arguments = Value::MakeList();
  if (macro.patch["arguments"].is_list()) {
    for (const auto& given : macro.patch["arguments"].list()) {
      Value argument = Value::MakeMap();
      argument.Set("name", given["name"]);
      argument.Set("type", given["type"]);
      argument.Set("description", given["description"].is_null() ? Value("") : given["description"]);
      arguments.Push(std::move(argument));
    }
  }
  value.Set("arguments", std::move(arguments));
  return value;
}

// Which resources belong to each group.
Value GroupMap(const model::Manifest& manifest) {
  Value map = Value::MakeMap();
  auto add = [&](const std::string& id, const Value& group) {
    if (!group.is_string()) return;
    Value* members = map.Edit(group.as_string());
    if (members != nullptr) members->Push(id);
  };
  for (const auto& [id, group] : manifest.groups) map.Set(group.name, Value::MakeList());
  for (const auto& [id, node] : manifest.nodes) add(id, node.config["group"]);
  for (const auto& [id, other] : manifest.semantic_nodes) {
    if (other.kind == model::SemanticNode::Kind::kMetric) add(id, other.config["group"]);
  }
  return map;
}

// Definitions by name.
Value Selectors(const model::Manifest& manifest) {
  Value value = Value::MakeMap();
  if (!manifest.selectors.is_list()) return value;
  for (const auto& selector : manifest.selectors.list()) value.Set(selector["name"].ToText(), selector);
  return value;
}

// Writes one JSON object member by member, so that only some nodes' trees are in memory at a time; with a pool, several members are
// made at once. The first error sticks.
class ManifestWriter {
 public:
  ManifestWriter(std::function<Status(std::string_view)> sink, ThreadPool* pool) : sink_(std::move(sink)), pool_(pool) {
    Put("{");
  }

  void Member(std::string_view key, Value value) {
    SecretRegistry::RedactAll(value);
    Key(key);
    Put(ToJson(value));
  }

  template <class Map, class Convert>
  void Members(std::string_view key, const Map& items, Convert convert) {
    Open(key);
    if (pool_ != nullptr && items.size() > kPiece) {
      InPieces(items, convert);
    } else {
      for (const auto& [id, item] : items) Member(id, convert(item));
    }
    Close();
  }

  void Open(std::string_view key) {
    Key(key);
    Put("{");
    first_ = true;
  }
  void Close() {
    Put("}");
    first_ = false;
  }

  Status Finish() {
    Put("}");
    return std::move(status_);
  }

 private:
  static constexpr size_t kPiece = 32;  // members that one task makes
  static constexpr size_t kRound = 32;  // pieces that are in memory

  // Pieces are texts of several members; they are written in order, a round of them after the other.
  template <class Map, class Convert>
  void InPieces(const Map& items, Convert convert) {
    std::vector<typename Map::const_iterator> begins;
    size_t number = 0;
    for (auto at = items.begin(); at != items.end(); ++at) {
      if (number++ % kPiece == 0) begins.push_back(at);
    }
    begins.push_back(items.end());
    for (size_t round = 0; round + 1 < begins.size(); round += kRound) {
      std::vector<std::string> pieces(std::min(kRound, begins.size() - 1 - round));
      pool_->ParallelFor(static_cast<int>(pieces.size()), [&](int i) {
        std::string& text = pieces[static_cast<size_t>(i)];
        const size_t piece = round + static_cast<size_t>(i);
        for (auto at = begins[piece]; at != begins[piece + 1]; ++at) {
          Value value = convert(at->second);
          SecretRegistry::RedactAll(value);
          AppendKey(text, at->first, at == items.begin());
          text += ToJson(value);
        }
      });
      for (const auto& text : pieces) Put(text);
    }
    first_ = false;
  }

  static void AppendKey(std::string& text, std::string_view key, bool first) {
    if (!first) text += ", ";
    AppendJsonString(text, SecretRegistry::Redact(std::string(key)));
    text += ": ";
  }
  void Key(std::string_view key) {
    std::string text;
    AppendKey(text, key, first_);
    Put(text);
    first_ = false;
  }
  void Put(std::string_view text) {
    if (status_) status_ = sink_(text);
  }

  std::function<Status(std::string_view)> sink_;
  ThreadPool* pool_;
  Status status_;
  bool first_ = true;
};

void WriteSemanticNodes(const model::Manifest& manifest, std::string_view key, model::SemanticNode::Kind kind,
                        ManifestWriter& out) {
  out.Open(key);
  for (const auto& [id, node] : manifest.semantic_nodes) {
    if (node.kind == kind) out.Member(id, model::SemanticToValue(node));
  }
  out.Close();
}

// parent_map and child_map over everything that has parents.
void WriteMaps(const model::Manifest& manifest, ManifestWriter& out) {
  std::map<std::string_view, std::vector<std::string>> parents, children;
  auto add = [&](const std::string& id, const std::vector<std::string>& depends) {
    parents[id];
    children[id];
    for (const auto& parent : depends) {
      parents[id].push_back(parent);
      children[parent].push_back(id);
    }
  };
  for (const auto& [id, node] : manifest.nodes) add(id, node.depends_on_nodes);
  for (const auto& [id, test] : manifest.unit_tests) add(id, test.depends_on_nodes);
  for (const auto& [id, source] : manifest.sources) add(id, {});
  for (const auto& [id, exposure] : manifest.exposures) add(id, exposure.depends_on_nodes);
  for (const auto& [id, other] : manifest.semantic_nodes) add(id, other.depends_on_nodes);
  out.Members("parent_map", parents, model::StringList);
  out.Members("child_map", children, model::StringList);
  out.Member("group_map", GroupMap(manifest));
}

}  // namespace

std::string UtcTimestamp(double seconds) {
  const double whole = std::floor(seconds);
  const auto time = static_cast<std::time_t>(whole);
  std::tm utc{};
  gmtime_r(&time, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour,
                     utc.tm_min, utc.tm_sec, static_cast<int>((seconds - whole) * 1e6));
}

std::string UtcTimestamp() {
  return UtcTimestamp(std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count());
}

// Variables by which whoever starts runs marks their artifacts.
static Value CustomEnvironment() {
  constexpr std::string_view kPrefix = "DBT_ENV_CUSTOM_ENV_";
  Value found = Value::MakeMap();
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const size_t equals = text.find('=');
    if (!text.starts_with(kPrefix) || equals == std::string_view::npos) continue;
    found.Set(std::string(text.substr(kPrefix.size(), equals - kPrefix.size())), std::string(text.substr(equals + 1)));
  }
  return found;
}

Value MetadataToValue(const Metadata& metadata, std::string_view schema) {
  Value head = Value::MakeMap();
  head.Set("dbt_schema_version", std::string(schema));
  head.Set("dbt_version", metadata.dbt_version);
  head.Set("generated_at", metadata.generated_at.empty() ? UtcTimestamp() : metadata.generated_at);
  head.Set("invocation_id", metadata.invocation_id);
  head.Set("invocation_started_at", metadata.invocation_started_at.empty() ? Value() : Value(metadata.invocation_started_at));
  head.Set("env", CustomEnvironment());
  return head;
}

namespace {

Status StreamManifest(const model::Manifest& manifest, const Metadata& metadata, ThreadPool* pool,
                      const std::function<Status(std::string_view)>& sink) {
  using Kind = model::SemanticNode::Kind;
  Value head = MetadataToValue(metadata, "https://schemas.getdbt.com/dbt/manifest/v12.json");
  head.Set("project_name", manifest.project.name);
  head.Set("project_id", Md5Hex(manifest.project.name));
  head.Set("send_anonymous_usage_stats", false);
  head.Set("adapter_type", metadata.adapter_type);
  ManifestWriter out(sink, pool);
  out.Member("metadata", std::move(head));
  std::map<std::string, std::reference_wrapper<const model::Node>> nodes, functions;
  for (const auto& [id, node] : manifest.nodes)
    (node.type == model::ResourceType::kFunction ? functions : nodes).emplace(id, std::cref(node));
  for (const auto& [id, node] : manifest.operations) nodes.emplace(id, std::cref(node));
  out.Members("nodes", nodes, model::NodeToValue);
  out.Members("sources", manifest.sources, model::SourceToValue);
  out.Members("macros", manifest.macros, MacroToValue);
  out.Member("docs", manifest.docs.is_map() ? manifest.docs : Value::MakeMap());
  out.Members("exposures", manifest.exposures, model::ExposureToValue);
  WriteSemanticNodes(manifest, "metrics", Kind::kMetric, out);
  out.Members("groups", manifest.groups, model::GroupToValue);
  out.Member("selectors", Selectors(manifest));
  WriteSemanticNodes(manifest, "saved_queries", Kind::kSavedQuery, out);
  WriteSemanticNodes(manifest, "semantic_models", Kind::kSemanticModel, out);
  out.Members("functions", functions, model::NodeToValue);
  out.Members("unit_tests", manifest.unit_tests, model::UnitTestToValue);
  out.Members("disabled", manifest.disabled, [](const model::Node& node) {
    return Value(Value::List{node.unit_test ? model::UnitTestToValue(node) : model::NodeToValue(node)});
  });
  WriteMaps(manifest, out);
  return out.Finish();
}

}  // namespace

std::string ManifestJson(const model::Manifest& manifest, const Metadata& metadata, ThreadPool* pool) {
  std::string text;
  (void)StreamManifest(manifest, metadata, pool, [&](std::string_view piece) {
    text += piece;
    return Status();
  });
  return text;
}

Status WriteManifest(const std::string& folder, const model::Manifest& manifest, const Metadata& metadata, ThreadPool* pool) {
  DVT_ASSIGN(AtomicFile file, AtomicFile::Open(JoinPath(folder, "manifest.json")));
  DVT_TRY(StreamManifest(manifest, metadata, pool, [&](std::string_view piece) { return file.Append(piece); }));
  return file.Commit();
}

}  // namespace dvt::artifacts
