// Changed rows, read by their keys.
#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "dvt/run/changes/hashed_query.h"

namespace dvt::run {

namespace {

using columnar::Array;
using columnar::Stream;

constexpr size_t kKeysAtATime = 5'000;
constexpr size_t kScannedKeysAtATime = 50'000;  // where each query reads the whole table
constexpr size_t kKeyBytesAtATime = 400'000;
constexpr int64_t kMostScans = 4;

// Query after query, each for the next keys.
class TouchedRows : public columnar::BatchSource {
 public:
  TouchedRows(const HashedQuery& query, const TransferContext& context, FlowCounter& flow, RowSpool& touched, bool& incomplete,
              std::stop_token stop)
      : query_(query),
        context_(context),
        flow_(flow),
        touched_(touched),
        incomplete_(incomplete),
        stop_(std::move(stop)),
        hasher_(query.connector->row_hasher()),
        hashing_(query.fields, query.key) {
    columns_ = ColumnsOf(query, plain_);
  }
  const columnar::Fields& fields() const override { return query_.fields; }

  Result<Array> Next() override {
    for (;;) {
      if (!stream_.valid()) {
        DVT_ASSIGN(const bool more, OpenNext());
        if (!more) return Array();
      }
      DVT_ASSIGN(Array batch, stream_.Next());
      if (batch.valid()) {
        flow_.Add(batch.length(), columnar::BatchBytes(batch.get(), query_.fields));
        hashing_.ForEachKey(batch, [&](int64_t, const std::string& key) { missing_.erase(key); });
        return batch;
      }
      stream_.Reset();
      if (!missing_.empty()) return Missed();
    }
  }

 private:
  Error Missed() {
    incomplete_ = true;
    return Error(ErrorCode::kStartOver, fmt::format("{} of the changed rows of {} are not found by their keys, for example {}",
                                                    missing_.size(), query_.described, *missing_.begin()))
        .WithHint("the rows may just have been deleted: run again, or with --full-refresh");
  }

  Result<bool> OpenNext() {
    const size_t most = query_.keys_are_indexed ? kKeysAtATime : kScannedKeysAtATime;
    std::vector<std::string> keys;
    size_t bytes = 0;
    missing_.clear();
    KeyRow row;
    while (keys.size() < most && bytes < kKeyBytesAtATime) {
      DVT_ASSIGN(const bool more, touched_.Next(row));
      if (!more) break;
      bytes += row.key.size() + 4;
      keys.push_back(row.key);
      missing_.insert(row.key);
    }
    if (keys.empty()) return false;
    const std::string predicate = hasher_->KeyPredicate(ChosenColumns(columns_, query_.key), keys);
    connectors::ReadRequest request;
    request.options = query_.rows.options;
    request.sql = plain_ ? connectors::SelectText(*query_.connector, query_.rows, predicate)
                         : WrappedRows(query_, "*") + " WHERE " + predicate;
    DVT_ASSIGN(plan_, query_.connector->PlanRead(request, query_.scope, stop_));
    plan_.repeatable = false;  // an index may be used
    flow_.FinishPartition();
    stream_ = OpenHashedPartition(query_, plan_, 0, context_, flow_, stop_);
    return true;
  }

  const HashedQuery& query_;
  const TransferContext& context_;
  FlowCounter& flow_;
  RowSpool& touched_;
  bool& incomplete_;
  std::stop_token stop_;
  std::shared_ptr<const connectors::RowHasher> hasher_;
  LocalHashing hashing_;
  std::unordered_set<std::string> missing_;  // keys of the query that is running
  std::vector<connectors::HashedColumn> columns_;
  bool plain_ = false;
  connectors::ReadPlan plan_;
  Stream stream_;
};

}  // namespace

Stream ReadTouched(const HashedQuery& query, const TransferContext& context, FlowCounter& flow, RowSpool& touched,
                   bool& incomplete, std::stop_token stop) {
  return Stream(std::make_unique<TouchedRows>(query, context, flow, touched, incomplete, std::move(stop)));
}

int64_t MostKeysToLookFor(const HashedQuery& query, int64_t rows) {
  return query.keys_are_indexed ? std::max<int64_t>(kKeysAtATime, rows / 4)
                                : kMostScans * static_cast<int64_t>(kScannedKeysAtATime);
}

}  // namespace dvt::run
