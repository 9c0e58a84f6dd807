#include "dvt/plan/resolve/model_query.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "dvt/base/text/text.h"

namespace dvt::plan {
namespace {

using columnar::RelationName;

Result<RelationName> ReadMarker(const UpstreamTable& upstream, const sql::Dialect& dialect) {
  auto parsed = sql::ParseQuery("SELECT * FROM " + upstream.marker, dialect);
  if (parsed) {
    const auto tables = sql::ReferencedTables(parsed->root(), dialect);
    if (tables.size() == 1) return tables.front().name;
  }
  return Error(ErrorCode::kInternal,
               fmt::format("the rendered name {} of {} is no table name", upstream.marker, upstream.node_id));
}

}  // namespace

std::string IdentityOf(const Catalog& catalog, const std::string& connection) {
  std::string identity = catalog.Identity(connection);
  return identity.empty() ? "connection " + connection : identity;
}

std::string QuotedRelation(const Catalog& catalog, const std::string& connection, const RelationName& relation) {
  const sql::Dialect& dialect = catalog.DialectOf(connection);
  std::vector<std::string> parts = catalog.Parts(connection, relation);
  for (std::string& part : parts) part = sql::QuoteIdentifier(dialect, part);
  return Join(parts, ".");
}

bool CanQuery(const Catalog& catalog, const std::string& connection) {
  return (catalog.abilities(connection) & static_cast<uint32_t>(SourceAbility::kQueries)) != 0;
}

bool CanFilter(const Catalog& catalog, const std::string& connection) {
  return CanQuery(catalog, connection) || (catalog.abilities(connection) & static_cast<uint32_t>(SourceAbility::kFilters)) != 0;
}

void NameOutputs(sql::Arena& arena, sql::Node* query, const sql::Dialect& dialect) {
  if (!dialect.Has(sql::Feature::kNamesAfterCalls)) return;
  query = sql::InnerQuery(query);
  while (query != nullptr && query->Is(sql::Kind::kSetOperation)) query = sql::InnerQuery(query->Child(5));
  if (query == nullptr || !query->Is(sql::Kind::kSelect)) return;
  for (sql::Node*& item : query->Child(sql::kItemsSlot)->Children()) {
    const bool star = item->Is(sql::Kind::kStar) || (item->Is(sql::Kind::kField) && item->Child(1)->Is(sql::Kind::kStar));
    if (!star && !item->Is(sql::Kind::kAlias)) item = sql::MakeAlias(arena, item, "?column?");
  }
}

Status RefuseUnknownColumns(const sql::Node* query, const sql::Dialect& dialect, const std::string& file) {
  if (!sql::HasAnyColumnPattern(query, dialect)) return {};
  return Error(ErrorCode::kUnsupported, "COLUMNS stands for columns that are not known before the query runs")
      .At({file, 0, 0})
      .WithHint("name the columns");
}

void AddNotes(const std::vector<sql::TranspileNote>& notes, const std::string& where, Diagnostics& warnings) {
  std::set<std::string> seen;
  for (const auto& note : notes) {
    const std::string_view code = sql::VerdictCode(note.verdict);
    if (code.empty()) continue;
    std::string message = fmt::format("{}{}: {}", note.construct, where, note.message);
    if (seen.insert(message).second) warnings.Warn(std::string(code), std::move(message), note.place);
  }
}

void WarnLossyTypes(const sql::Analysis& analysis, ModelQuery& query, Diagnostics& warnings) {
  std::set<std::string> seen;
  for (const sql::Source& source : analysis.sources()) {
    const BoundTable* table = source.kind == sql::SourceKind::kTable ? query.Find(source.relation) : nullptr;
    if (table == nullptr) continue;
    for (const int index : source.used) {
      const columnar::Field& field = source.columns[static_cast<size_t>(index)];
      std::string what;
      if (field.type.kind == columnar::TypeKind::kUnknown) {
        what = fmt::format("type {} travels as text", field.native_type.empty() ? "unknown" : field.native_type);
      } else if (field.type.kind == columnar::TypeKind::kDecimal && field.type.precision == 0) {
        what = "numbers without a declared precision travel as decimal(38,18)";
      } else {
        continue;
      }
      std::string message = fmt::format("{}.{}.{}: {}", table->connection, table->relation.name, field.name, what);
      if (seen.insert(message).second) warnings.Warn("DVT002", std::move(message));
    }
  }
}

Result<std::unique_ptr<ModelQuery>> ModelQuery::Parse(const PlanRequest& request, Catalog& catalog) {
  const sql::Dialect& dialect = catalog.DialectOf(request.target_connection);
  std::unique_ptr<ModelQuery> out(new ModelQuery(catalog, dialect));
  sql::ParseOptions options;
  options.file = request.file;
  DVT_ASSIGN(out->ast_, sql::ParseQuery(request.sql, dialect, options));
  DVT_TRY(out->Bind(request));
  return out;
}

Status ModelQuery::Bind(const PlanRequest& request) {
  const sql::Dialect& dialect = *dialect_;
  tables_.clear();
  std::map<RelationName, const UpstreamTable*> upstreams;
  for (const UpstreamTable& upstream : request.upstreams) {
    DVT_ASSIGN(const RelationName name, ReadMarker(upstream, dialect));
    const auto [it, fresh] = upstreams.emplace(name, &upstream);
    if (!fresh && (it->second->connection != upstream.connection || it->second->relation != upstream.relation)) {
      return Error(ErrorCode::kConfig, fmt::format("{} names both {} of connection {} and {} of connection {}", upstream.marker,
                                                   it->second->relation.ToString(), it->second->connection,
                                                   upstream.relation.ToString(), upstream.connection))
          .WithHint("rename one of the connections");
    }
  }
  for (const auto& reference : sql::ReferencedTables(root(), dialect)) {
    if (Find(reference.name) != nullptr) continue;
    BoundTable table{reference.name, request.target_connection, reference.name, {}};
    if (const auto it = upstreams.find(reference.name); it != upstreams.end()) {
      table.connection = it->second->connection;
      table.relation = it->second->relation;
    }
    table.identity = IdentityOf(catalog_, table.connection);
    tables_.push_back(std::move(table));
  }
  return {};
}

const BoundTable* ModelQuery::Find(const RelationName& written) const {
  for (const BoundTable& table : tables_) {
    if (table.written == written) return &table;
  }
  return nullptr;
}

Result<std::shared_ptr<const DescribedTable>> ModelQuery::Describe(const BoundTable& table) {
  auto& slot = described_[{table.connection, table.relation}];
  if (slot == nullptr) {
    auto info = catalog_.Describe(table.connection, table.relation);
    if (!info) {
      return std::move(info).error().Within(
          fmt::format("while describing {} on connection {}", table.relation.ToString(), table.connection));
    }
    slot = std::make_shared<const DescribedTable>(DescribedTable{std::move(*info), {}});
  }
  return slot;
}

void ModelQuery::GatherStatistics() {
  for (auto& [name, table] : described_) {
    if (table == nullptr || !table->statistics.empty()) continue;
    DescribedTable known = *table;
    known.statistics = catalog_.Statistics(name.first, known);
    table = std::make_shared<const DescribedTable>(std::move(known));
  }
}

const columnar::Fields* ModelQuery::Columns(const RelationName& written) {
  const BoundTable* table = Find(written);
  if (table == nullptr) return nullptr;
  auto info = Describe(*table);
  if (!info) {
    if (describe_error_ == nullptr) describe_error_ = std::make_unique<Error>(std::move(info).error());
    return nullptr;
  }
  return &(*info)->columns;
}

Status ModelQuery::DescribeAll() {
  for (const BoundTable& table : tables_) DVT_TRY(Describe(table));
  return {};
}

}  // namespace dvt::plan
