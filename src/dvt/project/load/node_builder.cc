#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/project/load/config_merge.h"
#include "dvt/project/load/loader_internal.h"
#include "dvt/project/load/yaml_check.h"

namespace dvt::project {
namespace {

using model::ResourceType;

const char* SectionOf(ResourceType type) {
  switch (type) {
    case ResourceType::kSeed: return "seeds";
    case ResourceType::kSnapshot: return "snapshots";
    case ResourceType::kFunction: return "functions";
    case ResourceType::kAnalysis: return "analyses";
    case ResourceType::kTest: return "data_tests";
    default: return "models";
  }
}

const Value& TreeOf(const model::ProjectConfig& config, ResourceType type) {
  switch (type) {
    case ResourceType::kSeed: return config.seeds;
    case ResourceType::kSnapshot: return config.snapshots;
    case ResourceType::kFunction: return config.functions;
    case ResourceType::kAnalysis: return config.analyses;
    case ResourceType::kTest: return config.tests;
    default: return config.models;
  }
}

/// The entry's `config:` with the older spellings beside it (`tags:`, `meta:`, `docs:`, `group:`, `access:`) put in.
Value PatchConfig(const Value& entry) {
  Value config = Value::MakeMap();
  for (const char* key : {"tags", "meta", "docs", "group", "access"}) {
    if (const Value* value = entry.Find(key); value && !value->is_null()) config.Set(key, *value);
  }
  if (const Value* own = entry.Find("config"); own && own->is_map()) MergeConfig(config, *own);
  return config;
}

std::string LanguageOf(const std::string& path) {
  return path.ends_with(".py") ? "python" : path.ends_with(".js") ? "javascript" : "sql";
}

/// What a function takes and gives is told by its property file.
void CheckFunction(const model::Node& node, Diagnostics& findings) {
  const auto fail = [&](const std::string& text, const char* hint) {
    findings.Fail("Function '" + node.name + "' " + text, node.place, hint);
  };
  if (node.patch.is_null())
    return fail("has no entry in a property file", "functions: [{name: …, arguments: […], returns: {data_type: …}}]");
  if (!node.patch["returns"]["data_type"].is_string()) fail("does not say what it returns", "add returns: {data_type: …}");
  const Value& arguments = node.patch["arguments"];
  if (arguments.is_null()) return;
  if (!arguments.is_list()) return fail("has 'arguments' that are no list", "arguments: [{name: …, data_type: …}]");
  for (const auto& argument : arguments.list()) {
    if (!argument["name"].is_string() || !argument["data_type"].is_string())
      fail("has an argument without name or data_type", "arguments: [{name: …, data_type: …}]");
  }
}

std::string RightTrimmed(const std::string& text) {
  size_t end = text.find_last_not_of(" \t\r\n\f\v");
  return end == std::string::npos ? std::string() : text.substr(0, end + 1);
}

std::string VersionText(const Value& version) { return version.is_null() ? std::string() : version.ToText(); }

/// Whether `a` is the later version: numbers by size, texts by order.
bool VersionLess(const Value& a, const Value& b) {
  if (a.is_number() && b.is_number()) return a.as_float() < b.as_float();
  return a.ToText() < b.ToText();
}

bool Lists(const Value& names, const std::string& name) {
  if (!names.is_list())
    return names.is_string() && (names.as_string() == "all" || names.as_string() == "*" || names.as_string() == name);
  const auto& list = names.list();
  return std::any_of(list.begin(), list.end(), [&](const Value& each) { return Lists(each, name); });
}

/// Whether a version takes a column from its model: one of its `columns:` is an `include:` rule for it that does not exclude it.
bool InheritsColumn(const Value& columns, const std::string& name) {
  if (!columns.is_list()) return false;
  const auto& rules = columns.list();
  return std::any_of(rules.begin(), rules.end(), [&](const Value& rule) {
    const Value* include = rule.Find("include");
    return include != nullptr && Lists(*include, name) && !(rule["exclude"].is_list() && Lists(rule["exclude"], name));
  });
}

}  // namespace

void Loader::IndexVersions() {
  for (auto& patch : patches_) {
    if (patch.section != "models") continue;
    YamlCheck check(patch.place.file, manifest_.diagnostics);
    const Value* versions = check.List(patch.raw, "versions", patch.owner());
    if (!versions || versions->list().empty()) continue;
    const Value* newest = nullptr;
    for (const auto& entry : versions->list()) {
      if (!check.IsMap(entry, "the versions of " + patch.owner())) continue;
      check.KnownKeys(entry,
                      {"v", "name", "defined_in", "description", "config", "columns", "constraints", "docs", "access", "tests",
                       "data_tests", "deprecation_date", "tags", "meta"},
                      "a version of " + patch.owner());
      if (check.RequiredText(entry, "v", "a version of " + patch.owner()).empty()) continue;
      if (!newest || VersionLess(*newest, entry["v"])) newest = &entry["v"];
    }
    if (!newest) continue;
    std::string latest = patch.raw.Find("latest_version") ? patch.raw["latest_version"].ToText() : newest->ToText();
    bool found = false;
    for (const auto& entry : versions->list()) {
      if (!entry.is_map() || entry["v"].is_null()) continue;
      std::string v = VersionText(entry["v"]);
      VersionOf version{patch.name, v, v == latest, &entry, &patch};
      found = found || version.latest;
      std::string stem = entry.Find("defined_in") ? entry["defined_in"].ToText() : patch.name + "_v" + v;
      if (!versions_.emplace(patch.package + "|" + stem, version).second) {
        check.Fail("Two versions of " + patch.owner() + " are defined in '" + stem + "'", entry.mark());
      }
      if (version.latest && !entry.Find("defined_in")) versions_.emplace(patch.package + "|" + patch.name, version);
    }
    if (!found)
      check.Fail("latest_version " + latest + " of " + patch.owner() + " is not one of its versions",
                 patch.raw["latest_version"].mark());
  }
}

Loader::Draft Loader::MakeDraft(const Package& package, const SourceFile& file, ResourceType type, std::string name) {
  Draft draft;
  draft.package = &package;
  model::Node& node = draft.node;
  node.type = type;
  node.package = package.config.name;
  node.name = std::move(name);
  node.path = file.path;
  node.original_path = file.original_path;
  node.package_folder = package.config.folder;
  node.checksum = file.checksum;
  node.place = {file.original_path, 1, 1};
  node.raw_code = RightTrimmed(file.text);
  node.language = LanguageOf(file.path);
  if (type == ResourceType::kAnalysis) node.path = "analysis/" + node.path;  // as dbt, whatever the folder is called
  node.fqn = Fqn(node.package, node.path, node.name);
  node.unique_id = std::string(model::ResourceTypeName(type)) + "." + node.package + "." + node.name;
  if (type != ResourceType::kModel) return draft;
  auto version = versions_.find(node.package + "|" + node.name);
  if (version == versions_.end()) return draft;
  const VersionOf& of = version->second;
  draft.patch = of.patch;
  draft.version_entry = of.entry;
  node.name = of.name;
  node.version = of.version;
  node.latest_version = of.latest;
  node.fqn.back() = of.name;
  node.fqn.push_back("v" + of.version);
  node.unique_id = "model." + node.package + "." + of.name + ".v" + of.version;
  return draft;
}

void Loader::AddSnapshots(const Package& package, const SourceFile& file, std::vector<Draft>& drafts) {
  auto blocks = frontend_.SnapshotBlocks(package.config.name, file.original_path, file.text);
  if (!blocks) {
    manifest_.diagnostics.Fail(blocks.error());
    return;
  }
  for (auto& block : *blocks) {
    if (block.kind != FileBlock::Kind::kSnapshot) continue;
    Draft draft = MakeDraft(package, file, ResourceType::kSnapshot, block.macro.name);
    draft.node.raw_code = RightTrimmed(block.body);
    draft.node.checksum = Sha256Hex(TrimView(block.body));
    draft.node.place = block.macro.place;
    draft.node.fqn = Fqn(draft.node.package, file.path, FileStem(file.path));
    draft.node.fqn.push_back(draft.node.name);
    drafts.push_back(std::move(draft));
  }
}

void Loader::AddYamlSnapshots(std::vector<Draft>& drafts) {
  for (auto& patch : patches_) {
    if (patch.section != "snapshots" || !patch.raw.Find("relation")) continue;
    std::string relation = patch.raw["relation"].ToText();
    Draft draft = MakeDraft(*PackageOf(patch.package), *patch.file, ResourceType::kSnapshot, patch.name);
    draft.node.raw_code = "select * from {{ " + relation + " }}";
    draft.node.checksum = Sha256Hex(draft.node.raw_code);
    draft.node.place = PlaceOf(patch.place.file, patch.raw["relation"].mark());
    draft.node.fqn = Fqn(patch.package, patch.file->path, patch.name);
    drafts.push_back(std::move(draft));
  }
}

void Loader::BuildFileNodes() {
  std::vector<Draft> drafts;
  for (const auto& package : packages_) {
    for (const auto& file : package->files) {
      switch (file.kind) {
        case FileKind::kModel: drafts.push_back(MakeDraft(*package, file, ResourceType::kModel, FileStem(file.path))); break;
        case FileKind::kAnalysis:
          drafts.push_back(MakeDraft(*package, file, ResourceType::kAnalysis, FileStem(file.path)));
          break;
        case FileKind::kSingularTest:
          drafts.push_back(MakeDraft(*package, file, ResourceType::kTest, FileStem(file.path)));
          break;
        case FileKind::kSeed: drafts.push_back(MakeDraft(*package, file, ResourceType::kSeed, FileStem(file.path))); break;
        case FileKind::kSnapshot: AddSnapshots(*package, file, drafts); break;
        case FileKind::kFunction:
          drafts.push_back(MakeDraft(*package, file, ResourceType::kFunction, FileStem(file.path)));
          break;
        default: break;
      }
    }
  }
  AddYamlSnapshots(drafts);
  for (auto& draft : drafts) AttachPatch(draft);
  Parallel(drafts.size(), [&](size_t i) {
    ExtractCalls(drafts[i]);
    Finish(drafts[i]);
  });
  for (auto& draft : drafts) Add(std::move(draft));
}

namespace {

bool DefinesFile(const Package& package, const std::string& name) {
  return std::any_of(package.files.begin(), package.files.end(), [&](const SourceFile& file) {
    const bool defines = file.kind == FileKind::kModel || file.kind == FileKind::kSeed || file.kind == FileKind::kSnapshot;
    return defines && FileStem(file.path) == name;
  });
}

}  // namespace

/// The node's property entry: of its own section, or of one that names it by mistake; null if there is none.
Patch* Loader::PatchOf(const model::Node& node) const {
  std::vector<std::string> sections = {SectionOf(node.type)};
  if (node.type == ResourceType::kTest) sections.push_back("tests");
  const bool is_relation =
      node.type == ResourceType::kModel || node.type == ResourceType::kSeed || node.type == ResourceType::kSnapshot;
  if (is_relation) sections.insert(sections.end(), {"models", "seeds", "snapshots"});
  for (const auto& section : sections) {
    const auto found = patch_index_.find(node.package + "|" + section + "|" + node.name);
    if (found != patch_index_.end()) return found->second;
  }
  if (!is_relation) return nullptr;
  // A package describes what another one defines in its place.
  for (const auto& package : packages_) {
    const auto& name = package->config.name;
    if (name == node.package || DefinesFile(*package, node.name)) continue;
    for (const auto& section : sections) {
      const auto found = patch_index_.find(name + "|" + section + "|" + node.name);
      if (found != patch_index_.end()) return found->second;
    }
  }
  return nullptr;
}

void Loader::AttachPatch(Draft& draft) {
  model::Node& node = draft.node;
  if (!draft.patch) {
    Patch* found = PatchOf(node);
    if (!found) return;
    if (node.type == ResourceType::kModel && found->raw.Find("versions")) return;  // only its versions' files
    draft.patch = found;
    if (found->section != SectionOf(node.type) && node.type != ResourceType::kTest) {
      draft.findings.Warn("WrongResourceSchemaFile",
                          "'" + node.name + "' is a " + std::string(model::ResourceTypeName(node.type)) + ", described under '" +
                              found->section + ":'",
                          found->place, std::string("move the entry to '") + SectionOf(node.type) + ":'");
    }
  }
  draft.patch->used = true;
  node.patch = draft.patch->raw;
  node.patch_path = draft.patch->package + "://" + draft.patch->place.file;
  node.description = node.patch["description"].is_string() ? node.patch["description"].as_string() : "";
}

void Loader::ExtractCalls(Draft& draft) {
  model::Node& node = draft.node;
  if (node.type == ResourceType::kSeed || node.language != "sql") return;
  auto calls = frontend_.ExtractModel(node.package, node.raw_code, node.place);
  if (calls) {
    draft.calls = *std::move(calls);
  } else {
    draft.findings.Fail(calls.error());
  }
}

Value Loader::LayeredConfig(const Draft& draft, const Value& patch_config, Value config) const {
  const model::Node& node = draft.node;
  for (const auto& layer : ConfigLayers(TreeOf(draft.package->config, node.type), node.fqn)) MergeConfig(config, layer);
  if (!draft.package->root) {
    for (const auto& layer : ConfigLayers(TreeOf(manifest_.project, node.type), node.fqn)) MergeConfig(config, layer);
  }
  MergeConfig(config, patch_config);
  return config;
}

void Loader::ApplyCalls(Draft& draft, const DraftConfigs& before) {
  model::Node& node = draft.node;
  node.config = before.with_defaults;
  node.given_config = before.given;
  for (const auto& call : draft.calls.configs) {
    MergeConfig(node.config, call.kwargs);
    MergeConfig(node.given_config, call.kwargs);
  }
  node.refs = draft.calls.refs;
  node.sources = draft.calls.sources;
  node.functions = draft.calls.functions;
}

void Loader::RenderCalls(Draft& draft, const DraftConfigs& before) {
  auto rendered = frontend_.RenderModel(draft.node, draft.package->scope);
  if (rendered) {
    draft.calls = *std::move(rendered);
    ApplyCalls(draft, before);
  } else if (const Value& enabled = draft.node.config["enabled"]; !enabled.is_bool() || enabled.as_bool()) {
    draft.findings.Fail(rendered.error());
  }
}

// The property file's tags come last in the node's own list, though before the file's in the config.
std::vector<std::string> Loader::TagsOf(const Draft& draft, const Value& patch_config) const {
  Value tags = LayeredConfig(draft, Value(), Value::MakeMap())["tags"];
  for (const auto& call : draft.calls.configs) {
    const Value* called = call.kwargs.Find("tags");
    if (!called) continue;
    Value merged = Value::MakeMap();
    merged.Set("tags", tags);
    Value layer = Value::MakeMap();
    layer.Set("tags", *called);
    MergeConfig(merged, layer);
    tags = merged["tags"];
  }
  for (const auto& tag : UniqueTags(patch_config["tags"])) tags.Push(tag);
  return UniqueTags(tags);
}

void Loader::ReadPatchColumns(Draft& draft) {
  if (!draft.patch) return;
  const auto columns_of = [&](const Value& entry) {
    return ReadColumns(entry, draft.patch->owner(), draft.patch->place.file, draft.findings);
  };
  std::vector<model::ColumnProperties>& columns = draft.node.columns;
  columns = columns_of(draft.patch->raw);
  if (!draft.version_entry || !draft.version_entry->Find("columns")) return;
  auto own = columns_of(*draft.version_entry);
  const Value& rules = (*draft.version_entry)["columns"];
  std::erase_if(columns, [&](const auto& column) { return !InheritsColumn(rules, column.name); });
  for (auto& column : own) {
    std::erase_if(columns, [&](const auto& other) { return other.name == column.name; });
    columns.push_back(std::move(column));
  }
}

void Loader::Finish(Draft& draft) {
  Value patch_config = draft.patch ? PatchConfig(draft.patch->raw) : Value::MakeMap();
  if (draft.version_entry) MergeConfig(patch_config, PatchConfig(*draft.version_entry));
  const DraftConfigs before{LayeredConfig(draft, patch_config, DefaultConfig(draft.node.type)),
                            LayeredConfig(draft, patch_config, Value::MakeMap())};
  ApplyCalls(draft, before);
  if (draft.calls.needs_render && !draft.findings.has_errors()) RenderCalls(draft, before);
  draft.node.depends_on_macros = draft.calls.macros;
  CheckHookNames(draft);
  HookCalls(draft);
  draft.node.tags = TagsOf(draft, patch_config);
  ReadPatchColumns(draft);
  CheckConfigValues(draft);
  if (draft.node.type == ResourceType::kFunction) CheckFunction(draft.node, draft.findings);
  ReadContract(draft);
  CheckMicrobatch(draft);
  ReadGovernance(draft);
}

namespace {

// Two spellings of one setting, each telling the other.
void SettleStoredFailures(Value& config) {
  const Value stored = config["store_failures"], as = config["store_failures_as"];
  if (as.is_string()) {
    config.Set("store_failures", !EqualsIgnoreCase(as.as_string(), "ephemeral"));
  } else if (stored.is_bool()) {
    config.Set("store_failures_as", stored.as_bool() ? "table" : "ephemeral");
  }
}

}  // namespace

void Loader::CheckConfigValues(Draft& draft) {
  model::Node& node = draft.node;
  if (node.type == model::ResourceType::kTest) SettleStoredFailures(node.config);
  Place place = node.place;
  for (const auto& call : draft.calls.configs) {
    if (call.kwargs.Find("enabled")) place = call.place;
  }
  auto wrong = [&](std::string_view key, std::string_view wanted, const Value& found) {
    Place at = found.mark().line > 0 && draft.patch ? PlaceOf(draft.patch->place.file, found.mark()) : place;
    std::string text = found.is_string() ? "'" + found.as_string() + "'" : ToJson(found);
    draft.findings.Fail("Config '" + std::string(key) + "' of " + std::string(model::ResourceTypeName(node.type)) + " '" +
                            node.name + "' must be " + std::string(wanted) + ", found " + text,
                        at);
  };
  const Value& enabled = node.config["enabled"];
  if (!enabled.is_bool()) wrong("enabled", "true or false", enabled);
  for (const char* key : {"meta", "docs", "quoting", "column_types", "contract", "persist_docs"}) {
    const Value* value = node.config.Find(key);
    if (value && !value->is_map() && !value->is_null()) wrong(key, "a mapping", *value);
  }
  const auto one_of = [&](const char* key, std::initializer_list<std::string_view> allowed, const char* wanted) {
    const Value* value = node.config.Find(key);
    if (value == nullptr || value->is_null()) return;
    const std::string text = ToLower(value->ToText());
    if (std::find(allowed.begin(), allowed.end(), text) == allowed.end()) wrong(key, wanted, *value);
  };
  if (node.type == ResourceType::kTest) one_of("severity", {"warn", "error"}, "warn or error");
  for (const auto& call : draft.calls.configs)
    CheckConfigKeys(call.kwargs, std::string(model::ResourceTypeName(node.type)) + " '" + node.name + "'", call.place.file,
                    draft.findings, {call.place.line, call.place.column});
  for (const char* key : {"materialized", "target", "compute"}) {
    const Value* value = node.config.Find(key);
    if (value && !value->is_string() && !value->is_null()) wrong(key, "a text", *value);
  }
  for (const char* key : {"schema", "alias", "database"}) {
    const Value* value = node.config.Find(key);
    if (value && (value->is_list() || value->is_map())) wrong(key, "a text", *value);
  }
}

void Loader::Add(Draft draft) {
  manifest_.diagnostics.Append(draft.findings);
  model::Node& node = draft.node;
  const Value& enabled = node.config["enabled"];
  bool is_enabled = !enabled.is_bool() || enabled.as_bool();
  auto& nodes = is_enabled ? manifest_.nodes : manifest_.disabled;
  std::string id = node.unique_id;
  auto [at, added] = nodes.try_emplace(id, std::move(node));
  if (added || !is_enabled) return;
  model::Node& second = draft.node;  // try_emplace leaves it alone when the key exists
  std::string kind(model::ResourceTypeName(at->second.type));
  manifest_.diagnostics.Fail(
      "There are two " + kind + "s named '" + at->second.name + "': " + at->second.original_path + " and " + second.original_path,
      second.place, "rename one of them, or disable it with enabled=false");
}

}  // namespace dvt::project
