#include "dvt/connectors/postgres/connector.h"

#include <fmt/format.h>

#include <iterator>
#include <mutex>
#include <thread>

#include "dvt/connectors/api/fresh_connections.h"
#include "dvt/connectors/postgres/catalog.h"
#include "dvt/connectors/postgres/connection.h"
#include "dvt/connectors/postgres/copy_reader.h"
#include "dvt/connectors/postgres/copy_writer.h"
#include "dvt/connectors/postgres/key_tables.h"
#include "dvt/connectors/postgres/log_pacer.h"
#include "dvt/connectors/postgres/partition.h"
#include "dvt/connectors/postgres/read_scope.h"
#include "dvt/connectors/postgres/row_hasher.h"
#include "dvt/connectors/postgres/session.h"
#include "dvt/connectors/postgres/settings.h"
#include "dvt/connectors/postgres/types.h"
#include "dvt/sql/dialects/dialect.h"

namespace dvt::connectors {

namespace postgres {

namespace {

constexpr int kServerWithMerge = 150'000;
constexpr size_t kIdleLoaders = 4;  // connections kept for the next sinks
constexpr size_t kIdleReaders = 4;  // connections kept when their reads are over

class PostgresConnector : public Connector, public StatisticsSource, public std::enable_shared_from_this<PostgresConnector> {
 public:
  PostgresConnector(ConnectionConfig config, Settings settings) : config_(std::move(config)), settings_(std::move(settings)) {}

  const ConnectionConfig& config() const override { return config_; }

  uint32_t capabilities() const override {
    uint32_t bits = 0;
    for (const Capability c :
         {Capability::kSource, Capability::kTarget, Capability::kSql, Capability::kTransactionalDdl, Capability::kPartitionedRead,
          Capability::kSnapshotRead, Capability::kViews, Capability::kSchemas, Capability::kRawCopy, Capability::kParallelSinks,
          Capability::kSessionTempTables, Capability::kLongMoment, Capability::kKeyTables, Capability::kLateSync}) {
      bits |= static_cast<uint32_t>(c);
    }
    std::lock_guard lock(mutex_);
    // Known once something has connected; until then the smaller promise holds.
    if (server_version_ >= kServerWithMerge) bits |= static_cast<uint32_t>(Capability::kMerge);
    return bits;
  }

  const sql::Dialect& dialect() const override { return *sql::FindDialect("postgres"); }
  std::string default_database() const override { return settings_.database; }
  std::string default_schema() const override { return settings_.schema; }
  int max_identifier() const override { return 63; }
  std::string identity() const override {
    std::string text = fmt::format("{}:{}/{}/{}", settings_.host, settings_.port, settings_.database, settings_.user);
    return settings_.role.empty() ? text : text + "/" + settings_.role;
  }

  std::string place() const override { return fmt::format("{}:{}/{}", settings_.host, settings_.port, settings_.database); }

  void Expect(int sessions) override {
    int idle = 0;
    {
      const std::lock_guard lock(mutex_);
      idle = static_cast<int>(read_.size());
    }
    fresh_.Expect(sessions - idle);
  }
  void ExpectSinks(int sinks) override {
    int idle = 0;
    {
      const std::lock_guard lock(mutex_);
      idle = static_cast<int>(loaders_.size()) + (catalog_ != nullptr ? 1 : 0);
    }
    Expect(sinks - idle);
  }
  void ExpectReaders(int readers) override { Expect(readers); }

  void Rest() override {
    fresh_.Forget();
    pacer_->Rest();
    std::lock_guard lock(mutex_);
    std::vector<std::unique_ptr<Connection>> idle = std::move(read_);
    read_.clear();
    std::move(loaders_.begin(), loaders_.end(), std::back_inserter(idle));
    loaders_.clear();
    if (catalog_ != nullptr) idle.push_back(std::move(catalog_));
    closing_.emplace_back([idle = std::move(idle)](const std::stop_token& stop) {
      for (const auto& connection : idle) connection->Close(stop);
    });
  }

  Result<std::string> Test(std::stop_token stop) override {
    DVT_ASSIGN(auto connection, Connect(stop));
    DVT_ASSIGN(PgResult version, connection->Run("SELECT pg_catalog.version()", stop));
    return std::string(Cell(version, 0, 0));
  }

