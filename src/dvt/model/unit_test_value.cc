#include "dvt/model/node_value.h"

namespace dvt::model {

namespace {

// The marks and quotes of the file are nobody's business any more.
Value RowsValue(const UnitTestRows& rows, bool names_input) {
  Value value = Value::MakeMap();
  if (names_input) value.Set("input", rows.input);
  value.Set("rows", rows.rows);
  value.Set("format", rows.format);
  value.Set("fixture", rows.fixture.empty() ? Value() : Value(rows.fixture));
  return value;
}

Value OverridesValue(const Value& overrides) {
  if (!overrides.is_map()) return {};
  Value value = Value::MakeMap();
  for (const char* key : {"macros", "vars", "env_vars"})
    value.Set(key, overrides[key].is_map() ? overrides[key] : Value::MakeMap());
  return value;
}

Value VersionsValue(const Value& versions) {
  if (!versions.is_map()) return {};
  Value value = Value::MakeMap();
  for (const char* key : {"include", "exclude"}) value.Set(key, versions[key]);
  return value;
}

}  // namespace

Value UnitTestToValue(const Node& node) {
  const UnitTestCase& test = *node.unit_test;
  Value value = Value::MakeMap();
  value.Set("model", test.model);
  Value given = Value::MakeList();
  for (const auto& rows : test.given) given.Push(RowsValue(rows, true));
  value.Set("given", std::move(given));
  value.Set("expect", RowsValue(test.expect, false));
  value.Set("name", node.name);
  value.Set("resource_type", "unit_test");
  value.Set("package_name", node.package);
  value.Set("path", node.path);
  value.Set("original_file_path", node.original_path);
  value.Set("unique_id", node.unique_id);
  value.Set("fqn", StringList(node.fqn));
  value.Set("description", node.description);
  value.Set("overrides", OverridesValue(test.overrides));
  Value depends = Value::MakeMap();
  depends.Set("macros", StringList(node.depends_on_macros));
  depends.Set("nodes", StringList(node.depends_on_nodes));
  value.Set("depends_on", std::move(depends));
  value.Set("config", node.config);
  value.Set("checksum", node.checksum);
  value.Set("schema", node.schema);
  value.Set("versions", VersionsValue(test.versions));
  value.Set("version", node.version.empty() ? Value() : ResolveYamlScalar(node.version));
  return value;
}

}  // namespace dvt::model
