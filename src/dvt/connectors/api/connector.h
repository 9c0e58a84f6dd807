#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "dvt/base/result/result.h"
#include "dvt/base/result/retry.h"
#include "dvt/base/text/value.h"
#include "dvt/columnar/c_abi/stream.h"
#include "dvt/columnar/types/relation.h"
#include "dvt/sql/dialects/letter_case.h"

namespace dvt::sql {
struct Dialect;
}

namespace dvt::connectors {

class RowHasher;
struct KeyTable;
using KeyTables = std::vector<std::shared_ptr<const KeyTable>>;

/// One entry of a profile's `outputs`: a named connection and its settings. Holds secrets: never print `settings`.
struct ConnectionConfig {
  std::string name;
  std::string type;         ///< "postgres", "mysql", "sqlite", "duckdb", "files", …
  Value settings;           ///< a map; marks point into profiles.yml
  std::string file;         ///< profiles.yml, for error places
  std::string base_folder;  ///< relative paths in settings are relative to this (the project folder)
  int max_connections = 0;  ///< of its load budget: connections opened ahead must not be more; 0: no limit
  bool key_tables = false;  ///< sessions that read may make temporary tables of keys, where they must know it when they begin
};

/// What planner, runner and tests may ask of a connector instead of its name.
enum class Capability : uint32_t {
  kSource = 1u << 0,            ///< can be read
  kTarget = 1u << 1,            ///< can be written
  kSql = 1u << 2,               ///< runs queries of its dialect (else only relations, columns)
  kTransactionalDdl = 1u << 3,  ///< CREATE/RENAME/DROP roll back
  kAtomicRename = 1u << 4,      ///< several renames in one statement
  kPartitionedRead = 1u << 5,
  kSnapshotRead = 1u << 6,  ///< all reads of a scope see one moment
  kMerge = 1u << 7,         ///< MERGE or an equivalent upsert
  kViews = 1u << 8,
  kSchemas = 1u << 9,         ///< has CREATE SCHEMA
  kRawCopy = 1u << 10,        ///< OpenRaw/WriteRaw
  kParallelSinks = 1u << 11,  ///< several sinks may append to one table at a time
  kSessionTempTables = 1u << 12,
  kInsertSelectParallel = 1u << 13,
  kFilters = 1u << 14,  ///< without kSql: a relation may be read with a condition, which is applied as far as it is understood
  kStoredTables = 1u << 15,   ///< without kSql: OpenSink takes a TableWrite, and the relation lives on between runs
  kLongMoment = 1u << 16,     ///< a moment may be kept for a whole run: it stands in nobody's way who writes
  kKeyTables = 1u << 17,      ///< reads may look up keys in a temporary table (ReadRequest::key_tables)
  kLocalSessions = 1u << 18,  ///< sessions live in this process: what they make for themselves burdens no server
  kLateSync = 1u << 19,       ///< sinks may leave it to a later commit to make their rows durable (SinkRequest::sync)
};

/// Knobs of partitioned reading, merged from project, profile and model settings.
struct ReadOptions {
  std::string prefer_column;  ///< the user's choice, validated by PlanRead
  int64_t rows_per_partition = 500'000;
  int min_partitions = 4;
  int max_partitions = 200;
  int parallel = 0;  ///< most partitions read at once; 0: the connector decides
  int64_t batch_rows = 10'000;
  double query_timeout_seconds = 3600;
  bool shared_moment = true;  ///< all models of a run read a source at one moment, where it has kLongMoment
  RetryPolicy retry;
};

/// What to read: either a plain selection from one relation (partitionable) or whole SQL in the source's dialect.
struct ReadRequest {
  // One relation: SELECT <select_list> FROM <relation> [AS <alias>] [WHERE <where>], all texts in the source's dialect.
  std::optional<columnar::RelationName> relation;
  std::string alias;
  std::vector<std::string> select_list;  ///< rendered expressions with aliases; empty: all columns
  std::string where;                     ///< rendered predicate, may be empty
  /// Around the query of every partition, "<before>(<query><fence>) AS dvt_folded<after>": fewer rows of each come, such as partial sums.
  /// The columns are those of `before`. Empty: the query's own rows.
  struct Fold {
    std::string before, fence, after;
  };
  Fold fold;
  // or: any query.
  std::string sql;
  ReadOptions options;
  /// That `where` or `sql` name, by KeyTableName. kPermission or kUnsupported if the server lets the reads have none.
  KeyTables key_tables = {};
};

/// One unit of parallel reading and of retry.
struct Partition {
  std::string sql;          ///< the complete query of this partition, or a connector-private spelling (files)
  std::string description;  ///< "o_orderkey in [1, 1500001)", "ctid pages 0–4095", "whole query"
  std::optional<int64_t> estimated_rows;
};

/// How a request will be read. A value; safe to copy.
struct ReadPlan {
  columnar::Fields fields;            ///< result columns in order
  std::vector<Partition> partitions;  ///< together every row exactly once; never empty
  int parallel = 1;                   ///< how many to read at a time
  std::optional<int64_t> estimated_rows;
  std::string method;              ///< "binary COPY", "binary rows", "file scan" …
  std::string partitioned_by;      ///< "key range o_orderkey", "ctid", "none: query with GROUP BY"
  std::vector<std::string> notes;  ///< type warnings and fallbacks, one sentence each
  std::string raw_format;          ///< non-empty: OpenRaw works; equal strings mean byte-compatible
  /// Reading a partition again within the same scope gives the same rows in the same order (a range scan in key or page order
  /// under one snapshot), so that a retry may skip the rows already handed on instead of holding them back.
  bool repeatable = false;
  ReadOptions options;
  KeyTables key_tables = {};  ///< those of the request
};

/// Which state of a source its reads see, as the source names it.
struct SourceMoment {
  std::string position;  ///< "lsn 0/1A2B3C", "gtid 0-1-42", "binlog mysql-bin.000003:1234"; empty: the system names none
  std::string at;        ///< the source's time, ISO 8601 in UTC; empty if unknown
  bool exact = false;    ///< all reads see this one state; else they began one after the other
  /// Equal, non-empty texts mean that every row is the same at both moments. For nothing else than comparing.
  std::string state;
};

/// What became of a transaction whose COMMIT was not answered.
enum class TransactionFate { kCommitted, kRolledBack, kRunning, kUnknown };

/// Keeps all reads made through it at one moment, where the system can (else it only counts). Shared by the readers; the
/// last owner ends it. Thread-safe.
class ReadScope {
 public:
  virtual ~ReadScope() = default;
  /// "snapshot 00000003-0000001B-1", or why the moment is only approximate.
  virtual std::string Describe() const = 0;
  virtual SourceMoment Moment() const { return {}; }
  /// The reads that look up these keys are over: what idle sessions hold of them goes.
  virtual void DropKeys(const KeyTables&) noexcept {}
};

/// Byte chunks of a system's own bulk format, for source and target of one kind.
class RawStream {
 public:
  virtual ~RawStream() = default;
  /// The next chunk (valid until the next call); empty at the end.
  virtual Result<std::string_view> Next() = 0;
  virtual int64_t rows() const = 0;  ///< rows handed out so far
};

/// Appends rows to one existing table. Nothing is visible to others before Commit. One thread at a time. Destroying an
/// uncommitted sink aborts it.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual Status Write(const ArrowArray& batch, std::stop_token stop) = 0;
  /// The same of a batch that the sink may keep.
  virtual Status Take(columnar::Array batch, std::stop_token stop) { return Write(batch.get(), std::move(stop)); }
  /// Only if the sink was opened with a raw format equal to the stream's.
  virtual Status WriteRaw(std::string_view chunk, std::stop_token stop);
  /// Makes the rows durable and returns how many were written.
  virtual Result<int64_t> Commit(std::stop_token stop) = 0;
  virtual void Abort() noexcept = 0;
  /// Fallbacks that the user should hear of, one sentence each; complete once Commit was called.
  virtual std::vector<std::string> notes() const { return {}; }
};

