#include "dvt/project/load/generic_tests.h"

#include <algorithm>
#include <cctype>

#include "dvt/base/text/text.h"
#include "dvt/project/load/config_merge.h"
#include "dvt/project/load/loader_internal.h"
#include "dvt/project/load/yaml_check.h"

namespace dvt::project {
namespace {

const Keys& TestConfigKeys() {
  static const Keys keys = {"severity", "tags",     "enabled",   "where",          "limit",
                            "warn_if",  "error_if", "fail_calc", "store_failures", "store_failures_as",
                            "meta",     "database", "schema",    "alias",          "group"};
  return keys;
}

/// str() of Python, for names and hashes.
std::string PythonText(const Value& value) {
  if (value.is_null()) return "None";
  if (value.is_bool()) return value.as_bool() ? "True" : "False";
  if (value.is_string()) return value.as_string();
  if (value.is_list() || value.is_map()) return PythonRepr(value);
  return value.ToText();
}

/// Every leaf as text and mappings in key order: what the id's hash is taken of.
Value Hashable(const Value& value) {
  if (value.is_list()) {
    Value list = Value::MakeList();
    for (const auto& item : value.list()) list.Push(Hashable(item));
    return list;
  }
  if (!value.is_map()) return Value(PythonText(value));
  std::vector<const Value::Entry*> entries;
  for (const auto& entry : value.map()) entries.push_back(&entry);
  std::sort(entries.begin(), entries.end(), [](auto* a, auto* b) { return a->key < b->key; });
  Value map = Value::MakeMap();
  for (const auto* entry : entries) map.map().push_back({entry->key, Hashable(entry->value), {}});
  return map;
}

std::string CleanPart(const std::string& text) {
  std::string out;
  bool in_gap = false;
  for (unsigned char c : text) {
    if (c < 0x80 && (std::isalnum(c) || c == '_')) {
      out += static_cast<char>(c);
      in_gap = false;
    } else if (!in_gap) {
      out += '_';
      in_gap = true;
    }
  }
  return out;
}

/// Whether a test argument is a bare call that dbt reads as an expression: ref('x'), source('a', 'b'), var('y') …
bool IsBareCall(std::string_view text) {
  text = TrimView(text);
  if (text.empty() || text.back() != ')') return false;
  size_t open = text.find('(');
  if (open == std::string_view::npos) return false;
  std::string_view name = TrimView(text.substr(0, open));
  return name == "ref" || name == "source" || name == "var" || name == "env_var" || name == "doc";
}

/// A config value as it is written into the test's raw code.
std::string ConfigLiteral(const Value& value) {
  if (value.is_string()) return "\"" + ReplaceAll(value.as_string(), "\"", "\\\"") + "\"";
  return PythonRepr(value);
}

}  // namespace

std::string PythonRepr(const Value& value) {
  if (value.is_string()) {
    const std::string& text = value.as_string();
    char quote = text.find('\'') != std::string::npos && text.find('"') == std::string::npos ? '"' : '\'';
    std::string out(1, quote);
    for (char c : text) {
      switch (c) {
        case '\\': out += "\\\\"; break;
        case '\n': out += "\\n"; break;
        case '\r': out += "\\r"; break;
        case '\t': out += "\\t"; break;
        default:
          if (c == quote) out += '\\';
          out += c;
      }
    }
    return out + quote;
  }
  if (value.is_list()) {
    std::string out = "[";
    for (size_t i = 0; i < value.list().size(); ++i) out += (i ? ", " : "") + PythonRepr(value.list()[i]);
    return out + "]";
  }
  if (value.is_map()) {
    std::string out = "{";
    for (size_t i = 0; i < value.map().size(); ++i) {
      const auto& entry = value.map()[i];
      out += (i ? ", " : "") + PythonRepr(Value(entry.key)) + ": " + PythonRepr(entry.value);
    }
    return out + "}";
  }
  return PythonText(value);
}

GenericTestName NameGenericTest(const std::string& test, const std::string& target, const Value& kwargs) {
  std::vector<const Value::Entry*> entries;
  for (const auto& entry : kwargs.map()) {
    if (entry.key != "model") entries.push_back(&entry);
  }
  std::sort(entries.begin(), entries.end(), [](auto* a, auto* b) { return a->key < b->key; });
  std::vector<std::string> parts;
  for (const auto* entry : entries) {
    const Value& value = entry->value;
    if (value.is_map()) {
      for (const auto& item : value.map()) parts.push_back(CleanPart(PythonText(item.value)));
    } else if (value.is_list()) {
      for (const auto& item : value.list()) parts.push_back(CleanPart(PythonText(item)));
    } else {
      parts.push_back(CleanPart(PythonText(value)));
    }
  }
  GenericTestName name;
  std::string identifier = test + "_" + target;
  name.full = identifier + "_" + Join(parts, "__");
  name.compiled = name.full.size() >= 64 ? identifier.substr(0, 30) + "_" + Md5Hex(name.full) : name.full;
  return name;
}

std::string GenericTestHash(const std::string& name, const std::string& package, const std::string& test, const Value& kwargs) {
  Value metadata = Value::MakeMap();
  metadata.Set("kwargs", Hashable(kwargs));
  metadata.Set("name", test);
  metadata.Set("namespace", package.empty() ? "None" : package);
  std::string digest = Md5Hex(name + PythonRepr(metadata));
  return digest.substr(digest.size() - 10);
}

Status Loader::TestCalls(const Value& argument, const std::string& package, const Place& place, ModelCalls& calls) {
  if (argument.is_list()) {
    for (const auto& item : argument.list()) DVT_TRY(TestCalls(item, package, place, calls));
  } else if (argument.is_map()) {
    for (const auto& entry : argument.map()) {
      if (entry.key != "model") DVT_TRY(TestCalls(entry.value, package, place, calls));
    }
  } else if (argument.is_string()) {
    std::string text = argument.as_string();
    bool bare = IsBareCall(text);
    if (!bare && !HasTemplate(argument)) return {};
    Place at = argument.mark().line > 0 ? PlaceOf(place.file, argument.mark()) : place;
    DVT_ASSIGN(ModelCalls found, frontend_.ExtractModel(package, bare ? "{{ " + text + " }}" : text, at));
    for (auto& ref : found.refs) calls.refs.push_back({ref.package, ref.name, ref.version, at});
    for (auto& source : found.sources) calls.sources.push_back({source.source, source.table, at});
    for (auto& macro : found.macros) calls.macros.push_back(std::move(macro));
  }
  return {};
}

namespace {

/// One generic test, taken apart from its YAML spelling.
struct TestEntry {
  std::string package;  // of the macro; empty: not given
  std::string test;
  std::string custom_name;
  std::string description;
  Value kwargs = Value::MakeMap();
  Value config = Value::MakeMap();
  Place place;
};

void ReadConfig(const Value& arguments, TestEntry& entry, YamlCheck& check, const std::string& owner) {
  if (const Value* config = check.Map(arguments, "config", owner)) {
    for (const auto& item : config->map()) entry.config.Set(item.key, item.value);
  }
  for (const auto& key : TestConfigKeys()) {
    const Value* value = arguments.Find(key);
    if (!value) continue;
    if (entry.config.Find(key)) {
      check.Fail("Config '" + key + "' of " + owner + " is given twice: beside and inside `config:`", value->mark());
    }
    entry.config.Set(key, *value);
  }
}

/// Reads the forms "unique", {unique: {…}}, {name: n, test_name: t, …} and {t: {…}, config: {…}}. False if it is none of them.
bool ReadEntry(const Value& raw, const std::string& column, YamlCheck& check, const std::string& owner, TestEntry& entry) {
  entry.place = PlaceOf(check.file(), raw.mark());
  std::string test;
  Value arguments = Value::MakeMap();
  if (raw.is_string()) {
    test = raw.as_string();
  } else if (raw.is_map() && raw.Find("test_name")) {
    test = raw["test_name"].ToText();
    arguments = raw;
    arguments.Erase("test_name");
  } else if (raw.is_map() && !raw.map().empty()) {
    const auto& first = raw.map().front();
    test = first.key;
    if (first.value.is_map()) {
      arguments = first.value;
    } else if (!first.value.is_null()) {
      check.Fail("The arguments of test '" + test + "' must be a mapping, found a " + std::string(first.value.TypeName()),
                 first.value.mark());
      return false;
    }
    for (size_t i = 1; i < raw.map().size(); ++i) arguments.Set(raw.map()[i].key, raw.map()[i].value);
  } else {
    check.Fail("A test of " + owner + " must be a name or a mapping, found " +
                   (raw.is_null() ? "nothing" : "a " + std::string(raw.TypeName())),
               raw.mark());
    return false;
  }
  size_t dot = test.find('.');
  if (dot != std::string::npos) entry.package = test.substr(0, dot);
  entry.test = dot == std::string::npos ? test : test.substr(dot + 1);
  std::string test_owner = "test '" + test + "' of " + owner;
  entry.custom_name = check.Text(arguments, "name", test_owner);
  entry.description = check.Text(arguments, "description", test_owner);
  ReadConfig(arguments, entry, check, test_owner);
  for (const char* key : {"name", "description", "config"}) arguments.Erase(key);
  for (const auto& key : TestConfigKeys()) arguments.Erase(key);
  if (arguments.Find("arguments")) {
    if (const Value* nested = check.Map(arguments, "arguments", test_owner)) {
      Value copy = *nested;
      arguments.Erase("arguments");
      for (auto& item : copy.map()) arguments.Set(item.key, std::move(item.value));
    }
  }
  if (arguments.Find("model")) {
    check.Fail("'model' is not an argument of " + test_owner + ": dvt sets it", raw.mark());
    return false;
  }
  entry.kwargs = std::move(arguments);
  if (!column.empty()) entry.kwargs.Set("column_name", column);
  return true;
}

std::string TestRawCode(const TestEntry& entry) {
  std::string macro = (entry.package.empty() ? "" : entry.package + ".") + "test_" + entry.test;
  std::vector<std::string> configs;
  for (const auto& item : entry.config.map()) configs.push_back(item.key + "=" + ConfigLiteral(item.value));
  std::string code = "{{ " + macro + "(**_dbt_generic_test_kwargs) }}";
  if (!configs.empty()) code += "{{ config(" + Join(configs, ",") + ") }}";
  return code;
}

}  // namespace

// Whether a generic test's macro, or what it dispatches to, calls config(): only then it is run to know the test's settings.
bool Loader::ConfiguresItself(const std::string& test) {
  const auto [known, added] = self_configured_tests_.emplace(test, false);
  if (!added) return known->second;
  const std::string macro = "test_" + test;
  for (const auto& [id, each] : manifest_.macros) {
    const bool its = each.name == macro || each.name.ends_with("__" + macro);
    if (its && each.text.find("config(") != std::string::npos) known->second = true;
  }
  return known->second;
}

void Loader::BuildTest(const Value& raw, const std::string& column, const std::vector<std::string>& tags,
                       const TestTarget& target) {
  Patch& patch = *target.patch;
  const std::string& target_id = target.id;
  YamlCheck check(patch.place.file, manifest_.diagnostics);
  TestEntry entry;
  if (!ReadEntry(raw, column, check, patch.owner(), entry)) return;
  entry.kwargs.Set("model", "{{ get_where_subquery(" + target.text + ") }}");
  const Package& package = *PackageOf(patch.package);
  if (Status rendered = RenderTree(entry.config, {"where"}, package.scope, frontend_, patch.place.file); !rendered) {
    manifest_.diagnostics.Fail(rendered.error());
    return;
  }
  bool is_source = patch.section == "sources";
  std::string test = (entry.package.empty() ? "" : entry.package + "_") + (is_source ? "source_" : "") + entry.test;
  GenericTestName name = NameGenericTest(test, target.label, entry.kwargs);
  if (!entry.custom_name.empty()) name.full = name.compiled = entry.custom_name;
  if (name.full != name.compiled && !entry.config.Find("alias")) entry.config.Set("alias", name.compiled);

  Draft draft;
  draft.package = &package;
  model::Node& node = draft.node;
  node.type = model::ResourceType::kTest;
  node.package = patch.package;
  node.name = name.full;
  node.path = name.compiled + ".sql";
  node.original_path = patch.place.file;
  node.package_folder = package.config.folder;
  node.place = entry.place;
  node.description = entry.description;
  node.unique_id =
      "test." + node.package + "." + name.full + "." + GenericTestHash(name.full, entry.package, entry.test, entry.kwargs);
  node.fqn = Fqn(node.package, patch.file->path, name.full);
  node.raw_code = TestRawCode(entry);
  node.checksum = "";
  node.test = model::TestMetadata{entry.test, entry.package, entry.kwargs, column, is_source ? "" : target_id};
  node.patch = patch.raw;
  ModelCalls calls;
  if (Status status = TestCalls(entry.kwargs, patch.package, entry.place, calls); !status) {
    manifest_.diagnostics.Fail(status.error());
    return;
  }
  if (target_id.rfind("source.", 0) == 0) {
    calls.sources.push_back({patch.name, target.name, entry.place});
  } else {
    calls.refs.push_back({"", target.name, target.version, entry.place});
  }
  std::string macro = "test_" + entry.test;
  for (const std::string& owner : entry.package.empty()
                                      ? std::vector<std::string>{patch.package, manifest_.project.name, "dvt", "dbt"}
                                      : std::vector<std::string>{entry.package}) {
    if (!manifest_.macros.count("macro." + owner + "." + macro)) continue;
    calls.macros.insert(calls.macros.begin(), "macro." + owner + "." + macro);
    break;
  }
  if (manifest_.macros.count("macro.dbt.get_where_subquery")) calls.macros.push_back("macro.dbt.get_where_subquery");
  node.refs = std::move(calls.refs);
  node.sources = std::move(calls.sources);
  for (auto& id : calls.macros) {
    if (std::find(node.depends_on_macros.begin(), node.depends_on_macros.end(), id) == node.depends_on_macros.end()) {
      node.depends_on_macros.push_back(std::move(id));
    }
  }
  node.config = LayeredConfig(draft, Value(), DefaultConfig(node.type));
  node.given_config = LayeredConfig(draft, Value(), Value::MakeMap());
  MergeConfig(node.config, entry.config);
  MergeConfig(node.given_config, entry.config);
  if (ConfiguresItself(entry.test)) {
    if (auto said = frontend_.RenderModel(node, package.scope); said) {
      for (const auto& call : said->configs) MergeConfig(node.config, call.kwargs);
    } else {
      manifest_.diagnostics.Fail(said.error());
      return;
    }
  }
  Value all_tags = Value(Value::List(tags.begin(), tags.end()));  // those of the column are the node's, not its config's
  for (const auto& tag : UniqueTags(node.config["tags"])) all_tags.Push(tag);
  node.tags = UniqueTags(all_tags);
  CheckConfigValues(draft);
  if (manifest_.nodes.count(target_id) == 0 && manifest_.sources.count(target_id) == 0) {
    node.config.Set("enabled", false);  // the tested thing is disabled
  }
  if (const auto twin = manifest_.nodes.find(node.unique_id); twin != manifest_.nodes.end()) {
    check.Fail(
        "The test '" + name.full + "' is defined twice: " + twin->second.place.ToString() + " and " + node.place.ToString(),
        raw.mark(), "give one of them a `name:`");
    return;
  }
  Add(std::move(draft));
}

void Loader::TestsOf(const Value& map, const model::ColumnProperties* column, const TestTarget& target) {
  YamlCheck check(target.patch->place.file, manifest_.diagnostics);
  std::string argument;
  std::vector<std::string> tags = target.tags;
  if (column) {
    argument = column->quote.value_or(false) ? "\"" + ReplaceAll(column->name, "\"", "\"\"") + "\"" : column->name;
    tags.insert(tags.end(), column->tags.begin(), column->tags.end());
  }
  if (map.Find("tests") && map.Find("data_tests")) {
    check.Fail("'tests' and 'data_tests' of " + target.patch->owner() + " are two names of one key", map["tests"].mark(),
               "keep `data_tests:`");
    return;
  }
  for (const char* key : {"tests", "data_tests"}) {
    const Value* list = check.List(map, key, target.patch->owner());
    if (!list) continue;
    for (const auto& entry : list->list()) BuildTest(entry, argument, tags, target);
  }
}

void Loader::NodeTargets(std::vector<TestTarget>& targets) {
  for (auto* nodes : {&manifest_.nodes, &manifest_.disabled}) {
    for (auto& [id, node] : *nodes) {
      if (node.patch.is_null() || node.type == model::ResourceType::kTest || node.type == model::ResourceType::kAnalysis)
        continue;
      const char* section = node.type == model::ResourceType::kSeed       ? "seeds"
                            : node.type == model::ResourceType::kSnapshot ? "snapshots"
                                                                          : "models";
      auto patch = patch_index_.find(node.package + "|" + section + "|" + node.name);
      if (patch == patch_index_.end()) continue;
      TestTarget target;
      target.patch = patch->second;
      target.id = id;
      target.name = target.label = node.name;
      target.text = "ref('" + node.name + "')";
      target.columns = node.columns;
      target.entry = &patch->second->raw;
      if (!node.version.empty()) {
        target.version = node.version;
        target.text = "ref('" + node.name + "', version='" + node.version + "')";
        target.label = node.name + "_v" + node.version;
        for (const auto& entry : patch->second->raw["versions"].list()) {
          bool own = entry["v"].ToText() == node.version && (entry.Find("tests") || entry.Find("data_tests"));
          if (own) target.entry = &entry;
        }
      }
      targets.push_back(std::move(target));
    }
  }
}

void Loader::SourceTargets(std::vector<TestTarget>& targets) {
  for (auto& patch : patches_) {
    if (patch.section != "sources" || !patch.raw["tables"].is_list()) continue;
    for (const auto& table : patch.raw["tables"].list()) {
      if (!table.is_map() || table["name"].is_null()) continue;
      TestTarget target;
      target.name = table["name"].ToText();
      target.patch = &patch;
      target.id = "source." + patch.package + "." + patch.name + "." + target.name;
      target.text = "source('" + patch.name + "', '" + target.name + "')";
      target.label = patch.name + "_" + target.name;
      auto source = manifest_.sources.find(target.id);
      if (source == manifest_.sources.end()) continue;
      target.tags = source->second.tags;
      target.columns = source->second.columns;
      target.entry = &table;
      targets.push_back(std::move(target));
    }
  }
}

void Loader::BuildGenericTests() {
  std::vector<TestTarget> targets;
  NodeTargets(targets);
  SourceTargets(targets);
  for (const auto& target : targets) {
    TestsOf(*target.entry, nullptr, target);
    for (const auto& column : target.columns) TestsOf(column.raw, &column, target);
  }
}

}  // namespace dvt::project