  Result<std::string> TextOrder(std::stop_token stop) override {
    // A byte order has the name of everybody's; others are those of one library and version.
    constexpr const char* kAsk =
        "SELECT CASE WHEN to_jsonb(d)->>'datlocprovider' IS DISTINCT FROM 'i' AND (datcollate IN ('C', 'POSIX') OR datcollate "
        "ILIKE 'C.UTF%') "
        "THEN 'bytes' ELSE concat_ws(' ', 'postgres', datcollate, to_jsonb(d)->>'daticulocale', to_jsonb(d)->>'datlocale', "
        "to_jsonb(d)->>'datcollversion') END FROM pg_catalog.pg_database d WHERE datname = current_database()";
    return WithCatalog(
        [&](Connection& c) -> Result<std::string> {
          DVT_ASSIGN(PgResult rows, c.Run(kAsk, stop));
          return PQntuples(rows.get()) == 1 ? std::string(Cell(rows, 0, 0)) : std::string();
        },
        stop);
  }

  Result<sql::LetterCase> LetterCaseOf(const std::vector<columnar::RelationName>& relations, std::stop_token stop) override {
    return WithCatalog(
        [&](Connection& c) -> Result<sql::LetterCase> {
          std::optional<bool> paired;
          {
            const std::lock_guard lock(mutex_);
            paired = letters_paired_;
          }
          if (!paired) {
            DVT_ASSIGN(paired, PairsLettersAsEngine(c, stop));
            const std::lock_guard lock(mutex_);
            letters_paired_ = paired;
          }
          if (!*paired) return sql::LetterCase::kOwn;
          DVT_ASSIGN(const bool own, HaveOwnCollations(c, relations, stop));
          return own ? sql::LetterCase::kOwn : sql::LetterCase::kPaired;
        },
        stop);
  }

  Result<std::vector<columnar::RelationInfo>> ListRelations(const std::string& schema, std::stop_token stop) override {
    return WithCatalog([&](Connection& c) { return ListRelationsOf(c, schema.empty() ? settings_.schema : schema, stop); }, stop);
  }

  Result<std::vector<std::string>> ListSchemas(std::stop_token stop) override {
    return WithCatalog(
        [&](Connection& c) -> Result<std::vector<std::string>> {
          DVT_ASSIGN(PgResult rows,
                     c.Run("SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname !~ '^pg_(toast|temp)' ORDER BY 1", stop));
          std::vector<std::string> names;
          for (int i = 0; i < PQntuples(rows.get()); ++i) names.emplace_back(Cell(rows, i, 0));
          return names;
        },
        stop);
  }

  Result<columnar::TableInfo> Describe(const columnar::RelationName& relation, std::stop_token stop) override {
    return WithCatalog([&](Connection& c) { return DescribeRelation(c, relation, stop); }, stop);
  }

  Result<columnar::TableStatistics> Statistics(const columnar::TableInfo& table, std::stop_token stop) override {
    return WithCatalog([&](Connection& c) { return ReadStatistics(c, table, stop); }, stop);
  }

  Result<columnar::Fields> DescribeQuery(const std::string& sql, std::stop_token stop) override {
    return WithCatalog(
        [&](Connection& c) -> Result<columnar::Fields> {
          DVT_ASSIGN(QueryShape shape, DescribeShape(c, sql, stop));
          return std::move(shape.fields);
        },
        stop);
  }

  Result<std::shared_ptr<ReadScope>> BeginRead(std::stop_token stop) override {
    DVT_ASSIGN(auto scope, BeginScope(stop));
    return std::shared_ptr<ReadScope>(std::move(scope));
  }

  Result<std::shared_ptr<ReadScope>> BeginReadAt(const std::shared_ptr<ReadScope>& moment, std::stop_token stop) override {
    auto own = std::dynamic_pointer_cast<PgReadScope>(moment);
    if (own == nullptr) return Error(ErrorCode::kInternal, "a moment of another system");
    DVT_ASSIGN(auto scope, PgReadScope::BeginAt(std::move(own), TakeCatalog(), stop));
    return std::shared_ptr<ReadScope>(std::move(scope));
  }

  Result<ReadPlan> PlanRead(const ReadRequest& request, const std::shared_ptr<ReadScope>& scope, std::stop_token stop) override {
    DVT_ASSIGN(auto own, ScopeOf(scope, stop));
    auto plan = request.key_tables.empty()
                    ? own->Plan([&](Connection& c) { return PlanPostgresRead(*this, c, request, stop); }, stop)
                    : PlanWithKeys(*own, request, stop);
    if (!plan) return std::move(plan).error().Within(fmt::format("while planning a read from '{}'", config_.name));
    if (!own->consistent()) {
      plan->notes.push_back("the partitions may see different moments: " + own->Describe());
      plan->repeatable = false;
    }
    return plan;
  }