/// What becomes of a stored table when rows are written to it (Capability::kStoredTables). A table that is missing is made.
struct TableWrite {
  enum class Mode : uint8_t {
    kReplace,       ///< the rows are all that it holds; its columns and layout become theirs
    kAppend,        ///< the rows are added
    kMerge,         ///< rows with the keys of the new ones give way; two new ones with the same key are kConstraint
    kDeleteInsert,  ///< the same, and new rows may repeat a key
    kPartitions,    ///< the partitions that the new rows fall into give way
    kInterval,      ///< rows whose time lies in `interval` give way
  };
  /// What is done about columns that only the rows or only the table have, in all modes but kReplace.
  enum class Schema : uint8_t {
    kIgnore,  ///< new ones are left out, missing ones are kType
    kFail,    ///< any difference is kType
    kAppend,  ///< new ones are added, missing ones are null
    kSync,    ///< new ones are added, missing ones dropped
  };
  Mode mode = Mode::kReplace;
  Schema schema = Schema::kIgnore;
  std::vector<std::string> keys;  ///< of kMerge and kDeleteInsert; a null equals nothing
  /// Of kInterval: from `start` on, before `end`, in microseconds since the epoch, UTC.
  struct Interval {
    std::string column;
    int64_t start = 0, end = 0;
  };
  Interval interval;
  std::vector<std::string> partition_by, sorted_by;  ///< terms in the system's own words
  std::map<std::string, std::string> properties;     ///< of the table
  /// Descriptions to keep, of the table and of columns (by name, or by dotted path to what they hold); those not given stay.
  std::optional<std::string> comment = {};
  std::map<std::string, std::string> column_comments = {};
};

