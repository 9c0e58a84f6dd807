#include "dvt/connectors/sqlite/connector.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "dvt/base/fs/files.h"
#include "dvt/base/text/text.h"
#include "dvt/connectors/sqlite/catalog.h"
#include "dvt/connectors/sqlite/key_tables.h"
#include "dvt/connectors/sqlite/read_scope.h"
#include "dvt/connectors/sqlite/reader.h"
#include "dvt/connectors/sqlite/row_hasher.h"
#include "dvt/connectors/sqlite/session.h"
#include "dvt/connectors/sqlite/types.h"
#include "dvt/sql/dialects/dialect.h"

namespace dvt::connectors {

namespace sqlite {
namespace {

using columnar::RelationName;

constexpr int64_t kSmallTable = 100'000;  // rows: not worth several connections

class SqliteConnector : public Connector {
 public:
  SqliteConnector(ConnectionConfig config, Settings settings) : config_(std::move(config)), settings_(std::move(settings)) {}

  const ConnectionConfig& config() const override { return config_; }
  uint32_t capabilities() const override {
    constexpr Capability kAll[] = {
        Capability::kSource,       Capability::kSql,   Capability::kTransactionalDdl,  Capability::kPartitionedRead,
        Capability::kSnapshotRead, Capability::kViews, Capability::kSessionTempTables, Capability::kKeyTables,
        Capability::kLocalSessions};
    uint32_t bits = 0;
    for (const Capability c : kAll) bits |= static_cast<uint32_t>(c);
    if (!settings_.read_only) bits |= static_cast<uint32_t>(Capability::kTarget);
    return bits;
  }
  const sql::Dialect& dialect() const override { return *sql::FindDialect("sqlite"); }
  std::string default_database() const override { return settings_.database; }
  std::string default_schema() const override { return settings_.schema; }
  int max_identifier() const override { return 255; }
  Result<std::string> TextOrder(std::stop_token) override { return std::string("bytes"); }
  std::string identity() const override {
    std::string identity = "sqlite:" + settings_.path;
    for (const auto& [schema, path] : settings_.attached) identity += "|" + schema + "=" + path;
    return settings_.schema_directory.empty() ? identity : identity + "|" + settings_.schema_directory;
  }

  Result<std::string> Test(std::stop_token stop) override {
    if (!FileExists(settings_.path) && !settings_.read_only) {
      const std::string folder = settings_.path.substr(0, settings_.path.find_last_of('/'));
      if (!IsFolder(folder))
        return Error(ErrorCode::kNotFound, fmt::format("the folder of the SQLite file {} does not exist", settings_.path))
            .WithHint("make it: mkdir -p '" + folder + "'");
      return fmt::format("SQLite {}, {} (does not exist yet)", sqlite3_libversion(), settings_.path);
    }
    DVT_ASSIGN(const auto handle, Handle::Open(settings_, Access::kRead, std::move(stop)));
    return fmt::format("SQLite {}, {}{}", sqlite3_libversion(), settings_.path, settings_.read_only ? ", read only" : "");
  }

  Result<std::vector<columnar::RelationInfo>> ListRelations(const std::string& schema, std::stop_token stop) override {
    if (!FileExists(settings_.path)) return std::vector<columnar::RelationInfo>();
    DVT_ASSIGN(const auto handle, Handle::Open(settings_, Access::kRead, std::move(stop)));
    return ReadRelations(*handle, settings_.database, schema.empty() ? settings_.schema : schema);
  }

  Result<std::vector<std::string>> ListSchemas(std::stop_token stop) override {
    if (!FileExists(settings_.path)) return std::vector<std::string>{"main"};
    DVT_ASSIGN(const auto handle, Handle::Open(settings_, Access::kRead, std::move(stop)));
    return ReadSchemas(*handle);
  }

  Result<columnar::TableInfo> Describe(const RelationName& relation, std::stop_token stop) override {
    DVT_ASSIGN(const auto handle, Handle::Open(settings_, Access::kRead, std::move(stop)));
    return ReadTable(*handle, Complete(relation));
  }

  Result<columnar::Fields> DescribeQuery(const std::string& sql, std::stop_token stop) override {
    DVT_ASSIGN(const auto handle, Handle::Open(settings_, Access::kRead, std::move(stop)));
    return QueryFields(*handle, sql);
  }

  Result<std::shared_ptr<ReadScope>> BeginRead(std::stop_token) override {
    return std::shared_ptr<ReadScope>(std::make_shared<SqliteReadScope>(settings_));
  }

  Result<ReadPlan> PlanRead(const ReadRequest& request, const std::shared_ptr<ReadScope>& scope, std::stop_token stop) override {
    DVT_ASSIGN(const auto handle, Handle::Open(settings_, Access::kRead, stop));
    DVT_TRY(MakeKeyTables(*handle, request.key_tables));
    ReadPlan plan;
    plan.options = request.options;
    plan.key_tables = request.key_tables;
    plan.method = "rows";
    plan.repeatable = true;  // scans in rowid order under one read transaction
    DVT_ASSIGN(plan.fields, QueryFields(*handle, SelectText(*this, request)));
    DVT_TRY(Cut(*handle, request, plan));
    const auto cores = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
    plan.parallel =
        std::min(static_cast<int>(plan.partitions.size()), request.options.parallel > 0 ? request.options.parallel : cores);
    if (auto* readers = dynamic_cast<SqliteReadScope*>(scope.get()))
      DVT_TRY(readers->Reserve(plan.parallel, static_cast<int>(plan.partitions.size()), stop));
    return plan;
  }

