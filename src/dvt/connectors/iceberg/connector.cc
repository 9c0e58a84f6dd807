#include "dvt/connectors/iceberg/connector.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "dvt/base/text/text.h"
#include "dvt/connectors/iceberg/module_functions.h"
#include "dvt/connectors/iceberg/reader.h"
#include "dvt/connectors/iceberg/sink.h"
#include "dvt/connectors/iceberg/types.h"
#include "dvt/sql/dialects/dialect.h"

namespace dvt::connectors::iceberg {

namespace {

using columnar::RelationInfo;
using columnar::RelationName;

std::optional<int64_t> CountIn(const lake::Snapshot* snapshot, const char* key) {
  if (snapshot == nullptr) return 0;
  const auto found = snapshot->summary.find(key);
  int64_t value = 0;
  if (found == snapshot->summary.end() ||
      std::from_chars(found->second.data(), found->second.data() + found->second.size(), value).ec != std::errc())
    return std::nullopt;
  return value;
}

class IcebergConnector : public Connector {
 public:
  IcebergConnector(ConnectionConfig config, lake::Properties properties)
      : config_(std::move(config)), catalog_(std::make_shared<CatalogSession>(config_, std::move(properties))) {}

  const ConnectionConfig& config() const override { return config_; }
  uint32_t capabilities() const override {
    constexpr Capability kAll[] = {Capability::kSource, Capability::kTarget, Capability::kPartitionedRead, Capability::kFilters,
                                   Capability::kStoredTables};
    uint32_t bits = 0;
    for (const Capability capability : kAll) bits |= static_cast<uint32_t>(capability);
    return bits;
  }
  const sql::Dialect& dialect() const override { return *sql::FindDialect("duckdb"); }
  std::string default_database() const override { return ""; }
  std::string default_schema() const override {
    const Value& schema = config_.settings["schema"];
    return schema.is_null() ? "default" : schema.ToText();
  }
  int max_identifier() const override { return 200; }
  Result<std::string> TextOrder(std::stop_token) override { return std::string("bytes"); }
  std::string identity() const override {
    const auto text = [&](const char* key) {
      const auto found = catalog_->properties().find(key);
      return found == catalog_->properties().end() ? std::string() : found->second;
    };
    return "iceberg:" + text("uri") + "|" + text("warehouse");
  }

  Result<std::string> Test(std::stop_token stop) override {
    DVT_ASSIGN(const auto catalog, catalog_->Open(stop));
    DVT_ASSIGN(const auto namespaces, catalog->ListNamespaces({}, stop));
    return fmt::format("an Iceberg REST catalog with {} namespaces", namespaces.size());
  }

  Result<std::vector<std::string>> ListSchemas(std::stop_token stop) override {
    DVT_ASSIGN(const auto catalog, catalog_->Open(stop));
    DVT_ASSIGN(const auto namespaces, catalog->ListNamespaces({}, stop));
    std::vector<std::string> names;
    for (const auto& each : namespaces) names.push_back(lake::NamespaceText(each));
    return names;
  }

  Result<std::vector<RelationInfo>> ListRelations(const std::string& schema, std::stop_token stop) override {
    DVT_ASSIGN(const auto catalog, catalog_->Open(stop));
    DVT_ASSIGN(const auto levels, lake::ParseNamespace(schema));
    const auto tables = catalog->ListTables(levels, stop);
    std::vector<RelationInfo> relations;
    if (!tables && tables.error().code() == ErrorCode::kNotFound) return relations;  // the namespace is made with its first table
    if (!tables) return tables.error();
    for (const auto& each : *tables) relations.push_back({{"", schema, each.name}, columnar::RelationKind::kTable});
    return relations;
  }

  Result<columnar::TableInfo> Describe(const RelationName& relation, std::stop_token stop) override {
    DVT_ASSIGN(const lake::Table table, catalog_->Load(Complete(relation), stop));
    const lake::TableMetadata& metadata = table.metadata();
    columnar::TableInfo info;
    info.name = Complete(relation);
    info.columns = FieldsOf(metadata.schema());
    info.estimated_rows = CountIn(metadata.current_snapshot(), "total-records");
    info.estimated_bytes = CountIn(metadata.current_snapshot(), "total-files-size");
    if (const std::string comment = metadata.Property("comment", ""); !comment.empty()) info.comment = comment;
    for (const auto& field : metadata.schema().fields)
      info.column_comments.push_back(field.doc.empty() ? std::nullopt : std::optional(field.doc));
    return info;
  }

  Result<columnar::Fields> DescribeQuery(const std::string&, std::stop_token) override { return NoSql(); }

  Result<std::shared_ptr<ReadScope>> BeginRead(std::stop_token) override {
    return std::shared_ptr<ReadScope>(std::make_shared<TableScope>());
  }

  Result<ReadPlan> PlanRead(const ReadRequest& request, const std::shared_ptr<ReadScope>& scope, std::stop_token stop) override {
    if (!request.relation) return NoSql();
    ReadRequest complete = request;
    complete.relation = Complete(*request.relation);
    return PlanTableRead(*this, complete, *catalog_, static_cast<TableScope&>(*scope), std::move(stop));
  }

  Result<columnar::Stream> Open(const ReadPlan& plan, int partition, const std::shared_ptr<ReadScope>& scope,
                                std::stop_token stop) override {
    return OpenTablePartition(plan, partition, static_cast<const TableScope&>(*scope), std::move(stop));
  }

  Result<std::unique_ptr<Session>> OpenSession(std::stop_token) override {
    return NoSql("leave the hook, operation or statement out, or let a connection to a database run it");
  }

  Result<std::unique_ptr<Sink>> OpenSink(const SinkRequest& request, std::stop_token stop) override {
    SinkRequest complete = request;
    complete.relation = Complete(request.relation);
    return OpenTableSink(complete, catalog_, std::move(stop));
  }

  Result<std::string> TypeName(const columnar::DataType& type, std::string* loss) const override {
    DVT_ASSIGN(const auto stored, StoredType(type, loss));
    return stored.ToString();
  }
  std::string Quote(std::string_view identifier) const override { return sql::QuoteIdentifier(dialect(), identifier); }
  std::string QuoteRelation(const RelationName& relation) const override {
    return Quote(relation.schema) + "." + Quote(relation.name);
  }

 private:
  RelationName Complete(RelationName relation) const {
    if (relation.schema.empty()) relation.schema = default_schema();
    relation.database.clear();
    return relation;
  }
  Error NoSql(const char* hint = "the engine runs it: name the table as a source") const {
    return Error(ErrorCode::kUnsupported, fmt::format("connection '{}' is an Iceberg catalog and runs no SQL", config_.name))
        .WithHint(hint);
  }

  const ConnectionConfig config_;
  const std::shared_ptr<CatalogSession> catalog_;
};

std::shared_ptr<Connector> Make(const ConnectionConfig& config, std::map<std::string, std::string> properties) {
  return std::make_shared<IcebergConnector>(config, std::move(properties));
}

}  // namespace

}  // namespace dvt::connectors::iceberg

const dvt::connectors::iceberg::ModuleFunctions* dvt_iceberg_connector() {
  static constexpr dvt::connectors::iceberg::ModuleFunctions functions = {&dvt::connectors::iceberg::Make};
  return &functions;
}
