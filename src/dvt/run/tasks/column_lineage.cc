#include "dvt/run/tasks/column_lineage.h"

#include <set>

#include "dvt/base/text/text.h"
#include "dvt/sql/analyze/lineage.h"
#include "dvt/sql/parse/parser.h"

namespace dvt::run {

namespace {

using columnar::Fields;
using columnar::RelationName;
using model::DocumentedColumn;

std::string Key(const RelationName& relation) {
  std::string key;
  for (const std::string* part : {&relation.database, &relation.schema, &relation.name}) {
    if (!part->empty()) key += (key.empty() ? "" : ".") + ToLower(*part);
  }
  return key;
}

/// The relations that a node reads, by every name that its SQL may have for them.
class Upstreams : public sql::SchemaProvider {
 public:
  Upstreams(const model::Manifest& manifest, const std::map<std::string, Fields>& known, const model::Node& node)
      : manifest_(manifest), known_(known), connection_(node.connection) {
    for (const auto& id : node.depends_on_nodes) Add(id);
  }

  const Fields* Columns(const RelationName& table) override {
    const std::string* id = Find(table);
    const auto found = id == nullptr ? known_.end() : known_.find(*id);
    return found == known_.end() ? nullptr : &found->second;
  }

  const std::string* Find(const RelationName& table) const {
    const auto found = ids_.find(Key(table));
    return found == ids_.end() ? nullptr : &found->second;
  }

 private:
  void Add(const std::string& id) {
    if (const auto source = manifest_.sources.find(id); source != manifest_.sources.end()) {
      const model::SourceNode& s = source->second;
      Name(id, s.connection.empty() ? manifest_.target : s.connection,
           {s.database, s.schema, s.identifier.empty() ? s.name : s.identifier});
      return;
    }
    const auto node = manifest_.nodes.find(id);
    if (node == manifest_.nodes.end()) return;
    const model::Node& n = node->second;
    if (n.is_ephemeral()) {  // its SQL stands in the reader's, as a CTE
      for (const auto& above : n.depends_on_nodes) Add(above);
    } else {
      Name(id, n.connection, {n.database, n.schema, n.alias});
    }
  }

  void Name(const std::string& id, const std::string& connection, const RelationName& relation) {
    if (connection != connection_) {
      ids_.emplace(Key({connection, relation.schema, relation.name}), id);
      if (relation.schema.empty()) ids_.emplace(Key({{}, connection, relation.name}), id);
    }
    ids_.emplace(Key(relation), id);
    ids_.emplace(Key({{}, relation.schema, relation.name}), id);
    ids_.emplace(Key({{}, {}, relation.name}), id);
  }

  const model::Manifest& manifest_;
  const std::map<std::string, Fields>& known_;
  const std::string connection_;
  std::map<std::string, std::string> ids_;
};

// The column as its own relation spells it.
std::string Spelled(const std::map<std::string, Fields>& known, const std::string& id, const std::string& column) {
  if (const auto found = known.find(id); found != known.end()) {
    for (const auto& field : found->second) {
      if (EqualsIgnoreCase(field.name, column)) return field.name;
    }
  }
  return column;
}

std::vector<DocumentedColumn> ColumnsOf(const model::Node& node, Upstreams& upstreams, const std::map<std::string, Fields>& known,
                                        const sql::Dialect& dialect) {
  const auto ast = sql::ParseQuery(node.compiled_code, dialect);
  if (!ast) return {};
  const auto analysis = sql::Analyze(ast->statements.front(), dialect, &upstreams, {.strict = false});
  if (!analysis || analysis->root() == nullptr) return {};
  std::vector<DocumentedColumn> columns;
  const auto& output = analysis->root()->output;
  for (size_t i = 0; i < output.size(); ++i) {
    if (output[i].name.empty()) continue;
    DocumentedColumn column{output[i].name, {}};
    for (const auto& base : sql::LineageOf(*analysis, *analysis->root(), i)) {
      if (const std::string* id = upstreams.Find(base.table)) column.from.push_back({*id, Spelled(known, *id, base.column)});
    }
    columns.push_back(std::move(column));
  }
  return columns;
}

Fields FieldsOf(const model::CatalogEntry& entry) {
  Fields fields;
  for (const auto& column : entry.columns) fields.push_back({.name = column.name, .type = {}, .native_type = column.type});
  return fields;
}

}  // namespace

std::map<std::string, std::vector<DocumentedColumn>> ReadColumnLineage(const model::Manifest& manifest,
                                                                       const model::Catalog& catalog,
                                                                       const PlanCatalog& connections,
                                                                       const std::vector<std::string>& order) {
  std::map<std::string, Fields> known;
  for (const auto* entries : {&catalog.nodes, &catalog.sources}) {
    for (const auto& entry : *entries) known[entry.unique_id] = FieldsOf(entry);
  }
  std::map<std::string, std::vector<DocumentedColumn>> all;
  for (const auto& id : order) {
    const auto found = manifest.nodes.find(id);
    if (found == manifest.nodes.end() || found->second.compiled_code.empty()) continue;
    const model::Node& node = found->second;
    if (node.type != model::ResourceType::kModel && node.type != model::ResourceType::kSnapshot) continue;
    Upstreams upstreams(manifest, known, node);
    auto columns = ColumnsOf(node, upstreams, known, connections.DialectOf(node.connection));
    if (columns.empty()) continue;
    if (!known.contains(id)) {
      for (const auto& column : columns) known[id].push_back({.name = column.name, .type = {}});
    }
    all[id] = std::move(columns);
  }
  return all;
}

}  // namespace dvt::run