  Result<columnar::Stream> Open(const ReadPlan& plan, int partition, const std::shared_ptr<ReadScope>& scope,
                                std::stop_token stop) override {
    DVT_ASSIGN(Reader reader, OpenReader(plan, partition, scope, stop));
    return OpenCopyStream(*reader.connection, plan.fields, std::move(reader.request), stop, std::move(reader.release));
  }

  Result<std::unique_ptr<RawStream>> OpenRaw(const ReadPlan& plan, int partition, const std::shared_ptr<ReadScope>& scope,
                                             std::stop_token stop) override {
    if (plan.raw_format.empty()) return Connector::OpenRaw(plan, partition, scope, stop);
    DVT_ASSIGN(Reader reader, OpenReader(plan, partition, scope, stop));
    return OpenRawCopy(*reader.connection, std::move(reader.request), stop, std::move(reader.release));
  }

  Result<std::unique_ptr<Session>> OpenSession(std::stop_token stop) override {
    uint64_t generation = 0;
    auto connection = TakeIdle(idle_, generation);
    if (connection == nullptr || !connection->Renew(stop)) {
      DVT_ASSIGN(connection, Connect(stop));
    }
    std::weak_ptr<PostgresConnector> self = weak_from_this();
    return MakeSession(std::move(connection), [self, generation, stop](std::unique_ptr<Connection> done) {
      if (const auto connector = self.lock()) connector->KeepIdle(std::move(done), generation, stop);
    });
  }

  Result<TransactionFate> FateOf(const std::string& transaction, std::stop_token stop) override {
    return WithCatalog(
        [&](Connection& c) -> Result<TransactionFate> {
          DVT_ASSIGN(PgResult rows, c.RunParams("SELECT pg_catalog.txid_status($1::bigint)", {transaction}, stop));
          const std::string_view fate = Cell(rows, 0, 0);
          return fate == "committed"     ? TransactionFate::kCommitted
                 : fate == "aborted"     ? TransactionFate::kRolledBack
                 : fate == "in progress" ? TransactionFate::kRunning
                                         : TransactionFate::kUnknown;
        },
        stop);
  }

  Result<std::unique_ptr<Sink>> OpenSink(const SinkRequest& request, std::stop_token stop) override {
    uint64_t generation = 0;
    auto connection = TakeIdle(loaders_, generation);
    if (connection == nullptr) connection = TakeCatalog();
    std::weak_ptr<PostgresConnector> self = weak_from_this();
    const auto keep = [self, generation](std::unique_ptr<Connection> done) {
      if (const auto connector = self.lock()) connector->KeepLoader(std::move(done), generation);
    };
    if (connection != nullptr) {
      // It may have died while it was idle: then a new one tells what is wrong.
      auto sink = OpenCopySink(std::move(connection), request, keep, pacer_, stop);
      if (sink || sink.error().code() == ErrorCode::kCancelled) return sink;
    }
    DVT_ASSIGN(connection, Connect(stop));
    return OpenCopySink(std::move(connection), request, keep, pacer_, stop);
  }

  Result<std::string> RawFormatOf(const columnar::RelationName& relation, const std::vector<std::string>& columns,
                                  std::stop_token stop) override {
    std::string list;
    for (const auto& column : columns) list += (list.empty() ? "" : ", ") + Quote(column);
    const std::string sql = "SELECT " + (list.empty() ? "*" : list) + " FROM " + QuoteRelation(relation);
    return WithCatalog(
        [&](Connection& c) -> Result<std::string> {
          DVT_ASSIGN(const QueryShape shape, DescribeShape(c, sql, stop));
          return RawSignature(shape.types, {});  // what the table takes, not what a read would cast
        },
        stop);
  }

  Result<std::string> TypeName(const columnar::DataType& type, std::string* loss) const override {
    return PostgresTypeName(type, loss);
  }
  std::shared_ptr<const RowHasher> row_hasher() const override { return MakeRowHasher(); }
  std::string Quote(std::string_view identifier) const override { return Connection::Quote(identifier); }
  std::string KeyTableName(const KeyTable& table) const override { return KeyTableNameOf(table); }
  std::string QuoteRelation(const columnar::RelationName& relation) const override {
    if (relation.schema.empty()) return Quote(relation.name);
    return (relation.database.empty() ? "" : Quote(relation.database) + ".") + Quote(relation.schema) + "." +
           Quote(relation.name);
  }

