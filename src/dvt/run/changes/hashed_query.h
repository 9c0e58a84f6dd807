#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "dvt/connectors/api/connector.h"
#include "dvt/connectors/api/row_hasher.h"
#include "dvt/run/changes/row_sorter.h"
#include "dvt/run/transfer/transfer.h"

namespace dvt::run {

/// Hashes of rows read on our side. One for each reading thread.
class LocalHashing {
 public:
  LocalHashing(columnar::Fields fields, std::vector<size_t> key)
      : fields_(std::move(fields)), key_(std::move(key)), order_(columnar::HashOrder(fields_)) {}
  /// The rows of a batch into the sorter.
  Status Add(const columnar::Array& batch, RowSorter& sorter);
  /// Calls `use(row, key)` for each row of a batch.
  void ForEachKey(const columnar::Array& batch, const std::function<void(int64_t, const std::string&)>& use);

 private:
  columnar::Fields fields_;
  std::vector<size_t> key_;
  std::vector<size_t> order_;
  columnar::Digester digester_;
  std::vector<KeyRow> rows_;
  std::string text_;
};

/// A query or table of one source whose rows have a key.
struct HashedQuery {
  std::shared_ptr<connectors::Connector> connector;
  std::shared_ptr<connectors::ReadScope> scope;
  std::shared_ptr<LoadBudget> budget;  ///< may be null
  connectors::ReadRequest rows;        ///< what would read all of them
  columnar::Fields fields;             ///< of the rows
  std::vector<size_t> key;             ///< positions
  std::string described;               ///< for people
  bool keys_are_indexed = false;       ///< few rows are found without reading all
};

/// Why the source cannot hash these rows itself, a clause for people; empty: it can.
std::string WhyNotInSource(const HashedQuery& query);
/// The rows' columns as expressions over the relation (`plain`), else over WrappedRows.
std::vector<connectors::HashedColumn> ColumnsOf(const HashedQuery& query, bool& plain);
std::vector<connectors::HashedColumn> ChosenColumns(const std::vector<connectors::HashedColumn>& columns,
                                                    const std::vector<size_t>& positions);
/// "SELECT <list> FROM (<the rows>) AS dvt_rows"
std::string WrappedRows(const HashedQuery& query, const std::string& list);
/// What reads expressions of ColumnsOf from the rows for which `where` (may be empty) holds too.
connectors::ReadRequest RequestOf(const HashedQuery& query, bool plain, std::vector<std::string> list, const std::string& where,
                                  const connectors::ReadRequest::Fold& fold);
/// What reads the keys and hashes, computed by the source: two columns.
connectors::ReadRequest HashRequest(const HashedQuery& query, const std::string& where = {});

/// One partition, with retries, counted. The references must outlive the stream.
columnar::Stream OpenHashedPartition(const HashedQuery& query, const connectors::ReadPlan& plan, int partition,
                                     const TransferContext& context, FlowCounter& flow, std::stop_token stop);
using TakeBatch = std::function<Status(const columnar::Array&)>;
/// Reads a request partition by partition, each with its own retries. `taker` makes what takes the batches of one, on its thread.
Status ReadPartitions(const HashedQuery& query, const connectors::ReadRequest& request, const TransferContext& context,
                      FlowCounter& flow, const std::function<TakeBatch(const columnar::Fields&)>& taker, std::stop_token stop);
/// Reads keys and hashes, which a HashRequest asks for, into the sorter.
Status ReadHashes(const HashedQuery& query, const connectors::ReadRequest& request, const TransferContext& context,
                  FlowCounter& flow, RowSorter& sorter, std::stop_token stop);
/// The rows with the keys of `touched` (rewound), by lists and ranges of keys, a bounded number at a time. Few other rows may come
/// along where the source's comparisons take more for equal. Every key must be found: if the source's comparisons miss one, or the row
/// went meanwhile, `incomplete` is set and the stream fails as kStartOver. `touched` and `incomplete` must outlive the stream.
columnar::Stream ReadTouched(const HashedQuery& query, const TransferContext& context, FlowCounter& flow, RowSpool& touched,
                             bool& incomplete, std::stop_token stop);
/// More keys than this are not looked for one by one: everything is read instead.
int64_t MostKeysToLookFor(const HashedQuery& query, int64_t rows);

/// Rows of nothing but keys, read back from their encoding. `keys` must outlive the stream.
columnar::Stream KeyStream(const columnar::Fields& fields, RowSpool& keys);
/// Appends the parts of a key to these columns of a batch; false if they are none of the columns' types.
bool AppendKey(columnar::BatchBuilder& builder, const std::string& key, const std::vector<size_t>& columns);

}  // namespace dvt::run
