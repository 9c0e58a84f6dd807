#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dvt/base/result/diagnostics.h"
#include "dvt/columnar/types/join_kind.h"
#include "dvt/columnar/types/relation.h"
#include "dvt/plan/fragment/source_profile.h"

namespace dvt::plan {

/// Which way a model runs.
enum class Way {
  kPushdown,   ///< the target runs the whole query; nothing moves
  kDirect,     ///< one other connection runs the whole query; its result streams to the target
  kFederated,  ///< one extract per source, joined in the engine, streamed to the target
};
std::string_view WayName(Way way);

/// A predicate or operation that stays in the engine, and why.
struct NotPushed {
  std::string what;
  std::string reason;
};

/// A column of another extract of the plan.
struct KeySource {
  std::string input;   ///< its input name
  std::string column;  ///< as the input exposes it

  friend bool operator==(const KeySource&, const KeySource&) = default;
};

/// Rows whose column holds none of the values that these inputs have cannot change the model's result.
struct KeyFilter {
  std::vector<KeySource> from;    ///< inputs of earlier extracts; all their values together
  columnar::Field column;         ///< of the source
  std::string qualifier;          ///< before the column's name: quoted, with its dot, or empty
  std::optional<int64_t> domain;  ///< about how many values the column has
  double expected = 0;            ///< about how many keys there will be
};

/// One read from one source.
struct ExtractFragment {
  std::string connection;
  std::string input_name;            ///< the table name under which the transform SQL sees it
  std::vector<std::string> sources;  ///< relations that it reads, for people
  std::string sql;                   ///< the whole query in the source's dialect
  // Set if the query is a plain selection from one relation, so that it can be partitioned.
  std::optional<columnar::RelationName> relation;
  std::string alias;                     ///< as the select list writes it, quoted where that quotes it
  std::vector<std::string> select_list;  ///< rendered expressions, "expr AS name" where named otherwise
  std::string where;
  columnar::Fields fields;  ///< expected result columns, empty if unknown before asking the source
  std::optional<int64_t> estimated_rows;
  std::optional<int64_t> relation_rows;  ///< of `relation`, unfiltered
  /// Filters that are known only when the inputs that they name were read: any of these lists, each of which holds as a whole.
  std::vector<std::vector<KeyFilter>> key_filters;
  std::optional<int64_t> rows_without_keys;  ///< estimate, if there are key filters
  std::optional<int64_t> key_table_from;     ///< so many keys go as a temporary table of the source's session; empty: none do
  SourceProfile profile;                     ///< for rendering the values of key filters
  size_t filter_at = 0;                      ///< where a further condition goes into `sql`
  bool filtered = false;                     ///< a WHERE stands before that place
  std::vector<NotPushed> not_pushed;
  std::vector<std::string> pushed;  ///< "3 of 9 columns", "o_orderdate >= '1995-01-01'", "join with nation", "group by"
};

/// One side of a join that is worked off in parts.
struct PartedSide {
  std::string input;   ///< of the transform
  std::string column;  ///< the key, if it is a column of the input
  std::string key;     ///< else an expression over the input's columns; where it fails, rows count as having no key
  std::string name;    ///< under which `join_sql` reads the rows: the input's, but for the second side of a self-join
};

/// A join of two extracts by equal keys, which can be worked off part by part: rows of which the keys have other hashes never meet.
struct PartedJoin {
  /// A join that compares columns with columns and gives columns as they are: it needs no SQL.
  struct Plain {
    struct Keys {
      std::string left, right;  ///< columns of the inputs, which must be equal
    };
    struct Column {
      bool right = false;  ///< of which side
      std::string column;  ///< of the input
      std::string name;    ///< of the joined rows
    };
    columnar::JoinKind kind = columnar::JoinKind::kInner;
    std::vector<Keys> keys;
    std::vector<Column> columns;  ///< what `join_sql` gives, in its order
  };
  int count = 1;                    ///< of parts: as many as keep the smaller side of each small
  PartedSide left;                  ///< an input of the join and its key
  PartedSide right;                 ///< the other, of which the key is equal; of a self-join the same input
  std::string join_sql;             ///< the join alone, over both inputs; the whole transform if `rest_sql` is empty
  std::string name;                 ///< input name under which `rest_sql` reads what the join gives
  std::string rest_sql;             ///< what is left of the transform, over `name` and the other inputs
  std::optional<Plain> plain = {};  ///< the same as `join_sql`, if that is all it says
};

/// The work of the engine, in the engine's dialect, over the extracts' input names.
struct TransformFragment {
  std::string compute;              ///< name of the compute
  std::string sql;                  ///< empty: no transform (direct)
  std::optional<PartedJoin> parts;  ///< the same in two steps, for inputs that are too large to be joined in memory
};

/// Where the rows go.
struct LoadFragment {
  std::string connection;
  columnar::RelationName relation;
  std::string materialization;
};

/// Which rows of one input the model reads: those above `above`, up to `upto`.
struct WatermarkBound {
  std::string input;  ///< as the model's config calls it
  std::string column;
  bool known = false;                      ///< a bound is stored; else rows without a value are read, too
  std::optional<std::string> above, upto;  ///< empty: no bound below; nothing above `above`
};

/// A model's whole plan, as data.
struct ModelPlan {
  std::string node_id;
  Way way = Way::kPushdown;
  std::vector<ExtractFragment> extracts;  ///< empty for pushdown, one for direct
  TransformFragment transform;
  LoadFragment load;
  std::string sql;  ///< the model's compiled query, in the target's dialect
  /// What the target was asked for while planning: constants over the model's own table, and their values, which now stand in the queries.
  std::vector<std::pair<std::string, std::string>> own_values;
  std::vector<WatermarkBound> watermarks;
  Diagnostics warnings;  ///< DVT001 … DVT007
};

/// About how many rows come: the planner knows of filters, the reader (if it says anything) of the relation as it is now.
std::optional<int64_t> ExpectedRows(const ExtractFragment& extract, std::optional<int64_t> of_reader);

/// Names what the plan does: equal for plans that read, transform and load the same, whatever was estimated.
std::string PlanId(const ModelPlan& plan);

}  // namespace dvt::plan