struct SinkRequest {
  columnar::RelationName relation;
  columnar::Fields fields;  ///< of the batches that will come; matched to table columns by name
  std::string raw_format;   ///< non-empty: WriteRaw will be used
  /// False, where the system has kLateSync: a server that crashes after Commit may lose the rows, until anybody's next commit has been
  /// confirmed. Sessions do not survive such a crash.
  bool sync = true;
  double query_timeout_seconds = 3600;
  std::optional<TableWrite> write = {};  ///< only for kStoredTables; none: the rows are added
};

struct ExecuteResult {
  int64_t rows_affected = -1;  ///< -1: not a row-changing statement
  std::string message;         ///< the server's command tag, such as "INSERT 0 5", or "OK"
};

/// One database session: statements run in order on one connection; temp objects and transactions live in it.
/// One thread at a time.
class Session {
 public:
  virtual ~Session() = default;
  /// One or several statements separated by semicolons; the result is the last one's.
  virtual Result<ExecuteResult> Execute(std::string_view sql, std::stop_token stop) = 0;
  /// One query, small or large: rows stream. The session is busy until the stream is drained or released.
  virtual Result<columnar::Stream> Query(std::string_view sql, std::stop_token stop) = 0;
  /// As Query, for values that a template or a person reads: numbers whose digits are not declared come exactly, as text of the native
  /// type "numeric", where Query has to fit them into a decimal.
  virtual Result<columnar::Stream> QueryValues(std::string_view sql, std::stop_token stop) { return Query(sql, std::move(stop)); }
  virtual Status Begin() = 0;
  virtual Status Commit() = 0;
  virtual Status Rollback() = 0;
  virtual bool in_transaction() const = 0;
  /// A name of the open transaction for Connector::FateOf; empty if it changed nothing or the system gives no such name.
  virtual Result<std::string> TransactionName() { return std::string(); }
};

