// Unit tests of the property files: rows that a model reads, and rows that must come out of it.
#include <fmt/format.h>

#include <algorithm>

#include "dvt/base/fs/files.h"
#include "dvt/base/text/text.h"
#include "dvt/model/node_value.h"
#include "dvt/project/load/config_merge.h"
#include "dvt/project/load/loader_internal.h"
#include "dvt/project/load/unit_test_rows.h"
#include "dvt/project/load/yaml_check.h"

namespace dvt::project {

namespace {

using model::ResourceType;

// Everything but descriptions, and SQL rows: those are rendered where they run.
Status RenderEntry(Value& raw, const YamlScope& scope, TemplateFrontend& frontend, const std::string& file) {
  DVT_TRY(RenderTree(raw, {"description", "given", "expect"}, scope, frontend, file));
  auto rows = [&](Value& entry) {
    const bool sql = entry["format"].is_string() && entry["format"].as_string() == "sql";
    return RenderTree(entry, sql ? Keys{"rows"} : Keys{}, scope, frontend, file);
  };
  if (Value* given = raw.Edit("given"); given != nullptr && given->is_list()) {
    for (auto& entry : given->list()) DVT_TRY(rows(entry));
  }
  if (Value* expect = raw.Edit("expect"); expect != nullptr) DVT_TRY(rows(*expect));
  return {};
}

bool Listed(const std::vector<std::string>& versions, const std::string& version) {
  return std::find(versions.begin(), versions.end(), version) != versions.end();
}

bool IsNamed(const model::Node& node, const std::string& package, const std::string& name) {
  return node.type == ResourceType::kModel && node.package == package && node.name == name;
}

// What the test says, without where it is written: the same text has the same checksum.
std::string ChecksumOf(const model::Node& node) {
  Value said = model::UnitTestToValue(node), kept = Value::MakeMap();
  for (const char* key : {"model", "versions", "given", "expect", "overrides"}) kept.Set(key, said[key]);
  return Sha256Hex(ToJson(kept));
}

}  // namespace

void Loader::BuildUnitTests() {
  for (const auto& patch : patches_) {
    if (patch.section == "unit_tests") BuildUnitTest(patch);
  }
}

void Loader::BuildUnitTest(const Patch& original) {
  Patch patch = original;
  YamlCheck check(patch.place.file, manifest_.diagnostics);
  if (Status rendered = RenderEntry(patch.raw, PackageOf(patch.package)->scope, frontend_, patch.place.file); !rendered) {
    manifest_.diagnostics.Fail(rendered.error());
    return;
  }
  const std::string name = check.RequiredText(patch.raw, "model", patch.owner());
  for (const char* key : {"given", "expect"}) {
    if (patch.raw.Find(key) == nullptr) check.Fail(patch.owner() + " needs '" + key + "'", patch.raw.mark());
  }
  if (const Value* overrides = check.Map(patch.raw, "overrides", patch.owner())) {
    const std::string owner = "the overrides of " + patch.owner();
    check.KnownKeys(*overrides, {"macros", "vars", "env_vars"}, owner, true);
    for (const char* key : {"macros", "vars", "env_vars"}) check.Map(*overrides, key, owner);
  }
  if (name.empty()) return;
  bool disabled = false;
  for (const model::Node* tested : TestedModels(patch, name, disabled)) {
    model::UnitTestCase test = ReadUnitTest(patch, *tested);
    if (!disabled) CheckIncremental(patch, *tested, test);
    AddUnitTest(patch, *tested, std::move(test), disabled);
  }
}

// The model, or those of its versions that the test is for.
std::vector<const model::Node*> Loader::TestedModels(const Patch& patch, const std::string& name, bool& disabled) {
  YamlCheck check(patch.place.file, manifest_.diagnostics);
  const Mark mark = patch.raw["model"].mark();
  std::vector<const model::Node*> models;
  std::vector<std::string> names;
  for (const auto& [id, node] : manifest_.nodes) {
    if (IsNamed(node, patch.package, name)) models.push_back(&node);
    if (node.type == ResourceType::kModel && node.package == patch.package) names.push_back(node.name);
  }
  if (models.empty()) {
    for (const auto& [id, node] : manifest_.disabled) {
      if (IsNamed(node, patch.package, name)) models.push_back(&node);
    }
    disabled = !models.empty();
  }
  if (models.empty()) {
    check.Fail(fmt::format("{} is about a model named '{}', which package '{}' does not have.{}", patch.owner(), name,
                           patch.package, DidYouMean(name, names)),
               mark);
    return models;
  }
  const Value* versions = check.Map(patch.raw, "versions", patch.owner());
  if (versions == nullptr) return models;
  check.KnownKeys(*versions, {"include", "exclude"}, "the versions of " + patch.owner(), true);
  const auto include = check.Texts(*versions, "include", patch.owner()),
             exclude = check.Texts(*versions, "exclude", patch.owner());
  for (const auto* list : {&include, &exclude}) {
    for (const auto& version : *list) {
      const bool known = std::any_of(models.begin(), models.end(), [&](const auto* node) { return node->version == version; });
      if (!known)
        check.Fail(fmt::format("{} names version '{}', which model '{}' does not have", patch.owner(), version, name),
                   versions->mark());
    }
  }
  std::erase_if(models, [&](const model::Node* node) {
    return (!include.empty() && !Listed(include, node->version)) || Listed(exclude, node->version);
  });
  return models;
}

model::UnitTestCase Loader::ReadUnitTest(const Patch& patch, const model::Node& tested) {
  YamlCheck check(patch.place.file, manifest_.diagnostics);
  const Package& package = *PackageOf(patch.package);
  model::UnitTestCase test;
  test.model = tested.name;
  test.tested_node = tested.unique_id;
  test.overrides = patch.raw["overrides"];
  test.versions = patch.raw["versions"];
  const Value* given = check.List(patch.raw, "given", patch.owner());
  for (const auto& entry : given == nullptr ? Value::List() : given->list()) {
    if (!check.IsMap(entry, "'given' of " + patch.owner())) continue;
    const std::string input = check.RequiredText(entry, "input", "an entry of 'given' of " + patch.owner());
    if (input.empty()) continue;
    const std::string owner = "input " + input + " of " + patch.owner();
    check.KnownKeys(entry, {"input", "rows", "format", "fixture"}, owner, true);
    model::UnitTestRows rows = ReadUnitTestRows(entry, owner, package, check);
    rows.input = input;
    if (rows.place.line == 0) rows.place = PlaceOf(check.file(), entry.mark());
    ResolveInput(patch, tested, rows);
    test.given.push_back(std::move(rows));
  }
  if (const Value* expect = check.Map(patch.raw, "expect", patch.owner())) {
    const std::string owner = "'expect' of " + patch.owner();
    check.KnownKeys(*expect, {"rows", "format", "fixture"}, owner, true);
    test.expect = ReadUnitTestRows(*expect, owner, package, check);
    if (test.expect.rows.is_null() && test.expect.fixture.empty())
      check.Fail(owner + " needs 'rows' or 'fixture'", expect->mark(), "`rows: []` means that no row is expected");
  }
  return test;
}

// What the input is. One that is not there is told when the test runs, as in dbt: other commands do not need it.
void Loader::ResolveInput(const Patch& patch, const model::Node& tested, model::UnitTestRows& rows) {
  YamlCheck check(patch.place.file, manifest_.diagnostics);
  const Mark mark{rows.place.line, rows.place.column};
  const std::string input(TrimView(rows.input));
  const model::Node* node = nullptr;
  if (input == "this") {
    rows.input_id = tested.unique_id;
    node = &tested;
  } else {
    auto calls = frontend_.ExtractModel(patch.package, "{{ " + input + " }}", rows.place);
    if (calls && calls->refs.size() + calls->sources.size() == 1) {
      if (!calls->refs.empty()) {
        node = FindRef(calls->refs[0], patch.package);
        if (node != nullptr) rows.input_id = node->unique_id;
      } else if (auto found = source_index_.find(calls->sources[0].source + "." + calls->sources[0].table);
                 found != source_index_.end()) {
        rows.input_id = found->second[0]->unique_id;
        for (const auto* source : found->second) {
          if (source->package == patch.package) rows.input_id = source->unique_id;
        }
      }
    }
  }
  const bool has_rows = !rows.rows.is_null() || !rows.fixture.empty();
  if (has_rows) return;
  if (node == nullptr || node->type != ResourceType::kSeed) {
    check.Fail(fmt::format("Input {} of {} needs 'rows' or 'fixture'", input, patch.owner()), mark,
               "`rows: []` means that it is empty; only a seed has rows of its own");
    return;
  }
  const std::string delimiter = node->config["delimiter"].is_string() ? node->config["delimiter"].as_string() : ",";
  auto text = ReadFile(JoinPath(node->package_folder, node->original_path));
  auto read =
      text ? RowsOfCsv(*text, delimiter.empty() ? ',' : delimiter[0], node->original_path, 1) : Result<Value>(text.error());
  rows.place = {node->original_path, 1, 0};
  if (read) {
    rows.rows = *std::move(read);
  } else {
    manifest_.diagnostics.Fail(read.error());
  }
}

// An incremental model has two texts: a test must say which one it means, and give the rows that are already there.
void Loader::CheckIncremental(const Patch& patch, const model::Node& tested, const model::UnitTestCase& test) {
  if (tested.materialized() != "incremental") return;
  YamlCheck check(patch.place.file, manifest_.diagnostics);
  const Value& said = test.overrides["macros"]["is_incremental"];
  if (!said.is_bool()) {
    check.Fail(
        fmt::format("{} must say whether incremental model '{}' builds on rows that are there", patch.owner(), tested.name),
        patch.raw.mark(), "add `overrides: {macros: {is_incremental: true}}`, or false");
    return;
  }
  const bool has_this =
      std::any_of(test.given.begin(), test.given.end(), [](const auto& rows) { return TrimView(rows.input) == "this"; });
  if (said.as_bool() && !has_this) {
    check.Fail(fmt::format("{} of incremental model '{}' must say which rows are there", patch.owner(), tested.name),
               patch.raw["given"].mark(), "add `- input: this` with its rows to `given`");
  }
}

void Loader::AddUnitTest(const Patch& patch, const model::Node& tested, model::UnitTestCase test, bool disabled) {
  model::Node node;
  node.type = ResourceType::kUnitTest;
  node.package = patch.package;
  node.name = patch.name;
  node.version = tested.version;
  node.path = patch.file->path;
  node.original_path = patch.place.file;
  node.package_folder = PackageOf(patch.package)->config.folder;
  node.place = patch.place;
  node.unique_id =
      "unit_test." + patch.package + "." + tested.name + "." + patch.name + (tested.version.empty() ? "" : "_v" + tested.version);
  node.fqn = Fqn(patch.package, patch.file->path, tested.name);
  node.fqn.push_back(patch.name);
  node.connection = tested.connection;
  node.database = tested.database;
  node.schema = tested.schema;
  node.alias = patch.name;
  node.description = patch.raw["description"].is_string() ? patch.raw["description"].as_string() : "";
  node.patch = patch.raw;
  node.depends_on_nodes = {tested.unique_id};
  node.config = Value::MakeMap();
  node.config.Set("tags", Value::MakeList());
  node.config.Set("meta", Value::MakeMap());
  node.config.Set("enabled", true);
  node.config.Set("static_analysis", Value());
  const Package& package = *PackageOf(patch.package);
  for (const auto& layer : ConfigLayers(package.config.unit_tests, node.fqn)) MergeConfig(node.config, layer);
  if (!package.root) {
    for (const auto& layer : ConfigLayers(manifest_.project.unit_tests, node.fqn)) MergeConfig(node.config, layer);
  }
  MergeConfig(node.config, patch.raw["config"]);
  node.tags = UniqueTags(node.config["tags"]);
  YamlCheck check(patch.place.file, manifest_.diagnostics);
  const Value& enabled = node.config["enabled"];
  if (!enabled.is_bool())
    check.Fail(fmt::format("Config 'enabled' of {} must be true or false, found {}", patch.owner(), ToJson(enabled)),
               enabled.mark());
  node.unit_test = std::move(test);
  node.checksum = ChecksumOf(node);
  if (disabled || (enabled.is_bool() && !enabled.as_bool())) {
    node.config.Set("enabled", false);
    manifest_.disabled.emplace(node.unique_id, std::move(node));
    return;
  }
  const std::string id = node.unique_id;
  const auto [at, added] = manifest_.unit_tests.try_emplace(id, std::move(node));
  if (added) return;
  check.Fail(fmt::format("Model '{}' has two unit tests named '{}': {} and {}", tested.name, patch.name,
                         at->second.place.ToString(), patch.place.ToString()),
             patch.raw.mark(), "rename one of them");
}

}  // namespace dvt::project
