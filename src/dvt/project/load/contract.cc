#include <algorithm>
#include <set>

#include "dvt/base/text/text.h"
#include "dvt/project/load/contract_checksum.h"
#include "dvt/project/load/loader_internal.h"
#include "dvt/project/load/yaml_check.h"

namespace dvt::project {
namespace {

using model::Constraint;

const Keys& ConstraintTypes() {
  static const Keys types = {"check", "not_null", "unique", "primary_key", "foreign_key", "custom"};
  return types;
}

bool Flag(const Value& entry, std::string_view key, const std::string& owner, YamlCheck& check) {
  const Value* value = entry.Find(key);
  if (value == nullptr || value->is_null()) return true;
  if (value->is_bool()) return value->as_bool();
  check.Fail("'" + std::string(key) + "' of " + owner + " must be true or false, found " + ToJson(*value), value->mark());
  return true;
}

Constraint ReadConstraint(const Value& entry, const std::string& owner, YamlCheck& check) {
  Constraint constraint;
  constraint.mark = entry.mark();
  constraint.type = ToLower(check.RequiredText(entry, "type", owner));
  if (!constraint.type.empty() &&
      std::find(ConstraintTypes().begin(), ConstraintTypes().end(), constraint.type) == ConstraintTypes().end()) {
    check.Fail(
        "Constraint type '" + constraint.type + "' of " + owner + " is unknown." + DidYouMean(constraint.type, ConstraintTypes()),
        entry["type"].mark(), "constraint types are: " + Join(ConstraintTypes(), ", "));
  }
  check.KnownKeys(entry,
                  {"type", "name", "expression", "warn_unenforced", "warn_unsupported", "to", "to_columns", "columns", "config"},
                  owner);
  constraint.name = check.Text(entry, "name", owner);
  constraint.expression = check.Text(entry, "expression", owner);
  constraint.warn_unenforced = Flag(entry, "warn_unenforced", owner, check);
  constraint.warn_unsupported = Flag(entry, "warn_unsupported", owner, check);
  constraint.to = check.Text(entry, "to", owner);
  constraint.to_columns = check.Texts(entry, "to_columns", owner);
  constraint.columns = check.Texts(entry, "columns", owner);
  return constraint;
}

std::vector<Constraint> ReadConstraints(const Value& entry, const std::string& owner, YamlCheck& check) {
  std::vector<Constraint> constraints;
  const Value* list = check.List(entry, "constraints", owner);
  if (list == nullptr) return constraints;
  for (const auto& item : list->list()) {
    if (check.IsMap(item, "the constraints of " + owner))
      constraints.push_back(ReadConstraint(item, "a constraint of " + owner, check));
  }
  return constraints;
}

/// What an enforced contract asks of one constraint beyond its form.
void CheckConstraint(const Constraint& constraint, const std::string& owner, YamlCheck& check) {
  const std::string what = "The " + constraint.type + " constraint of " + owner;
  const bool needs_text = constraint.type == "check" || constraint.type == "custom";
  if (needs_text && constraint.expression.empty()) check.Fail(what + " needs an 'expression'", constraint.mark);
  if (constraint.type != "foreign_key") return;
  if (!constraint.to.empty() && constraint.to_columns.empty())
    check.Fail(what + " needs 'to_columns' beside 'to'", constraint.mark);
  if (constraint.to.empty() && constraint.expression.empty()) {
    check.Fail(what + " does not say what it references", constraint.mark,
               "to: ref('other') with to_columns: [id], or expression: 'schema.other (id)'");
  }
}

std::vector<std::string> ColumnNames(const model::Node& node) {
  std::vector<std::string> names;
  for (const auto& column : node.columns) names.push_back(column.name);
  return names;
}

void CheckRelationConstraints(const model::Node& node, const std::string& owner, YamlCheck& check) {
  const auto names = ColumnNames(node);
  for (const auto& constraint : node.constraints) {
    CheckConstraint(constraint, owner, check);
    const bool needs_columns =
        constraint.type == "unique" || constraint.type == "primary_key" || constraint.type == "foreign_key";
    if (needs_columns && constraint.columns.empty())
      check.Fail("The " + constraint.type + " constraint of " + owner + " needs 'columns'", constraint.mark);
    for (const auto& column : constraint.columns) {
      const bool quoted = column.size() > 2 && column.front() == '"' && column.back() == '"';
      const std::string bare = quoted ? column.substr(1, column.size() - 2) : column;
      if (std::find(names.begin(), names.end(), bare) != names.end()) continue;
      check.Fail("The " + constraint.type + " constraint of " + owner + " names column '" + column +
                     "', which the contract does not have." + DidYouMean(column, names),
                 constraint.mark);
    }
  }
}

// One primary key, on columns or on the relation.
void CheckPrimaryKey(const model::Node& node, const std::string& owner, YamlCheck& check) {
  const auto is_key = [](const Constraint& constraint) { return constraint.type == "primary_key"; };
  const bool on_columns = std::any_of(node.columns.begin(), node.columns.end(), [&](const auto& column) {
    return std::any_of(column.constraints.begin(), column.constraints.end(), is_key);
  });
  const auto first = std::find_if(node.constraints.begin(), node.constraints.end(), is_key);
  if (first == node.constraints.end()) return;
  if (on_columns) {
    check.Fail("The primary key of " + owner + " is defined twice: on a column and on the model", first->mark,
               "keep one of them");
  }
  const auto second = std::find_if(first + 1, node.constraints.end(), is_key);
  if (second != node.constraints.end())
    check.Fail("The primary key of " + owner + " is defined twice on the model", second->mark, "keep one of them");
}

/// The name of the model with which an error's owner is worded.
std::string OwnerOf(const model::Node& node) { return "model '" + node.name + "'"; }

}  // namespace

void Loader::ReadContract(Draft& draft) {
  model::Node& node = draft.node;
  if (node.type != model::ResourceType::kModel) return;
  const std::string file = draft.patch ? draft.patch->place.file : node.original_path;
  YamlCheck check(file, draft.findings);
  for (auto& column : node.columns) {
    column.constraints = ReadConstraints(column.raw, "column '" + column.name + "' of " + OwnerOf(node), check);
  }
  if (draft.patch) {
    const bool own = draft.version_entry != nullptr && draft.version_entry->Find("constraints") != nullptr;
    node.constraints = ReadConstraints(own ? *draft.version_entry : draft.patch->raw, OwnerOf(node), check);
  }
  CheckContract(draft);
  ReadForeignKeys(draft);
}

void Loader::CheckContract(Draft& draft) {
  model::Node& node = draft.node;
  const Value& contract = node.config["contract"];
  const std::string owner = OwnerOf(node);
  YamlCheck check(draft.patch ? draft.patch->place.file : node.original_path, draft.findings);
  for (const char* key : {"enforced", "alias_types"}) {
    const Value* value = contract.Find(key);
    if (value != nullptr && !value->is_bool() && !value->is_null())
      check.Fail("'contract." + std::string(key) + "' of " + owner + " must be true or false, found " + ToJson(*value),
                 value->mark());
  }
  if (!node.contract_enforced()) return;
  if (node.columns.empty()) {
    draft.findings.Fail("The contract of " + owner + " is enforced, but no property file lists its columns",
                        draft.patch ? draft.patch->place : node.place, "name every column with its data_type under 'columns:'");
    return;
  }
  for (const auto& column : node.columns) {
    const std::string column_owner = "column '" + column.name + "' of " + owner;
    if (column.data_type.empty())
      check.Fail("The contract of " + owner + " is enforced, but column '" + column.name + "' has no data_type", column.mark,
                 "every column of an enforced contract needs a data_type");
    for (const auto& constraint : column.constraints) CheckConstraint(constraint, column_owner, check);
  }
  CheckRelationConstraints(node, owner, check);
  CheckPrimaryKey(node, owner, check);
  CheckContractMaterialization(draft);
}

void Loader::CheckContractMaterialization(Draft& draft) {
  const model::Node& node = draft.node;
  const std::string owner = OwnerOf(node), materialized = node.materialized();
  const Place place = draft.patch ? draft.patch->place : node.place;
  if (materialized == "incremental") {
    const Value& policy = node.config["on_schema_change"];
    const std::string text = policy.is_null() ? "ignore" : policy.ToText();
    if (text != "append_new_columns" && text != "fail") {
      draft.findings.Fail("Config 'on_schema_change' of the incremental " + owner + " is '" + text +
                              "', which does not keep its enforced contract",
                          place, "set it to append_new_columns or fail");
    }
    return;
  }
  if (materialized == "table") return;
  if (materialized == "ephemeral") {
    draft.findings.Warn("ContractNotChecked", "The contract of the ephemeral " + owner + " is not checked: it builds no relation",
                        place);
  }
  const auto heard = [](const Constraint& constraint) { return constraint.warn_unsupported; };
  const bool on_columns = std::any_of(node.columns.begin(), node.columns.end(), [&](const auto& column) {
    return std::any_of(column.constraints.begin(), column.constraints.end(), heard);
  });
  if (!on_columns && !std::any_of(node.constraints.begin(), node.constraints.end(), heard)) return;
  draft.findings.Warn("UnsupportedConstraintMaterialization",
                      "Constraints of the " + owner + " are left out: a " + ReplaceAll(materialized, "_", " ") + " has none",
                      place, "warn_unsupported: false on the constraint silences this");
}

void Loader::ReadForeignKeys(Draft& draft) {
  model::Node& node = draft.node;
  const auto read = [&](Constraint& constraint) {
    if (constraint.type != "foreign_key" || constraint.to.empty()) return;
    const Place place = PlaceOf(draft.patch ? draft.patch->place.file : node.original_path, constraint.mark);
    auto calls = frontend_.ExtractModel(node.package, "{{ " + constraint.to + " }}", place);
    if (!calls || calls->refs.size() + calls->sources.size() != 1) {
      draft.findings.Fail(
          "'to' of a foreign_key constraint of " + OwnerOf(node) + " must be a ref or a source, found '" + constraint.to + "'",
          place, "to: ref('other model'), or to: source('name', 'table')");
      return;
    }
    constraint.refs = calls->refs;
    constraint.sources = calls->sources;
    node.refs.insert(node.refs.end(), constraint.refs.begin(), constraint.refs.end());
    node.sources.insert(node.sources.end(), constraint.sources.begin(), constraint.sources.end());
  };
  for (auto& column : node.columns) std::for_each(column.constraints.begin(), column.constraints.end(), read);
  std::for_each(node.constraints.begin(), node.constraints.end(), read);
}

// The relation that a foreign key references, once everything has its name.
void Loader::LinkForeignKey(const model::Node& node, Constraint& constraint) {
  std::string connection, relation;
  if (!constraint.refs.empty()) {
    const model::Node* target = FindRef(constraint.refs[0], node.package);
    if (target == nullptr) return;  // said where the node was linked
    connection = target->connection;
    relation = target->relation_name;
  } else if (!constraint.sources.empty()) {
    const auto found = source_index_.find(constraint.sources[0].source + "." + constraint.sources[0].table);
    if (found == source_index_.end()) return;
    connection = found->second[0]->connection.empty() ? manifest_.target : found->second[0]->connection;
    relation = found->second[0]->relation_name;
  } else {
    return;
  }
  if (connection != node.connection && node.contract_enforced()) {
    const std::string file = node.patch_path.substr(node.patch_path.find("://") + 3);
    manifest_.diagnostics.Fail("A foreign key of " + OwnerOf(node) + " references " + constraint.to + " on connection '" +
                                   connection + "', but the model lives on '" + node.connection + "'",
                               PlaceOf(file, constraint.mark),
                               "a foreign key cannot leave its database; a relationships test can");
  }
  constraint.to = relation;
}

void Loader::LinkContracts() {
  std::map<std::string, std::vector<const model::Node*>> tests;
  for (const auto* nodes : {&manifest_.nodes, &manifest_.disabled}) {
    for (const auto& [id, node] : *nodes) {
      if (node.test && !node.test->attached_node.empty()) tests[node.test->attached_node].push_back(&node);
    }
  }
  for (auto& [id, node] : manifest_.nodes) {
    if (node.type != model::ResourceType::kModel) continue;
    if (node.contract_enforced()) node.contract_checksum = ContractChecksum(node);
    node.primary_key = PrimaryKeyOf(node, tests[id]);
    for (auto& column : node.columns) {
      for (auto& constraint : column.constraints) LinkForeignKey(node, constraint);
    }
    for (auto& constraint : node.constraints) LinkForeignKey(node, constraint);
  }
}

}  // namespace dvt::project
