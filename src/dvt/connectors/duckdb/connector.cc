#include "dvt/connectors/duckdb/connector.h"

#include <fmt/format.h>

#include <filesystem>
#include <mutex>

#include "dvt/base/fs/files.h"
#include "dvt/base/text/text.h"
#include "dvt/columnar/duckdb/result_stream.h"
#include "dvt/columnar/duckdb/types.h"
#include "dvt/connectors/duckdb/catalog.h"
#include "dvt/connectors/duckdb/instance.h"
#include "dvt/connectors/duckdb/key_tables.h"
#include "dvt/connectors/duckdb/row_hasher.h"
#include "dvt/connectors/duckdb/session.h"
#include "dvt/sql/dialects/dialect.h"

namespace dvt::connectors {

namespace duckdb {
namespace {

using columnar::RelationName;

class OwnMomentScope : public ReadScope {
 public:
  std::string Describe() const override { return "each read sees its own moment"; }
};

/// Nothing that a local file answers gets better by asking again.
Error NeverRetried(Error error) {
  error = ExplainStatement(std::move(error));
  if (error.code() != ErrorCode::kUnknown) return error;
  return Error(ErrorCode::kInternal, error.message()).WithVendorCode(error.vendor_code()).WithHint(error.hint());
}

class DuckDbConnector : public Connector, public StatisticsSource {
 public:
  DuckDbConnector(ConnectionConfig config, Settings settings) : config_(std::move(config)), settings_(std::move(settings)) {}

  const ConnectionConfig& config() const override { return config_; }
  uint32_t capabilities() const override {
    constexpr Capability kAll[] = {Capability::kSource,
                                   Capability::kSql,
                                   Capability::kViews,
                                   Capability::kSchemas,
                                   Capability::kTransactionalDdl,
                                   Capability::kMerge,
                                   Capability::kSessionTempTables,
                                   Capability::kKeyTables,
                                   Capability::kLocalSessions};
    uint32_t bits = 0;
    for (const Capability c : kAll) bits |= static_cast<uint32_t>(c);
    if (!settings_.read_only) bits |= static_cast<uint32_t>(Capability::kTarget);
    return bits;
  }
  const sql::Dialect& dialect() const override { return *sql::FindDialect("duckdb"); }
  std::string default_database() const override { return settings_.database; }
  std::string default_schema() const override { return settings_.schema; }
  int max_identifier() const override { return 255; }
  Result<std::string> TextOrder(std::stop_token) override { return std::string("bytes"); }
  Result<sql::LetterCase> LetterCaseOf(const std::vector<columnar::RelationName>&, std::stop_token) override {
    return sql::LetterCase::kEngine;
  }
  std::string identity() const override {
    return "duckdb:" + (settings_.path.empty() ? ":memory:" + config_.name : settings_.path);
  }

  Result<std::string> Test(std::stop_token stop) override {
    if (IsMissing() && !settings_.read_only && IsFolder(std::filesystem::path(settings_.path).parent_path().string()))
      return fmt::format("DuckDB {}, {} (does not exist yet)", duckdb_library_version(), settings_.path);
    DVT_ASSIGN(auto connection, Open(stop));
    return fmt::format("DuckDB {}, {}{}", duckdb_library_version(), settings_.path.empty() ? "in memory" : settings_.path,
                       settings_.read_only ? ", read only" : "");
  }

  Result<std::vector<columnar::RelationInfo>> ListRelations(const std::string& schema, std::stop_token stop) override {
    if (IsMissing()) return std::vector<columnar::RelationInfo>();
    DVT_ASSIGN(auto connection, Open(stop));
    return ReadRelations(connection, settings_.database, schema.empty() ? settings_.schema : schema, stop);
  }

  Result<std::vector<std::string>> ListSchemas(std::stop_token stop) override {
    if (IsMissing()) return std::vector<std::string>{"main"};
    DVT_ASSIGN(auto connection, Open(stop));
    return ReadSchemas(connection, settings_.database, stop);
  }

  Result<columnar::TableInfo> Describe(const RelationName& relation, std::stop_token stop) override {
    DVT_ASSIGN(auto connection, OpenExisting(stop));
    return ReadTable(connection, Complete(relation), stop);
  }

  Result<columnar::TableStatistics> Statistics(const columnar::TableInfo& table, std::stop_token stop) override {
    if (IsMissing() || table.kind != columnar::RelationKind::kTable) return columnar::TableStatistics();
    DVT_ASSIGN(auto connection, Open(stop));
    return ReadStatistics(connection, table, stop);
  }

  Result<columnar::Fields> DescribeQuery(const std::string& sql, std::stop_token stop) override {
    DVT_ASSIGN(auto connection, OpenExisting(stop));
    DVT_ASSIGN(duck::PreparedQuery query, duck::PrepareQuery(*connection, sql));
    return std::move(query.fields);
  }

  Result<std::shared_ptr<ReadScope>> BeginRead(std::stop_token) override {
    return std::shared_ptr<ReadScope>(std::make_shared<OwnMomentScope>());
  }

