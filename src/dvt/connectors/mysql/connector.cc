#include "dvt/connectors/mysql/connector.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>

#include "dvt/connectors/api/fresh_connections.h"
#include "dvt/connectors/mysql/bulk_writer.h"
#include "dvt/connectors/mysql/catalog.h"
#include "dvt/connectors/mysql/connection.h"
#include "dvt/connectors/mysql/key_tables.h"
#include "dvt/connectors/mysql/partition.h"
#include "dvt/connectors/mysql/quoting.h"
#include "dvt/connectors/mysql/row_hasher.h"
#include "dvt/connectors/mysql/row_reader.h"
#include "dvt/connectors/mysql/session.h"
#include "dvt/connectors/mysql/settings.h"
#include "dvt/connectors/mysql/snapshot.h"
#include "dvt/connectors/mysql/types.h"
#include "dvt/sql/dialects/dialect.h"

namespace dvt::connectors {

namespace mysql {

namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kIdleConnections = 2;
constexpr auto kLockPause = std::chrono::minutes(5);  // after a global read lock was not granted
constexpr auto kTrustIdle = std::chrono::seconds(20);

class MySqlConnector : public Connector, public StatisticsSource, public std::enable_shared_from_this<MySqlConnector> {
 public:
  MySqlConnector(ConnectionConfig config, Settings settings)
      : config_(std::move(config)),
        settings_(std::make_shared<const Settings>(std::move(settings))),
        dialect_(sql::FindDialect("mysql")) {}

  const ConnectionConfig& config() const override { return config_; }

  uint32_t capabilities() const override {
    uint32_t bits = 0;
    for (Capability c :
         {Capability::kSource, Capability::kTarget, Capability::kSql, Capability::kAtomicRename, Capability::kPartitionedRead,
          Capability::kSnapshotRead, Capability::kMerge, Capability::kViews, Capability::kSchemas, Capability::kParallelSinks,
          Capability::kSessionTempTables, Capability::kLongMoment, Capability::kKeyTables}) {
      bits |= static_cast<uint32_t>(c);
    }
    return bits;
  }

  const sql::Dialect& dialect() const override { return *dialect_; }
  std::string default_database() const override { return {}; }
  std::string default_schema() const override { return settings_->schema; }
  int max_identifier() const override { return 64; }
  std::string identity() const override { return fmt::format("mysql://{}@{}", settings_->user, settings_->Address()); }

  std::string place() const override { return settings_->Address(); }

  void Expect(int sessions) override { fresh_.Expect(sessions); }

  Result<std::string> Test(std::stop_token stop) override {
    DVT_ASSIGN(auto connection, Connect(stop));
    DVT_ASSIGN(auto rows, connection->Rows("SELECT VERSION(), CURRENT_USER()", stop));
    const char* cipher = mysql_get_ssl_cipher(connection->handle());
    const std::string version = rows.empty() ? connection->server().text : rows[0][0].value_or("");
    const std::string user = rows.empty() ? settings_->user : rows[0][1].value_or("");
    const std::string note =
        connection->schema_missing() ? fmt::format("; it has no schema '{}' yet: a run makes it", settings_->schema) : "";
    return fmt::format("{} {} at {} as {}, {}{}", connection->server().mariadb ? "MariaDB" : "MySQL", version,
                       settings_->Address(), user, cipher == nullptr ? "not encrypted" : fmt::format("encrypted by {}", cipher),
                       note);
  }

  Result<std::vector<columnar::RelationInfo>> ListRelations(const std::string& schema, std::stop_token stop) override {
    DVT_ASSIGN(auto connection, Take(stop));
    auto out = mysql::ListRelations(*connection, schema.empty() ? settings_->schema : schema, stop);
    GiveBack(std::move(connection));
    return out;
  }

  Result<std::vector<std::string>> ListSchemas(std::stop_token stop) override {
    DVT_ASSIGN(auto connection, Take(stop));
    auto out = mysql::ListSchemas(*connection, stop);
    GiveBack(std::move(connection));
    return out;
  }

  Result<columnar::TableInfo> Describe(const columnar::RelationName& relation, std::stop_token stop) override {
    DVT_ASSIGN(auto connection, Take(stop));
    auto facts = DescribeTable(*connection, SchemaOf(relation), relation.name, ConventionsOf(*settings_), stop);
    GiveBack(std::move(connection));
    if (!facts) return std::move(facts).error();
    return std::move(facts->info);
  }

  Result<columnar::TableStatistics> Statistics(const columnar::TableInfo& table, std::stop_token stop) override {
    DVT_ASSIGN(auto connection, Take(stop));
    auto found = ReadStatistics(*connection, SchemaOf(table.name), table, stop);
    GiveBack(std::move(connection));
    return found;
  }

