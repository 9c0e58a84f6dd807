#include "dvt/columnar/join/hash_join.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>

#include "dvt/columnar/c_abi/copy_rows.h"
#include "dvt/columnar/hash/key_parts.h"

namespace dvt::columnar {
namespace {

constexpr uint32_t kNone = std::numeric_limits<uint32_t>::max();
constexpr int64_t kBatchRows = 16384;
constexpr size_t kBatchBytes = size_t{1} << 20;
constexpr size_t kPairs = 1024;  // whose values are copied column by column

Error Cancelled() { return Error(ErrorCode::kCancelled, "cancelled"); }

/// One side's columns of the keys.
std::vector<size_t> KeysOf(const JoinShape& shape, bool right) {
  std::vector<size_t> out;
  for (const auto& [left_key, right_key] : shape.keys) out.push_back(right ? right_key : left_key);
  return out;
}

/// One hash of all keys of each row.
void HashRows(const std::vector<ColumnView>& columns, const std::vector<size_t>& keys, int64_t rows, std::vector<uint64_t>& out) {
  HashKeys(columns[keys[0]], rows, out);
  std::vector<uint64_t> more;
  for (size_t i = 1; i < keys.size(); ++i) {
    constexpr uint64_t kOdd = 0x9e3779b97f4a7c15ULL;  // 2⁶⁴ by the golden ratio
    HashKeys(columns[keys[i]], rows, more);
    for (size_t row = 0; row < out.size(); ++row) out[row] = (out[row] ^ (out[row] >> 32)) * kOdd + more[row];
  }
}

bool HasNull(const std::vector<ColumnView>& columns, const std::vector<size_t>& keys, int64_t row) {
  return std::any_of(keys.begin(), keys.end(), [&](size_t key) { return columns[key].IsNull(row); });
}

/// The rows of the held side and where those of each hash are: a table of heads, and from each row to the next one of the same slot.
class HeldRows {
 public:
  HeldRows(Fields fields, std::vector<size_t> keys) : fields_(std::move(fields)), keys_(std::move(keys)) {}

  Status Read(Stream& rows, const std::stop_token& stop) {
    for (;;) {
      if (stop.stop_requested()) return Cancelled();
      DVT_ASSIGN(Array batch, rows.Next());
      if (!batch.valid()) break;
      if (batch.length() == 0) continue;
      if (places_.size() + static_cast<size_t>(batch.length()) >= kNone)
        return Error(ErrorCode::kMemory, "a part of a join has more than four billion rows").WithHint("lower join_memory");
      for (int64_t row = 0; row < batch.length(); ++row)
        places_.push_back({static_cast<uint32_t>(batches_.size()), static_cast<uint32_t>(row)});
      columns_.push_back(BatchColumns(batch.get(), fields_));
      batches_.push_back(std::move(batch));
    }
    rows.Reset();
    Index();
    return {};
  }

  uint32_t First(uint64_t hash) const { return heads_.empty() ? kNone : heads_[hash & (heads_.size() - 1)]; }
  uint32_t Next(uint32_t row) const { return next_[row]; }
  bool KeysAre(uint32_t row, const std::vector<ColumnView>& others, const std::vector<size_t>& keys, int64_t other_row) const {
    const Place place = places_[row];
    const auto& columns = columns_[place.batch];
    for (size_t i = 0; i < keys.size(); ++i) {
      if (!KeysEqual(columns[keys_[i]], place.row, others[keys[i]], other_row)) return false;
    }
    return true;
  }
  void Append(ColumnBuilder& builder, size_t column, uint32_t row) const {
    const Place place = places_[row];
    AppendCopy(builder, columns_[place.batch][column], place.row);
  }
  uint32_t size() const { return static_cast<uint32_t>(places_.size()); }

 private:
  struct Place {
    uint32_t batch, row;
  };

  void Index() {
    if (places_.empty()) return;
    heads_.assign(std::bit_ceil(places_.size() + places_.size() / 2), kNone);
    next_.assign(places_.size(), kNone);
    std::vector<uint64_t> hashes;
    uint32_t row = 0;
    for (size_t batch = 0; batch < batches_.size(); ++batch) {
      HashRows(columns_[batch], keys_, batches_[batch].length(), hashes);
      for (size_t i = 0; i < hashes.size(); ++i, ++row) {
        if (HasNull(columns_[batch], keys_, static_cast<int64_t>(i))) continue;
        uint32_t& head = heads_[hashes[i] & (heads_.size() - 1)];
        next_[row] = head;
        head = row;
      }
    }
  }