  Result<ReadPlan> PlanRead(const ReadRequest& request, const std::shared_ptr<ReadScope>&, std::stop_token stop) override {
    DVT_ASSIGN(auto connection, OpenExisting(stop));
    DVT_TRY(MakeKeyTables(*connection, request.key_tables, stop));
    ReadPlan plan;
    plan.options = request.options;
    plan.key_tables = request.key_tables;
    Partition whole;
    whole.sql = SelectText(*this, request);
    whole.description = "whole query";
    DVT_ASSIGN(duck::PreparedQuery query, duck::PrepareQuery(*connection, whole.sql));
    plan.fields = std::move(query.fields);
    plan.notes = std::move(query.notes);
    query.statement.Reset();
    if (request.relation) {
      DVT_ASSIGN(columnar::TableInfo table, ReadTable(connection, Complete(*request.relation), stop));
      plan.estimated_rows = whole.estimated_rows = table.estimated_rows;
    }
    plan.partitions.push_back(std::move(whole));
    plan.method = "streaming scan";
    plan.partitioned_by = "none: DuckDB scans with its own threads";
    plan.repeatable = true;  // its errors are never retried (NeverRetried)
    return plan;
  }

  Result<columnar::Stream> Open(const ReadPlan& plan, int partition, const std::shared_ptr<ReadScope>& scope,
                                std::stop_token stop) override {
    DVT_ASSIGN(auto connection, Open(stop));
    DVT_TRY(MakeKeyTables(*connection, plan.key_tables, stop));
    auto query = duck::PrepareQuery(*connection, plan.partitions[static_cast<size_t>(partition)].sql);
    if (!query) return NeverRetried(std::move(query).error());
    duck::StreamOptions options;
    options.stop = std::move(stop);
    options.batch_rows = std::max<int64_t>(plan.options.batch_rows, 1);
    options.explain = [scope](Error error) { return NeverRetried(std::move(error)); };
    return duck::RunStreaming(connection, std::move(query).value(), std::move(options));
  }

  Result<std::unique_ptr<Session>> OpenSession(std::stop_token stop) override {
    DVT_ASSIGN(auto connection, Open(stop));
    return MakeSession(std::move(connection));
  }

  Result<std::unique_ptr<Sink>> OpenSink(const SinkRequest& request, std::stop_token stop) override {
    if (settings_.read_only)
      return Error(ErrorCode::kPermission, fmt::format("connection '{}' is read only", config_.name))
          .WithHint("take read_only out of its entry in profiles.yml, or choose another target");
    DVT_ASSIGN(auto connection, Open(stop));
    DVT_ASSIGN(columnar::TableInfo table, ReadTable(connection, Complete(request.relation), stop));
    std::vector<std::string> columns;
    for (const columnar::Field& field : request.fields) {
      const columnar::Field* column = nullptr;
      for (const columnar::Field& candidate : table.columns)
        if (EqualsIgnoreCase(candidate.name, field.name)) column = &candidate;
      if (column == nullptr)
        return Error(ErrorCode::kNotFound, fmt::format("table {} has no column {}", table.name.ToString(), field.name));
      columns.push_back(column->name);
    }
    return MakeSink(std::move(connection), request, table.name, columns, stop);
  }

  Result<std::string> TypeName(const columnar::DataType& type, std::string* loss) const override {
    return duck::TypeNameOf(type, loss);
  }
  std::shared_ptr<const RowHasher> row_hasher() const override { return MakeRowHasher(); }
  std::string Quote(std::string_view identifier) const override { return duck::QuoteName(identifier); }
  std::string KeyTableName(const KeyTable& table) const override { return KeyTableNameOf(table); }
  std::string QuoteRelation(const RelationName& relation) const override { return QuotedRelation(relation); }

 private:
  bool IsMissing() const {
    return !settings_.path.empty() && settings_.path.find("://") == std::string::npos && !FileExists(settings_.path);
  }

  /// For reading: a mistyped path must not become an empty database.
  Result<std::shared_ptr<duck::Connection>> OpenExisting(const std::stop_token& stop) {
    if (IsMissing())
      return Error(ErrorCode::kNotFound, fmt::format("the DuckDB file {} does not exist", settings_.path))
          .WithHint("correct the path in profiles.yml")
          .Within("while opening connection '" + config_.name + "'");
    return Open(stop);
  }

  Result<std::shared_ptr<duck::Connection>> Open(const std::stop_token& stop) {
    if (stop.stop_requested()) return Error(ErrorCode::kCancelled, "cancelled");
    std::shared_ptr<duck::Database> database;
    {
      std::lock_guard lock(mutex_);
      if (database_ == nullptr) {
        auto opened = SharedDatabase(settings_, config_.name);
        if (!opened) return std::move(opened).error().Within("while opening connection '" + config_.name + "'");
        database_ = std::move(opened).value();
      }
      database = database_;
    }
    return Connect(database, settings_, stop);
  }

  RelationName Complete(RelationName name) const {
    if (name.database.empty()) name.database = settings_.database;
    if (name.schema.empty()) name.schema = settings_.schema;
    return name;
  }

  ConnectionConfig config_;
  Settings settings_;
  std::mutex mutex_;
  std::shared_ptr<duck::Database> database_;
};

}  // namespace
}  // namespace duckdb

Result<std::shared_ptr<Connector>> MakeDuckDbConnector(const ConnectionConfig& config) {
  DVT_ASSIGN(duckdb::Settings settings, duckdb::ReadSettings(config));
  return std::shared_ptr<Connector>(std::make_shared<duckdb::DuckDbConnector>(config, std::move(settings)));
}

}  // namespace dvt::connectors