 private:
  struct Reader {
    Connection* connection;  // owned by `release`
    CopyRequest request;
    ReleaseConnection release;
  };

  Result<std::unique_ptr<Connection>> Connect(std::stop_token stop) {
    uint64_t generation = 0;
    auto connection = TakeIdle(read_, generation);
    while (connection != nullptr && !connection->EndRollback(stop)) connection = TakeIdle(read_, generation);
    if (connection == nullptr) {
      DVT_ASSIGN(connection, fresh_.Take(stop));
    }
    if (connection == nullptr) {
      DVT_ASSIGN(connection, Connection::Open(settings_, stop));
    }
    std::lock_guard lock(mutex_);
    server_version_ = connection->server_version();
    return connection;
  }

  // An idle connection for catalog work, if there is one.
  std::unique_ptr<Connection> TakeCatalog() {
    std::lock_guard lock(mutex_);
    if (catalog_ != nullptr || loaders_.empty()) return std::move(catalog_);
    auto connection = std::move(loaders_.back());
    loaders_.pop_back();
    return connection;
  }

  // Catalog work on an idle connection, or a new one. One that died while idle is no failure of the caller's.
  template <class F>
  auto WithCatalog(F&& work, std::stop_token stop) -> decltype(work(std::declval<Connection&>())) {
    auto connection = TakeCatalog();
    if (connection != nullptr) {
      auto outcome = work(*connection);
      if (outcome || connection->usable() || outcome.error().code() == ErrorCode::kCancelled) {
        Keep(std::move(connection));
        return outcome;
      }
    }
    DVT_ASSIGN(connection, Connect(stop));
    auto outcome = work(*connection);
    Keep(std::move(connection));
    return outcome;
  }

  void Keep(std::unique_ptr<Connection> connection) {
    if (!connection->usable() || PQtransactionStatus(connection->raw()) != PQTRANS_IDLE) return;
    std::lock_guard lock(mutex_);
    if (catalog_ == nullptr) catalog_ = std::move(connection);
  }

  // Of `generation` is a session that is opened now: it has the settings that roles and the database have then.
  std::unique_ptr<Connection> TakeIdle(std::vector<std::unique_ptr<Connection>>& idle, uint64_t& generation) {
    std::lock_guard lock(mutex_);
    generation = generation_;
    if (idle.empty()) return nullptr;
    auto connection = std::move(idle.back());
    idle.pop_back();
    return connection;
  }

  void KeepLoader(std::unique_ptr<Connection> connection, uint64_t generation) {
    if (!connection->usable() || PQtransactionStatus(connection->raw()) != PQTRANS_IDLE) return;
    std::lock_guard lock(mutex_);
    if (generation == generation_ && loaders_.size() < kIdleLoaders) loaders_.push_back(std::move(connection));
  }

  uint64_t Generation() const {
    std::lock_guard lock(mutex_);
    return generation_;
  }

  void KeepRead(std::unique_ptr<Connection> connection, uint64_t generation) {
    std::lock_guard lock(mutex_);
    if (generation == generation_ && read_.size() < kIdleReaders) read_.push_back(std::move(connection));
  }

  // A session that leaves nothing behind hands its connection on: to connect costs more than most statements of a run.
  void KeepIdle(std::unique_ptr<Connection> connection, uint64_t generation, std::stop_token stop) {
    std::vector<std::unique_ptr<Connection>> old, old_loaders, old_read;  // closed without the lock
    std::unique_ptr<Connection> old_catalog;
    const auto traces = connection->traces();
    const bool clean = traces == Connection::Traces::kNone && !stop.stop_requested() && connection->Discard(stop);
    if (traces == Connection::Traces::kOfServer) fresh_.Forget();
    std::lock_guard lock(mutex_);
    if (traces == Connection::Traces::kOfServer) {
      ++generation_;
      old.swap(idle_);
      old_loaders.swap(loaders_);
      old_read.swap(read_);
      old_catalog.swap(catalog_);
    }
    if (clean && generation == generation_) idle_.push_back(std::move(connection));
  }

  Result<std::shared_ptr<PgReadScope>> ScopeOf(const std::shared_ptr<ReadScope>& scope, std::stop_token stop) {
    if (auto own = std::dynamic_pointer_cast<PgReadScope>(scope)) return own;
    return BeginScope(stop);
  }