  const Fields fields_;
  const std::vector<size_t> keys_;
  std::vector<Array> batches_;
  std::vector<std::vector<ColumnView>> columns_;  // of each batch; they borrow from fields_
  std::vector<Place> places_;
  std::vector<uint32_t> heads_, next_;
};

class HashJoin {
 public:
  HashJoin(JoinShape shape, JoinSide left, JoinSide right, bool hold_right, Fields fields, std::stop_token stop)
      : shape_(std::move(shape)),
        hold_right_(hold_right),
        passing_(std::move(hold_right ? left : right)),
        held_stream_(std::move((hold_right ? right : left).rows)),
        held_(std::move((hold_right ? right : left).fields), KeysOf(shape_, hold_right)),
        passing_keys_(KeysOf(shape_, !hold_right)),
        out_(std::move(fields)),
        stop_(std::move(stop)) {
    const bool left_kept = shape_.kind == JoinKind::kLeft || shape_.kind == JoinKind::kFull;
    const bool right_kept = shape_.kind == JoinKind::kRight || shape_.kind == JoinKind::kFull;
    keep_passing_ = hold_right ? left_kept : right_kept;
    keep_held_ = hold_right ? right_kept : left_kept;
  }

  Result<Array> Next() {
    if (held_stream_.valid()) {
      DVT_TRY(held_.Read(held_stream_, stop_));
      if (keep_held_) matched_.assign(held_.size(), false);
    }
    while (!Full()) {
      if (stop_.stop_requested()) return Cancelled();
      if (!passing_.rows.valid()) {
        if (!AppendUnmatched()) break;
      } else if (!batch_.valid()) {
        DVT_TRY(TakeBatch());
      } else {
        FindPairs();
        AppendPairs();
      }
    }
    return out_.rows() == 0 ? Array() : out_.Finish();
  }

 private:
  bool Full() const { return out_.rows() >= kBatchRows || out_.bytes() >= kBatchBytes; }

  Status TakeBatch() {
    DVT_ASSIGN(batch_, passing_.rows.Next());
    if (!batch_.valid()) {
      passing_.rows.Reset();
      return {};
    }
    columns_ = BatchColumns(batch_.get(), passing_.fields);
    HashRows(columns_, passing_keys_, batch_.length(), hashes_);
    row_ = 0;
    begun_ = false;
    return {};
  }

  // Pairs of rows, as many as are copied at a time; goes on where it stopped.
  void FindPairs() {
    for (; row_ < batch_.length(); ++row_, begun_ = false) {
      if (!begun_) {
        at_ = HasNull(columns_, passing_keys_, row_) ? kNone : held_.First(hashes_[static_cast<size_t>(row_)]);
        begun_ = true;
        found_ = false;
      }
      for (; at_ != kNone; at_ = held_.Next(at_)) {
        if (!held_.KeysAre(at_, columns_, passing_keys_, row_)) continue;
        if (pairs_.size() == kPairs) return;
        found_ = true;
        if (keep_held_) matched_[at_] = true;
        pairs_.push_back({row_, at_});
      }
      if (found_ || !keep_passing_) continue;
      if (pairs_.size() == kPairs) return;
      pairs_.push_back({row_, kNone});
    }
  }

  void AppendPairs() {
    for (size_t i = 0; i < shape_.columns.size(); ++i) {
      ColumnBuilder& builder = out_.column(static_cast<int>(i));
      const JoinedColumn& column = shape_.columns[i];
      if (column.right == hold_right_) {
        for (const Pair& pair : pairs_)
          pair.held == kNone ? builder.AppendNull() : held_.Append(builder, column.column, pair.held);
      } else {
        for (const Pair& pair : pairs_) AppendCopy(builder, columns_[column.column], pair.row);
      }
    }
    pairs_.clear();
    if (row_ == batch_.length()) batch_.Reset();
  }

  // Rows of the held side that found no partner; false after the last.
  bool AppendUnmatched() {
    const auto size = static_cast<uint32_t>(matched_.size());
    for (; unmatched_ < size && !Full(); ++unmatched_) {
      if (matched_[unmatched_]) continue;
      for (size_t i = 0; i < shape_.columns.size(); ++i) {
        ColumnBuilder& builder = out_.column(static_cast<int>(i));
        const JoinedColumn& column = shape_.columns[i];
        column.right == hold_right_ ? held_.Append(builder, column.column, unmatched_) : builder.AppendNull();
      }
    }
    return unmatched_ < size;
  }

  struct Pair {
    int64_t row;    // of the batch that passes
    uint32_t held;  // kNone: it has no partner
  };

  const JoinShape shape_;
  const bool hold_right_;
  JoinSide passing_;
  Stream held_stream_;
  HeldRows held_;
  const std::vector<size_t> passing_keys_;
  BatchBuilder out_;
  std::stop_token stop_;
  bool keep_passing_ = false, keep_held_ = false;
  std::vector<bool> matched_;  // rows of the held side, if those without a partner are kept
  uint32_t unmatched_ = 0;

  Array batch_;
  std::vector<ColumnView> columns_;
  std::vector<uint64_t> hashes_;
  int64_t row_ = 0;
  uint32_t at_ = kNone;
  bool begun_ = false, found_ = false;
  std::vector<Pair> pairs_;
};

}  // namespace

Stream JoinByHash(JoinShape shape, JoinSide left, JoinSide right, bool hold_right, Fields fields, std::stop_token stop) {
  auto join =
      std::make_shared<HashJoin>(std::move(shape), std::move(left), std::move(right), hold_right, fields, std::move(stop));
  return MakeStream(std::move(fields), [join]() { return join->Next(); });
}

}  // namespace dvt::columnar
