#include "dvt/project/load/contract_checksum.h"

#include <algorithm>
#include <set>

#include "dvt/base/text/text.h"

namespace dvt::project {
namespace {

using model::Constraint;

// Python's repr of a text: the digest was first defined over such texts.
std::string PythonText(const std::string& text) {
  const bool apostrophe = text.find('\'') != std::string::npos, quote = text.find('"') != std::string::npos;
  const char mark = apostrophe && !quote ? '"' : '\'';
  std::string out(1, mark);
  for (const char c : text) {
    if (c == '\\' || c == mark) out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\r') {
      out += "\\r";
    } else {
      out += c;
    }
  }
  return out + mark;
}

std::string TextOrNone(const std::string& text) { return text.empty() ? "None" : PythonText(text); }
std::string TrueOrFalse(bool value) { return value ? "True" : "False"; }

std::string PythonList(const std::vector<std::string>& items) {
  std::vector<std::string> texts;
  std::transform(items.begin(), items.end(), std::back_inserter(texts), PythonText);
  return "[" + Join(texts, ", ") + "]";
}

std::string Describe(const std::vector<Constraint>& constraints, bool of_columns) {
  std::vector<std::string> texts;
  for (const auto& c : constraints) {
    std::string text = of_columns ? "ColumnLevelConstraint" : "ModelLevelConstraint";
    text += "(type=<ConstraintType." + c.type + ": '" + c.type + "'>, name=" + TextOrNone(c.name) +
            ", expression=" + TextOrNone(c.expression) + ", warn_unenforced=" + TrueOrFalse(c.warn_unenforced) +
            ", warn_unsupported=" + TrueOrFalse(c.warn_unsupported) + ", to=" + TextOrNone(c.to) +
            ", to_columns=" + PythonList(c.to_columns);
    if (!of_columns) text += ", columns=" + PythonList(c.columns);
    texts.push_back(text + ")");
  }
  return "[" + Join(texts, ", ") + "]";
}

/// The columns that a test is about: its own, or the `combination_of_columns` it is given.
std::vector<std::string> TestedColumns(const model::Node& test) {
  if (!test.test->column.empty()) return {test.test->column};
  std::vector<std::string> columns;
  const Value& combination = test.test->kwargs["combination_of_columns"];
  if (!combination.is_list()) return columns;
  for (const auto& column : combination.list()) columns.push_back(column.ToText());
  return columns;
}

}  // namespace

std::string ContractChecksum(const model::Node& node) {
  std::vector<const model::ColumnProperties*> columns;
  for (const auto& column : node.columns) columns.push_back(&column);
  std::sort(columns.begin(), columns.end(), [](const auto* a, const auto* b) { return a->name < b->name; });
  std::string text;
  for (const auto* column : columns) text += "|" + column->name + column->data_type + Describe(column->constraints, true);
  const std::string materialized = node.materialized();
  if (materialized == "table" || materialized == "incremental") text += materialized + Describe(node.constraints, false);
  return Sha256Hex(text);
}

std::vector<std::string> PrimaryKeyOf(const model::Node& node, const std::vector<const model::Node*>& tests) {
  for (const auto& column : node.columns) {
    for (const auto& constraint : column.constraints) {
      if (constraint.type == "primary_key") return {column.name};
    }
  }
  for (const auto& constraint : node.constraints) {
    if (constraint.type == "primary_key") return constraint.columns;
  }
  std::set<std::string> unique, disabled_unique, not_null, both;
  for (const auto* test : tests) {
    const Value& enabled = test->config["enabled"];
    const bool runs = !enabled.is_bool() || enabled.as_bool();
    for (const auto& column : TestedColumns(*test)) {
      if (test->test->name == "unique" || test->test->name == "unique_combination_of_columns")
        (runs ? unique : disabled_unique).insert(column);
      if (test->test->name == "not_null") not_null.insert(column);
    }
  }
  for (const auto& column : not_null) {
    if (unique.count(column) + disabled_unique.count(column) > 0) both.insert(column);
  }
  const auto& chosen = !both.empty() ? both : !unique.empty() ? unique : disabled_unique;
  return {chosen.begin(), chosen.end()};
}

}  // namespace dvt::project