  Result<columnar::Stream> Open(const ReadPlan& plan, int partition, const std::shared_ptr<ReadScope>& scope,
                                std::stop_token stop) override {
    auto readers = std::dynamic_pointer_cast<SqliteReadScope>(scope);
    if (readers == nullptr) return Error(ErrorCode::kInternal, "this read scope belongs to another connection");
    DVT_ASSIGN(auto handle, readers->Take(std::move(stop)));
    if (auto made = MakeKeyTables(*handle, plan.key_tables); !made) {
      readers->Return(std::move(handle), false);
      return std::move(made).error();
    }
    ReadOptionsOf options;
    options.batch_rows = std::max<int64_t>(plan.options.batch_rows, 1);
    options.give_back = [readers](std::unique_ptr<Handle> returned, bool drained) {
      readers->Return(std::move(returned), drained);
    };
    return ReadQuery(std::move(handle), plan.partitions[static_cast<size_t>(partition)].sql, plan.fields, std::move(options));
  }

  Result<std::unique_ptr<Session>> OpenSession(std::stop_token stop) override {
    DVT_ASSIGN(auto handle, Handle::Open(settings_, settings_.read_only ? Access::kRead : Access::kWrite, std::move(stop)));
    handle->set_stop({});
    return MakeSession(std::move(handle));
  }

  Result<std::unique_ptr<Sink>> OpenSink(const SinkRequest& request, std::stop_token stop) override {
    if (settings_.read_only)
      return Error(ErrorCode::kPermission, fmt::format("connection '{}' is read only", config_.name))
          .WithHint("take read_only out of its entry in profiles.yml, or choose another target");
    DVT_ASSIGN(auto handle, Handle::Open(settings_, Access::kWrite, stop));
    DVT_ASSIGN(const columnar::TableInfo table, ReadTable(*handle, Complete(request.relation)));
    std::vector<std::string> columns;
    for (const columnar::Field& field : request.fields) {
      const auto found = std::find_if(table.columns.begin(), table.columns.end(),
                                      [&](const columnar::Field& column) { return EqualsIgnoreCase(column.name, field.name); });
      if (found == table.columns.end())
        return Error(ErrorCode::kNotFound, fmt::format("table {} has no column {}", table.name.ToString(), field.name));
      columns.push_back(found->name);
    }
    return MakeSink(std::move(handle), request.fields, QuotedRelation(table.name), columns, std::move(stop));
  }

  Result<std::string> TypeName(const columnar::DataType& type, std::string* loss) const override {
    return TypeNameOf(type, loss);
  }
  std::shared_ptr<const RowHasher> row_hasher() const override { return MakeRowHasher(); }
  std::string Quote(std::string_view identifier) const override { return QuoteName(identifier); }
  std::string KeyTableName(const KeyTable& table) const override { return KeyTableNameOf(table); }
  std::string QuoteRelation(const RelationName& relation) const override { return QuotedRelation(Complete(relation)); }

 private:
  RelationName Complete(RelationName name) const {
    if (name.schema.empty()) name.schema = settings_.schema;
    if (name.database.empty()) name.database = settings_.database;
    return name;
  }

  /// Cuts a plain selection by rowid; the rowid is read too, to name it in errors.
  Status Cut(Handle& handle, const ReadRequest& request, ReadPlan& plan) const {
    if (!request.relation) {
      plan.partitions.push_back({request.sql, "whole query", std::nullopt});
      plan.partitioned_by = "none: a query";
      return {};
    }
    DVT_ASSIGN(const columnar::TableInfo table, ReadTable(handle, Complete(*request.relation)));
    plan.estimated_rows = table.estimated_rows;
    DVT_ASSIGN(const auto rowids, ReadRowids(handle, table));
    if (!rowids) {
      plan.partitions.push_back({SelectText(*this, request), "whole relation", table.estimated_rows});
      plan.partitioned_by = table.kind == columnar::RelationKind::kView ? "none: a view" : "none: no rowid";
      return {};
    }
    const std::string rowid = (request.alias.empty() ? "" : request.alias + ".") + rowids->column;
    ReadRequest with_rowid = request;
    if (with_rowid.select_list.empty()) with_rowid.select_list.push_back(request.alias.empty() ? "*" : request.alias + ".*");
    with_rowid.select_list.push_back(rowid);
    const int64_t width = rowids->last - rowids->first + 1;
    const int count = table.estimated_rows.value_or(width) < kSmallTable
                          ? 1
                          : static_cast<int>(std::min<int64_t>(PartitionCount(table.estimated_rows, request.options), width));
    int64_t low = rowids->first;
    for (int i = 0; i < count; ++i) {
      const auto high = static_cast<int64_t>(rowids->first + static_cast<double>(width) / count * (i + 1));
      std::string range;
      if (i > 0) range = fmt::format("{} >= {}", rowid, low);
      if (i + 1 < count) range += fmt::format("{}{} < {}", range.empty() ? "" : " AND ", rowid, high);
      Partition partition;
      partition.sql = SelectText(*this, with_rowid, range);
      partition.description = count == 1 ? "whole table" : fmt::format("rowid in [{}, {})", low, high);
      partition.estimated_rows = table.estimated_rows.value_or(width) / count;
      plan.partitions.push_back(std::move(partition));
      low = high;
    }
    plan.partitioned_by = count == 1 ? "none: a small table" : "rowid ranges";
    return {};
  }

  ConnectionConfig config_;
  Settings settings_;
};

}  // namespace
}  // namespace sqlite

Result<std::shared_ptr<Connector>> MakeSqliteConnector(const ConnectionConfig& config) {
  DVT_ASSIGN(sqlite::Settings settings, sqlite::ReadSettings(config));
  return std::shared_ptr<Connector>(std::make_shared<sqlite::SqliteConnector>(config, std::move(settings)));
}

}  // namespace dvt::connectors