  Result<columnar::Fields> DescribeQuery(const std::string& sql, std::stop_token stop) override {
    DVT_ASSIGN(auto connection, Take(stop));
    auto shape = PrepareShape(*connection, sql, ConventionsOf(*settings_), stop);
    GiveBack(std::move(connection));
    if (!shape) return std::move(shape).error();
    return std::move(shape->fields);
  }

  Result<std::shared_ptr<ReadScope>> BeginRead(std::stop_token stop) override {
    // Readers of a few relations at a time; each reads with at most as many partitions as there are cores.
    int wanted = 2 * static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 2u, 8u));
    {
      DVT_ASSIGN(auto connection, Take(stop));
      ReadOptions options;
      options.parallel = wanted;
      auto bearable = ParallelReaders(*connection, options, stop);
      GiveBack(std::move(connection));
      if (!bearable) return std::move(bearable).error();
      wanted = *bearable;
      if (config_.max_connections > 0) wanted = std::clamp(config_.max_connections - 2, 1, wanted);
    }
    const bool may_lock = Clock::now().time_since_epoch().count() >= no_lock_before_;
    DVT_ASSIGN(auto scope, SnapshotScope::Open(settings_, wanted, may_lock, stop));
    if (scope->lock_timed_out()) no_lock_before_ = (Clock::now() + kLockPause).time_since_epoch().count();
    return std::shared_ptr<ReadScope>(std::move(scope));
  }

  Result<ReadPlan> PlanRead(const ReadRequest& request, const std::shared_ptr<ReadScope>& scope, std::stop_token stop) override {
    const KeyTables& keys = request.key_tables;
    if (!keys.empty() && !settings_->key_tables)
      return Error(ErrorCode::kUnsupported,
                   "its transactions only read: only the connection or the project can allow tables of keys");
    DVT_ASSIGN(auto connection, Take(stop));
    auto made = MakeKeyTables(*connection, *settings_, keys, stop);
    auto plan = made ? PlanOn(*connection, request, scope, stop) : Result<ReadPlan>(std::move(made).error());
    if (plan) plan->key_tables = keys;
    if (keys.empty() || (connection->usable() && DropKeyTables(*connection, *settings_, keys))) GiveBack(std::move(connection));
    return plan;
  }

  Result<columnar::Stream> Open(const ReadPlan& plan, int partition, const std::shared_ptr<ReadScope>& scope,
                                std::stop_token stop) override {
    if (partition < 0 || partition >= static_cast<int>(plan.partitions.size())) {
      return Error(ErrorCode::kInternal, "there is no such partition");
    }
    ReadRows request;
    request.sql = plan.partitions[static_cast<size_t>(partition)].sql;
    request.conventions = ConventionsOf(*settings_);
    request.batch_rows = std::max<int64_t>(1, plan.options.batch_rows);
    request.expected = plan.fields;
    auto snapshot = std::dynamic_pointer_cast<SnapshotScope>(scope);
    if (snapshot == nullptr) {
      DVT_ASSIGN(auto connection, Take(stop));
      DVT_TRY(connection->SetQueryTimeout(plan.options.query_timeout_seconds, stop));
      return OpenRows(std::move(connection), std::move(request), stop,
                      [self = shared_from_this()](const auto& free) { self->GiveBack(free); });
    }
    DVT_ASSIGN(auto lease, snapshot->Take(request.sql, plan.key_tables, stop));
    auto give_back = [snapshot, lease](const auto&) { snapshot->Return(lease); };
    if (auto limited = lease.connection->SetQueryTimeout(plan.options.query_timeout_seconds, stop); !limited) {
      give_back(lease.connection);
      return std::move(limited).error();
    }
    return OpenRows(lease.connection, std::move(request), stop, give_back);
  }

  Result<std::unique_ptr<Session>> OpenSession(std::stop_token stop) override {
    DVT_ASSIGN(auto connection, Connect(stop));
    return MakeSession(std::move(connection), ConventionsOf(*settings_));
  }

  Result<std::unique_ptr<Sink>> OpenSink(const SinkRequest& request, std::stop_token stop) override {
    if (!request.raw_format.empty()) return Error(ErrorCode::kUnsupported, "MySQL sinks take record batches, not raw chunks");
    return OpenBulkSink(settings_, SchemaOf(request.relation), request, stop);
  }

  Result<std::string> TypeName(const columnar::DataType& type, std::string* loss) const override {
    ServerInfo server;
    {
      std::lock_guard lock(mutex_);
      server = server_;
    }
    return TypeNameOf(type, server, loss);
  }

  std::shared_ptr<const RowHasher> row_hasher() const override { return MakeRowHasher(ConventionsOf(*settings_)); }

  std::string Quote(std::string_view identifier) const override { return QuoteName(identifier); }

  std::string KeyTableName(const KeyTable& table) const override { return KeyTableNameOf(*settings_, table); }