/// A connection's maker and catalog. Thread-safe; opens database connections as needed. Every blocking call honours its stop
/// token within a second and then returns kCancelled; queries running on a server are cancelled there.
class Connector {
 public:
  virtual ~Connector() = default;

  virtual const ConnectionConfig& config() const = 0;
  virtual uint32_t capabilities() const = 0;
  bool Has(Capability c) const { return (capabilities() & static_cast<uint32_t>(c)) != 0; }
  virtual const sql::Dialect& dialect() const = 0;
  /// Defaults of a dbt relation: the database and schema of this connection.
  virtual std::string default_database() const = 0;
  virtual std::string default_schema() const = 0;
  /// Longest identifier in bytes.
  virtual int max_identifier() const = 0;
  /// Two connectors of equal, non-empty identity reach the same database with the same rights, so that a query over both can be
  /// pushed whole (host, port, database for PostgreSQL; the file for SQLite).
  virtual std::string identity() const = 0;
  /// Where its data lie, whoever reads them: connections of equal places see each other's changes.
  virtual std::string place() const { return identity(); }

  /// So many sessions will be asked for soon, for whatever purpose: a connector whose handshakes take time begins them now, on threads of
  /// its own. Never blocks; what fails is told to who then asks.
  virtual void Expect(int /*sessions*/) {}
  /// As many sinks, less those that wait for work already.
  virtual void ExpectSinks(int /*sinks*/) {}
  /// As many readers of one scope, less those that its moment has opened.
  virtual void ExpectReaders(int /*readers*/) {}
  /// The contrary: nobody will ask for readers and sinks soon. What idles of them is closed, on a thread of its own and one after the other,
  /// so that a server that is busy with the run's last work has a processor left for that. Never blocks; who asks all the same is served.
  virtual void Rest() {}

  /// By what texts are sorted and compared: "bytes", or a name that is equal on systems that do it alike; empty if unknown.
  virtual Result<std::string> TextOrder(std::stop_token stop);
  /// What it makes of the cases of letters in the columns of these relations. The default: its own.
  virtual Result<sql::LetterCase> LetterCaseOf(const std::vector<columnar::RelationName>& relations, std::stop_token stop);

  /// Connects and asks the version; the text is for `dvt debug`.
  virtual Result<std::string> Test(std::stop_token stop) = 0;
  virtual Result<std::vector<columnar::RelationInfo>> ListRelations(const std::string& schema, std::stop_token stop) = 0;
  virtual Result<std::vector<std::string>> ListSchemas(std::stop_token stop) = 0;
  /// kNotFound (with the nearest existing name as hint) if there is no such relation. Name parts left empty mean the defaults.
  virtual Result<columnar::TableInfo> Describe(const columnar::RelationName& relation, std::stop_token stop) = 0;
  /// Result columns of a query, without running it.
  virtual Result<columnar::Fields> DescribeQuery(const std::string& sql, std::stop_token stop) = 0;

  /// Begins a moment for the reads of one model. Never null.
  virtual Result<std::shared_ptr<ReadScope>> BeginRead(std::stop_token stop) = 0;
  /// Reads of one more model at a moment that lasts longer than they; kStartOver if it is lost. The moment itself, if that is all
  /// the system can do.
  virtual Result<std::shared_ptr<ReadScope>> BeginReadAt(const std::shared_ptr<ReadScope>& moment, std::stop_token) {
    return moment;
  }
  virtual Result<ReadPlan> PlanRead(const ReadRequest& request, const std::shared_ptr<ReadScope>& scope,
                                    std::stop_token stop) = 0;
  /// One partition's rows in the layouts of ArrowFormat(plan.fields). The scope lives as long as the stream. No retry inside:
  /// an error means that this partition's rows so far must be discarded (see RetryingStream); kStartOver that the scope's moment
  /// is lost and every partition must be read anew in another scope.
  virtual Result<columnar::Stream> Open(const ReadPlan& plan, int partition, const std::shared_ptr<ReadScope>& scope,
                                        std::stop_token stop) = 0;
  virtual Result<std::unique_ptr<RawStream>> OpenRaw(const ReadPlan& plan, int partition, const std::shared_ptr<ReadScope>& scope,
                                                     std::stop_token stop);