  Result<std::shared_ptr<PgReadScope>> BeginScope(std::stop_token stop) {
    std::weak_ptr<PostgresConnector> self = weak_from_this();
    const auto open = [self, settings = settings_](std::stop_token stop) {
      const auto connector = self.lock();
      return connector != nullptr ? connector->Connect(stop) : Connection::Open(settings, stop);
    };
    // Nothing outlives the transaction of a read, so that its connection serves again. To close it here would also cost more: the server's
    // process takes the processor from those that the run still needs.
    const auto close = [self, generation = Generation()](std::unique_ptr<Connection> done) {
      if (const auto connector = self.lock()) connector->KeepRead(std::move(done), generation);
    };
    return PgReadScope::Begin(config_.name, open, close, stop);
  }

  // On a reader that has the tables: the coordinator's transaction only reads. Pages are not read in order where keys are looked up.
  Result<ReadPlan> PlanWithKeys(PgReadScope& scope, const ReadRequest& request, const std::stop_token& stop) {
    DVT_ASSIGN(auto reader, scope.Borrow(request.key_tables, stop));
    auto plan = PlanPostgresRead(*this, *reader.connection, request, stop);
    scope.Return(std::move(reader));
    if (!plan) return plan;
    plan->key_tables = request.key_tables;
    plan->repeatable = false;
    return plan;
  }

  Result<Reader> OpenReader(const ReadPlan& plan, int partition, const std::shared_ptr<ReadScope>& scope, std::stop_token stop) {
    if (partition < 0 || partition >= static_cast<int>(plan.partitions.size())) {
      return Error(ErrorCode::kInternal, fmt::format("there is no partition {}", partition));
    }
    const Partition& part = plan.partitions[static_cast<size_t>(partition)];
    DVT_ASSIGN(auto own, ScopeOf(scope, stop));
    DVT_ASSIGN(auto borrowed, own->Borrow(plan.key_tables, stop));
    Reader reader;
    reader.connection = borrowed.connection.get();
    // A repeatable read must come in page order: no index and no parallel workers may reorder it.
    const bool ordered = plan.repeatable;
    reader.request.before = fmt::format(
        "SET LOCAL statement_timeout = {}; SET LOCAL enable_indexscan = {}; SET LOCAL enable_bitmapscan = {}; "
        "SET LOCAL max_parallel_workers_per_gather = {};",
        static_cast<int64_t>(plan.options.query_timeout_seconds * 1000), ordered ? "off" : "on", ordered ? "off" : "on",
        ordered ? "0" : "DEFAULT");
    reader.request.sql = part.sql;
    reader.request.batch_rows = plan.options.batch_rows;
    reader.request.described = fmt::format("while reading {} from '{}'", part.description, config_.name);
    auto holder = std::make_shared<PgReadScope::Reader>(std::move(borrowed));  // std::function needs a copyable owner
    reader.release = [own, holder](bool finished) {
      if (!finished) holder->connection->Abandon();
      own->Return(std::move(*holder));
    };
    return reader;
  }

  ConnectionConfig config_;
  Settings settings_;
  mutable std::mutex mutex_;
  int server_version_ = 0;
  std::optional<bool> letters_paired_;  // as the engine does; once somebody has asked
  std::unique_ptr<Connection> catalog_;
  std::vector<std::unique_ptr<Connection>> idle_;
  std::vector<std::unique_ptr<Connection>> loaders_;  // of sinks that have committed
  std::vector<std::unique_ptr<Connection>> read_;     // whose reads are over, rolling back
  uint64_t generation_ = 0;
  const std::shared_ptr<LogPacer> pacer_ = std::make_shared<LogPacer>(settings_);  // of all sinks
  std::vector<std::jthread> closing_;                                              // what rests
  // Last: what is being opened uses the rest.
  FreshConnections<std::unique_ptr<Connection>> fresh_{
      [this](std::stop_token stop) { return Connection::Open(settings_, stop); }};
};

}  // namespace

}  // namespace postgres

Result<std::shared_ptr<Connector>> MakePostgresConnector(const ConnectionConfig& config) {
  DVT_ASSIGN(postgres::Settings settings, postgres::ReadSettings(config));
  return std::shared_ptr<Connector>(std::make_shared<postgres::PostgresConnector>(config, std::move(settings)));
}

}  // namespace dvt::connectors
