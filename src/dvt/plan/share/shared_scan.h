#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dvt/plan/fragment/fragment.h"

namespace dvt::plan {

/// An extract of a model that one scan may feed together with those of other models.
struct ScanReader {
  std::string node_id;
  ExtractFragment extract;
  std::string settings;  ///< how the model wants its sources read; only readers with equal texts share
  bool queries = true;   ///< the source runs SQL (else it only filters by plain conditions, and the engine filters once more)
};

/// One read of a source that feeds extracts of several models: all columns that any of them wants, and all rows.
struct SharedScan {
  /// Where a reader finds its own rows and columns.
  struct Reader {
    ScanReader wants;
    std::vector<int> columns;  ///< its extract's columns, in their order, as positions in the scan
    int64_t mark = 0;          ///< its rows are those whose mark has this bit; 0: all
  };
  std::vector<Reader> readers;
  std::string connection;
  std::vector<std::string> sources;
  // As in ExtractFragment: a selection from one relation, or a whole query.
  std::optional<columnar::RelationName> relation;
  std::string alias;
  std::vector<std::string> select_list;
  std::string where;
  std::string sql;
  int mark_column = -1;  ///< the position of the marks, the last one; -1: every row is for every reader
  std::optional<int64_t> estimated_rows;
  std::optional<int64_t> rows_apart;  ///< estimate of what the readers would read, each by itself with its join filters

  const Reader* Find(const std::string& node_id, const std::string& input) const;
};

/// Which of the extracts are read together: those of one relation (or equal whole queries) of one connection for which one scan costs
/// clearly less than the extracts by themselves, join filters included: bytes that move, and rows that the source looks at. Readers of one
/// scan may be of any models, also several extracts of one model.
std::vector<SharedScan> PlanSharedScans(std::vector<ScanReader> readers);

/// One scan for these readers, which PlanSharedScans put together before (some of them, perhaps). nullopt if that saves nothing.
std::optional<SharedScan> CombineReaders(std::vector<ScanReader> readers);

/// Whether both extracts read the same in the same way, whatever was estimated.
bool SameRead(const ExtractFragment& a, const ExtractFragment& b);

}  // namespace dvt::plan
