#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dvt/base/result/result.h"
#include "dvt/base/text/value.h"
#include "dvt/columnar/types/relation.h"
#include "dvt/columnar/types/statistics.h"
#include "dvt/plan/fragment/fragment.h"
#include "dvt/plan/fragment/source_profile.h"
#include "dvt/sql/dialects/letter_case.h"
#include "dvt/sql/fwd.h"

namespace dvt::plan {

/// What the planner may ask of a connection.
enum class SourceAbility : uint32_t {
  kQueries = 1u << 0,  ///< runs SQL of its dialect (else only relations and columns can be asked for)
  kViews = 1u << 1,    ///< can hold views
  kFilters = 1u << 2,  ///< without kQueries: takes a condition on a relation and applies what it understands of it
};

/// What a query with one row and one column gave.
struct SingleValue {
  columnar::Field field;
  std::optional<std::string> text;  ///< in the engine's spelling; empty: NULL
};

/// The planner's window on the connections; `run` implements it over the connectors. Used by one thread at a time per plan; the
/// planner asks for each relation once.
class Catalog {
 public:
  virtual ~Catalog() = default;
  /// Columns, keys and row estimate. kNotFound if there is no such relation.
  virtual Result<columnar::TableInfo> Describe(const std::string& connection, const columnar::RelationName& relation) = 0;
  /// What the system itself knows of the values; empty where it knows nothing. Asked only when tables of several systems are joined.
  virtual columnar::TableStatistics Statistics(const std::string& connection, const columnar::TableInfo& table) { return {}; }
  /// What the connection's database answers now to a query of one row and one column; empty if it is not to be asked, or does not answer so.
  virtual Result<std::optional<SingleValue>> Evaluate(const std::string& connection, const std::string& sql) {
    return std::optional<SingleValue>();
  }
  virtual const sql::Dialect& DialectOf(const std::string& connection) const = 0;
  /// Bits of SourceAbility.
  virtual uint32_t abilities(const std::string& connection) const = 0;
  /// Equal, non-empty identities reach the same database, so that one query may read through both.
  virtual std::string Identity(const std::string& connection) const = 0;
  /// "postgres", "sqlite" …: for people.
  virtual std::string TypeOf(const std::string& connection) const { return {}; }
  /// By what the database sorts and compares texts: "bytes" as the engine, or a name that is equal where it is done alike; empty if
  /// unknown. The default goes by the dialect.
  virtual std::string TextOrder(const std::string& connection) const;
  /// The default derives the facts from the dialect's features.
  /// What its database makes of the cases of letters in these relations. The default: its own.
  virtual sql::LetterCase LetterCaseOf(const std::string& connection, const std::vector<columnar::RelationName>& relations) const;
  virtual SourceFacts Facts(const std::string& connection) const;
  /// Name parts, outermost first, by which a query of that connection names the relation. The default: the parts that are not empty.
  virtual std::vector<std::string> Parts(const std::string& connection, const columnar::RelationName& relation) const;
};

/// A relation that a model reads through ref() or source().
struct UpstreamTable {
  std::string marker;  ///< its text in the compiled SQL: see RenderUpstream
  std::string connection;
  columnar::RelationName relation;  ///< the real one
  std::string node_id;
};

/// How ref() and source() are rendered into a model's SQL. A relation on the model's own connection (or one of equal identity):
/// its quoted name, as that database reads it. Any other: "connection"."schema"."name" in the quotes of the model's dialect, which the
/// planner maps back. A relation without a schema: "connection"."name".
std::string RenderUpstream(const sql::Dialect& model_dialect, const std::string& connection,
                           const columnar::RelationName& relation, bool own_connection);

/// Fewer keys go as lists.
inline constexpr int64_t kKeysOfTable = 20'000;

/// Knobs; the defaults are right for everybody but tests.
struct PlanOptions {
  bool push_predicates = true;
  bool push_joins = true;       ///< tables of one source joined there
  bool push_semi_joins = true;  ///< key filters from another table of the same source
  bool push_aggregates = true;  ///< whole grouped subqueries
  bool push_limits = true;      ///< ORDER BY … LIMIT
  bool push_keys = true;        ///< keys of inputs that were read reduce other extracts while the model runs
  /// A join filter must be expected to save at least so many rows.
  int64_t key_filter_rows = 10'000;
  std::optional<bool> key_tables;         ///< many keys may go as temporary tables; empty: as the source's connection says
  std::optional<int64_t> key_table_from;  ///< so many keys; empty: as the connection says, else kKeysOfTable
  bool force_federated = false;           ///< also where direct would do
  /// Above this many rows a table is read in partitions rather than joined inside the source.
  int64_t partition_above_rows = 500'000;
  /// About so many bytes of a join's smaller side may be held at a time; 0: all of it.
  int64_t join_bytes = 16'000'000;
};

struct PlanRequest {
  std::string node_id;
  std::string name;  ///< of the model, for messages; empty: the last part of node_id
  std::string sql;   ///< compiled, in the target connection's dialect
  std::string file;  ///< of the model, for places
  std::string target_connection;
  columnar::RelationName target_relation;
  std::string materialization;  ///< "table", "view", "incremental", …
  std::vector<UpstreamTable> upstreams;
  std::string compute = "duckdb";
  std::string engine_dialect = "duckdb";
  PlanOptions options;
};

/// Decides the way a model runs and writes its extracts, transform and load. Errors: kSyntax or kNotFound (a column, a table) with the
/// place in the compiled SQL; kUnsupported if the model's SQL cannot run in the engine. The pushdown way never parses the SQL.
Result<ModelPlan> PlanModel(const PlanRequest& request, Catalog& catalog);

/// What is known of a read that feeds several extracts.
struct SharedFacts {
  std::vector<std::string> readers;  ///< "model.shop.a (orders)", all of them
  std::string sql;                   ///< of the one read
  std::optional<int64_t> estimated_rows, rows_apart;
};

/// What the runner learned when it planned the reading of one extract; index as in ModelPlan::extracts.
struct ReadFacts {
  std::string method;
  int partitions = 0;
  int parallel = 0;
  std::string partitioned_by;
  std::optional<int64_t> estimated_rows;
  std::vector<std::string> notes;
  std::optional<SharedFacts> shared;  ///< then the extract comes from that read, and is not filtered by keys
};

/// What change detection would do, for people.
struct ChangeFacts {
  std::vector<std::string> key;
  bool whole = false;                 ///< all rows are read and the table is built anew
  std::optional<int64_t> known_rows;  ///< of the state
  std::string state;                  ///< what is known of the target's rows, or why nothing is
  std::string hashes;                 ///< who computes them
  std::string hash_sql;               ///< what the source is asked for them; empty where they are computed on our side
  std::string reads;                  ///< which rows come
  std::string deletes;                ///< what becomes of rows that are gone
};

struct RenderPlanOptions {
  std::vector<ReadFacts> reads;                         ///< may be empty
  std::optional<ChangeFacts> changes;                   ///< if the model has change detection
  std::map<std::string, std::string> connection_types;  ///< "crm" → "sqlite"; may be empty
  bool color = false;
};

/// The readable tree that `dvt plan` prints, ending in a newline.
std::string RenderPlanText(const ModelPlan& plan, const RenderPlanOptions& options = {});
/// The same as a document.
Value PlanToJson(const ModelPlan& plan, const std::vector<ReadFacts>& reads = {}, const std::optional<ChangeFacts>& changes = {});

}  // namespace dvt::plan