  virtual Result<std::unique_ptr<Session>> OpenSession(std::stop_token stop) = 0;
  /// What became of a transaction of Session::TransactionName whose session was lost.
  virtual Result<TransactionFate> FateOf(const std::string& transaction, std::stop_token stop);
  virtual Result<std::unique_ptr<Sink>> OpenSink(const SinkRequest& request, std::stop_token stop) = 0;
  /// Raw format of the table for columns in this order, or empty if it has none.
  virtual Result<std::string> RawFormatOf(const columnar::RelationName& relation, const std::vector<std::string>& columns,
                                          std::stop_token stop);

  /// The system's column type for a neutral type, as DDL text ("numeric(15,2)"). `loss`, if not null, gets a sentence when
  /// precision, scale, zone, length or structure is lost (DVT002). kType if the value has no home at all.
  virtual Result<std::string> TypeName(const columnar::DataType& type, std::string* loss) const = 0;
  /// How this system hashes rows by itself, for change detection; null: it cannot, and the rows are hashed on our side.
  virtual std::shared_ptr<const RowHasher> row_hasher() const { return nullptr; }
  /// An identifier quoted for this system.
  virtual std::string Quote(std::string_view identifier) const = 0;
  /// A temporary table of keys as queries name it (kKeyTables).
  virtual std::string KeyTableName(const KeyTable&) const { return {}; }
  /// The relation quoted, leaving out parts this system does not name.
  virtual std::string QuoteRelation(const columnar::RelationName& relation) const = 0;
};

/// Whole queries of one relation request: "SELECT <list or *> FROM <relation> AS <alias> WHERE (<where>) AND (<extra>)".
std::string SelectText(const Connector& connector, const ReadRequest& request, std::string_view extra_predicate = {});

/// Reads one partition so that a retry repeats nothing: `open` is called again after a retryable error, and a batch is handed
/// on only once it can no longer be taken back: the partition's batches are held (in memory up to `hold_bytes`, then spilled to
/// `spill_folder` as Arrow IPC) until its end. Thread-compatible. `on_retry` as in RunWithRetry.
columnar::Stream RetryingStream(columnar::Fields fields, RetryPolicy policy, std::function<Result<columnar::Stream>()> open,
                                int64_t hold_bytes, std::string spill_folder, std::stop_token stop,
                                std::function<void(const Error&, int, double)> on_retry);

/// Reads one partition of a repeatable plan: batches are handed on at once; after a retryable error `open` is called again and
/// the rows already handed on are skipped. Fewer rows than before on the second reading are kStartOver, never a silent loss.
columnar::Stream ResumingStream(columnar::Fields fields, RetryPolicy policy, std::function<Result<columnar::Stream>()> open,
                                std::stop_token stop, std::function<void(const Error&, int, double)> on_retry);

/// The fields that a select list of plain column names asks for, for connectors that run no SQL; all if it is empty. `relation` is for messages.
/// kUnsupported for any other expression, kNotFound for a column that is not there.
Result<columnar::Fields> PlainColumns(const Connector& connector, const std::vector<std::string>& select_list,
                                      const columnar::Fields& all, const std::string& relation);

using ConnectorFactory = std::function<Result<std::shared_ptr<Connector>>(const ConnectionConfig&)>;

/// How many partitions a table of `rows` gets: clamp(ceil(rows / rows_per_partition), min, max). Without that number, one for each
/// 100,000 of the values that the column has, within the same limits.
int PartitionCount(std::optional<int64_t> rows, const ReadOptions& options, std::optional<int64_t> values = std::nullopt);

}  // namespace dvt::connectors
