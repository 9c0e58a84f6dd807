#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/project/load/config_merge.h"
#include "dvt/project/load/generic_test_name.h"
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

/// What stands beside the test's name in its mapping: configs and arguments. False if it is another test.
bool ReadBeside(const Value& raw, const std::string& test, YamlCheck& check, const std::string& owner, Value& arguments) {
  static const Keys kBeside = {"config", "name", "description", "arguments"};
  for (size_t i = 1; i < raw.map().size(); ++i) {
    const auto& other = raw.map()[i];
    const bool known = std::find(kBeside.begin(), kBeside.end(), other.key) != kBeside.end() ||
                       std::find(TestConfigKeys().begin(), TestConfigKeys().end(), other.key) != TestConfigKeys().end();
    if (!known) {
      check.Fail("A test of " + owner + " names both '" + test + "' and '" + other.key + "'", other.key_mark,
                 "each test is an item of its own; arguments are indented below its name");
      return false;
    }
    arguments.Set(other.key, other.value);
  }
  return true;
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
    if (!ReadBeside(raw, test, check, owner, arguments)) return false;
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

// "config(" or "config (" is somewhere in it.
static bool CallsConfig(const std::string& text) {
  for (size_t at = text.find("config"); at != std::string::npos; at = text.find("config", at + 1)) {
    const size_t next = text.find_first_not_of(" \t\r\n", at + 6);
    if (next != std::string::npos && text[next] == '(') return true;
  }
  return false;
}

// Whether a generic test's macro, or what it dispatches to, calls config(): only then it is run to know the test's settings.
bool Loader::ConfiguresItself(const std::string& test) {
  const auto [known, added] = self_configured_tests_.emplace(test, false);
  if (!added) return known->second;
  const std::string macro = "test_" + test;
  for (const auto& [id, each] : manifest_.macros) {
    const bool its = each.name == macro || each.name.ends_with("__" + macro);
    if (its && CallsConfig(each.text)) known->second = true;
  }
  return known->second;
}

/// One generic test, from its property entry to the manifest. A stage that fails reports it and returns false.
class Loader::TestBuilder {
 public:
  TestBuilder(Loader& loader, const TestTarget& target, const std::string& column)
      : loader_(loader),
        target_(target),
        patch_(*target.patch),
        package_(*loader.PackageOf(patch_.package)),
        column_(column),
        is_source_(patch_.section == "sources") {}
  /// `tags`: those the test has from its column and source.
  void Build(const Value& raw, const std::vector<std::string>& tags);

 private:
  bool Read(const Value& raw);
  GenericTestName Name() const;
  void Describe(const GenericTestName& name);
  bool Depend();
  std::string MacroId() const;
  void WarnUnknown();
  bool Configure();
  bool IsOnly(const Value& raw);
  bool Reported(Status status);

  Loader& loader_;
  const TestTarget& target_;
  const Patch& patch_;
  const Package& package_;
  const std::string& column_;
  const bool is_source_;
  TestEntry entry_;
  Draft draft_;
};

void Loader::TestBuilder::Build(const Value& raw, const std::vector<std::string>& tags) {
  if (!Read(raw)) return;
  const GenericTestName name = Name();
  if (name.full != name.compiled && !entry_.config.Find("alias")) entry_.config.Set("alias", name.compiled);
  Describe(name);
  if (!Depend() || !Configure()) return;
  model::Node& node = draft_.node;
  Value all_tags = Value(Value::List(tags.begin(), tags.end()));  // those of the column are the node's, not its config's
  for (const auto& tag : UniqueTags(node.config["tags"])) all_tags.Push(tag);
  node.tags = UniqueTags(all_tags);
  loader_.CheckConfigValues(draft_);
  const model::Manifest& manifest = loader_.manifest_;
  if (manifest.nodes.count(target_.id) == 0 && manifest.sources.count(target_.id) == 0) {
    node.config.Set("enabled", false);  // the tested thing is disabled
  }
  if (IsOnly(raw)) loader_.Add(std::move(draft_));
}

bool Loader::TestBuilder::Reported(Status status) {
  if (!status) loader_.manifest_.diagnostics.Fail(status.error());
  return status.has_value();
}

bool Loader::TestBuilder::Read(const Value& raw) {
  YamlCheck check(patch_.place.file, loader_.manifest_.diagnostics);
  if (!ReadEntry(raw, column_, check, patch_.owner(), entry_)) return false;
  entry_.kwargs.Set("model", "{{ get_where_subquery(" + target_.text + ") }}");
  return Reported(RenderTree(entry_.config, {"where"}, package_.scope, loader_.frontend_, patch_.place.file));
}

GenericTestName Loader::TestBuilder::Name() const {
  std::string test = (entry_.package.empty() ? "" : entry_.package + "_") + (is_source_ ? "source_" : "") + entry_.test;
  GenericTestName name = NameGenericTest(test, target_.label, entry_.kwargs);
  if (!entry_.custom_name.empty()) name.full = name.compiled = entry_.custom_name;
  return name;
}

void Loader::TestBuilder::Describe(const GenericTestName& name) {
  draft_.package = &package_;
  model::Node& node = draft_.node;
  node.type = model::ResourceType::kTest;
  node.package = patch_.package;
  node.name = name.full;
  node.path = name.compiled + ".sql";
  node.original_path = patch_.place.file;
  node.package_folder = package_.config.folder;
  node.place = entry_.place;
  node.description = entry_.description;
  node.unique_id =
      "test." + node.package + "." + name.full + "." + GenericTestHash(name.full, entry_.package, entry_.test, entry_.kwargs);
  node.fqn = Fqn(node.package, patch_.file->path, name.full);
  node.raw_code = TestRawCode(entry_);
  node.checksum = "";
  node.test = model::TestMetadata{entry_.test, entry_.package, entry_.kwargs, column_, is_source_ ? "" : target_.id};
  node.patch = patch_.raw;
}

/// What the test reads and calls: its arguments, the tested thing, its own macro.
bool Loader::TestBuilder::Depend() {
  ModelCalls calls;
  if (!Reported(loader_.TestCalls(entry_.kwargs, patch_.package, entry_.place, calls))) return false;
  if (is_source_) {
    calls.sources.push_back({patch_.name, target_.name, entry_.place});
  } else {
    calls.refs.push_back({"", target_.name, target_.version, entry_.place});
  }
  std::string own = MacroId();
  if (own.empty()) {
    WarnUnknown();  // as dbt, it fails when it is run
  } else {
    calls.macros.insert(calls.macros.begin(), std::move(own));
  }
  if (loader_.manifest_.macros.count("macro.dbt.get_where_subquery")) calls.macros.push_back("macro.dbt.get_where_subquery");
  model::Node& node = draft_.node;
  node.refs = std::move(calls.refs);
  node.sources = std::move(calls.sources);
  std::vector<std::string>& macros = node.depends_on_macros;
  for (auto& id : calls.macros) {
    if (std::find(macros.begin(), macros.end(), id) == macros.end()) macros.push_back(std::move(id));
  }
  return true;
}

/// The id of the test's macro: of the package it names, else of the first that has it; empty if there is none.
std::string Loader::TestBuilder::MacroId() const {
  const model::Manifest& manifest = loader_.manifest_;
  const auto owners = entry_.package.empty() ? std::vector<std::string>{patch_.package, manifest.project.name, "dvt", "dbt"}
                                             : std::vector<std::string>{entry_.package};
  for (const std::string& owner : owners) {
    std::string id = "macro." + owner + ".test_" + entry_.test;
    if (manifest.macros.count(id)) return id;
  }
  return {};
}

/// There is no such test. A test of something disabled may name what is not there.
void Loader::TestBuilder::WarnUnknown() {
  model::Manifest& manifest = loader_.manifest_;
  if (manifest.nodes.count(target_.id) == 0 && manifest.sources.count(target_.id) == 0) return;
  std::vector<std::string> names;
  for (const auto& [id, macro] : manifest.macros) {
    const bool fits = entry_.package.empty() || macro.package == entry_.package;
    if (fits && macro.name.starts_with("test_")) names.push_back(macro.name.substr(5));
  }
  const bool no_package = !entry_.package.empty() && manifest.packages.count(entry_.package) == 0 && names.empty();
  manifest.diagnostics.Warn("NoSuchDataTest",
                            "There is no data test '" + entry_.test + "'" +
                                (entry_.package.empty() ? "" : " in the package '" + entry_.package + "'") + ", which " +
                                patch_.owner() + " names." + DidYouMean(entry_.test, names),
                            entry_.place,
                            no_package ? "the package is not installed: add it to packages.yml and run `dvt deps`"
                                       : "a test is a macro: {% test " + entry_.test + "(model, column_name) %} … {% endtest %}");
}

bool Loader::TestBuilder::Configure() {
  model::Node& node = draft_.node;
  node.config = loader_.LayeredConfig(draft_, Value(), DefaultConfig(node.type));
  node.given_config = loader_.LayeredConfig(draft_, Value(), Value::MakeMap());
  MergeConfig(node.config, entry_.config);
  MergeConfig(node.given_config, entry_.config);
  if (!loader_.ConfiguresItself(entry_.test)) return true;
  auto said = loader_.frontend_.RenderModel(node, package_.scope);
  if (!said) {
    loader_.manifest_.diagnostics.Fail(said.error());
    return false;
  }
  for (const auto& call : said->configs) MergeConfig(node.config, call.kwargs);
  return true;
}

bool Loader::TestBuilder::IsOnly(const Value& raw) {
  const model::Node& node = draft_.node;
  const auto twin = loader_.manifest_.nodes.find(node.unique_id);
  if (twin == loader_.manifest_.nodes.end()) return true;
  YamlCheck check(patch_.place.file, loader_.manifest_.diagnostics);
  check.Fail("The test '" + node.name + "' is defined twice: " + twin->second.place.ToString() + " and " + node.place.ToString(),
             raw.mark(), "give one of them a `name:`");
  return false;
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
    for (const auto& entry : list->list()) TestBuilder(*this, target, argument).Build(entry, tags);
  }
}

void Loader::NodeTargets(std::vector<TestTarget>& targets) {
  for (auto* nodes : {&manifest_.nodes, &manifest_.disabled}) {
    for (auto& [id, node] : *nodes) {
      if (node.patch.is_null() || node.type == model::ResourceType::kTest || node.type == model::ResourceType::kAnalysis)
        continue;
      if (nodes == &manifest_.disabled && manifest_.nodes.count(id) != 0) continue;  // a namesake for another database
      Patch* patch = PatchOf(node);
      if (!patch) continue;
      TestTarget target;
      target.patch = patch;
      target.id = id;
      target.name = target.label = node.name;
      target.text = "ref('" + node.name + "')";
      target.columns = node.columns;
      target.entry = &patch->raw;
      if (!node.version.empty()) {
        target.version = node.version;
        target.text = "ref('" + node.name + "', version='" + node.version + "')";
        target.label = node.name + "_v" + node.version;
        for (const auto& entry : patch->raw["versions"].list()) {
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