  std::string QuoteRelation(const columnar::RelationName& relation) const override {
    const std::string& schema = relation.schema.empty() ? relation.database : relation.schema;
    return schema.empty() ? QuoteName(relation.name) : QuoteName(schema) + "." + QuoteName(relation.name);
  }

 private:
  // MySQL has one level above tables; a database part means it when no schema is given.
  std::string SchemaOf(const columnar::RelationName& relation) const {
    if (!relation.schema.empty()) return relation.schema;
    return relation.database.empty() ? settings_->schema : relation.database;
  }

  Result<ReadPlan> PlanOn(Connection& connection, const ReadRequest& request, const std::shared_ptr<ReadScope>& scope,
                          std::stop_token stop) {
    ReadPlan plan;
    plan.options = request.options;
    plan.method = "binary rows";
    const auto snapshot = std::dynamic_pointer_cast<SnapshotScope>(scope);
    auto shape = PrepareShape(connection, SelectText(*this, request), ConventionsOf(*settings_), stop);
    if (!shape && !request.relation.has_value()) return std::move(shape).error();
    if (!request.relation.has_value()) {
      plan.fields = std::move(shape->fields);
      plan.notes = std::move(shape->notes);
      plan.estimated_rows = EstimateQuery(connection, request.sql, stop);
      plan.partitions.push_back({request.sql, "whole query", plan.estimated_rows});
      plan.partitioned_by = "none: a whole query";
      return plan;
    }
    // Described even if the query failed: a missing table's error then names the nearest one.
    DVT_ASSIGN(auto table,
               DescribeTable(connection, SchemaOf(*request.relation), request.relation->name, ConventionsOf(*settings_), stop));
    if (!shape) return std::move(shape).error();
    plan.fields = std::move(shape->fields);
    plan.notes = std::move(shape->notes);
    if (snapshot != nullptr && table.info.kind == columnar::RelationKind::kTable && !table.innodb) {
      plan.notes.push_back(fmt::format("{} is not an InnoDB table: its rows are read as they are, not at one moment",
                                       request.relation->ToString()));
    }
    const bool exact = snapshot != nullptr && snapshot->exact();
    DVT_TRY(PlanPartitions(connection, *this, request, table, exact, plan, stop));
    return plan;
  }

  // What DDL depends on, asked once.
  void Learn(Connection& connection, std::stop_token stop) {
    {
      std::lock_guard lock(mutex_);
      if (server_.version != 0) return;
    }
    ServerInfo server = connection.server();
    auto charset = connection.Rows("SELECT @@character_set_database", stop);
    if (charset && !charset->empty()) server.utf8_schema = (*charset)[0][0].value_or("") == "utf8mb4";
    std::lock_guard lock(mutex_);
    server_ = std::move(server);
  }

  // A connection for a short catalog query: a recent one, or a new one.
  Result<std::shared_ptr<Connection>> Take(std::stop_token stop) {
    for (;;) {
      std::shared_ptr<Connection> connection;
      Clock::time_point since;
      {
        std::lock_guard lock(mutex_);
        if (idle_.empty()) break;
        std::tie(connection, since) = std::move(idle_.back());
        idle_.pop_back();
      }
      if (Clock::now() - since < kTrustIdle || connection->Ping(stop)) return connection;
    }
    return Connect(stop);
  }

  Result<std::shared_ptr<Connection>> Connect(std::stop_token stop) {
    DVT_ASSIGN(std::shared_ptr<Connection> connection, fresh_.Take(stop));
    if (connection == nullptr) {
      DVT_ASSIGN(connection, Connection::Open(settings_, stop));
    }
    Learn(*connection, stop);
    return connection;
  }

  void GiveBack(std::shared_ptr<Connection> connection) {
    if (!connection->usable()) return;
    std::lock_guard lock(mutex_);
    if (idle_.size() < kIdleConnections) idle_.emplace_back(std::move(connection), Clock::now());
  }

  const ConnectionConfig config_;
  const std::shared_ptr<const Settings> settings_;
  const sql::Dialect* const dialect_;
  std::atomic<Clock::rep> no_lock_before_{0};
  mutable std::mutex mutex_;
  ServerInfo server_;
  std::vector<std::pair<std::shared_ptr<Connection>, Clock::time_point>> idle_;
  // Last: what is being opened uses the rest.
  FreshConnections<std::shared_ptr<Connection>> fresh_{
      [this](std::stop_token stop) { return Connection::Open(settings_, stop); }};
};

}  // namespace

}  // namespace mysql

std::vector<std::string> MySqlSettings() { return mysql::SettingNames(); }

Result<std::shared_ptr<Connector>> MakeMySqlConnector(const ConnectionConfig& config) {
  DVT_ASSIGN(auto settings, mysql::ParseSettings(config));
  return std::shared_ptr<Connector>(std::make_shared<mysql::MySqlConnector>(config, std::move(settings)));
}

}  // namespace dvt::connectors
