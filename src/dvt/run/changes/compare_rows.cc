#include "dvt/run/changes/compare_rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "dvt/base/text/text.h"

namespace dvt::run {

namespace {

// The key for people: "7", or "(7, de)".
std::string Shown(std::string_view key) {
  std::vector<std::string> texts;
  for (const auto& part : columnar::SplitKey(key)) texts.push_back(part.null ? "NULL" : part.text.substr(0, 60));
  return texts.size() == 1 ? texts[0] : "(" + Join(texts, ", ") + ")";
}

bool HasNull(std::string_view key) {
  if (key.find('~') == std::string_view::npos) return false;
  const auto parts = columnar::SplitKey(key);
  return std::any_of(parts.begin(), parts.end(), [](const auto& part) { return part.null; });
}

}  // namespace

Result<bool> CheckedRows::Next(KeyRow& row) {
  if ((count_ & 0xffff) == 0 && stop_.stop_requested()) return Error(ErrorCode::kCancelled, "cancelled");
  DVT_ASSIGN(const bool more, rows_.Next(row));
  if (!more) return false;
  if (count_ > 0 && row.key == last_) {
    return Error(ErrorCode::kData,
                 fmt::format("unique_key ({}) is not unique: several rows have {}", Join(key_names_, ", "), Shown(row.key)))
        .WithHint(
            "change_detection needs a key that names each row: add columns to unique_key, or remove the duplicates in the query");
  }
  if (HasNull(row.key)) {
    return Error(ErrorCode::kData,
                 fmt::format("unique_key ({}) has a NULL: a row has {}", Join(key_names_, ", "), Shown(row.key)))
        .WithHint(
            "change_detection needs a key that names each row: leave such rows out, or give the column a value with coalesce()");
  }
  ++count_;
  last_ = row.key;
  return true;
}

Status KeepRows(CheckedRows& now, StateWriter& next) {
  KeyRow row;
  for (;;) {
    DVT_ASSIGN(const bool more, now.Next(row));
    if (!more) return {};
    DVT_TRY(next.Append(row.key, row.hash));
  }
}

namespace {

// What is known of the rows before, and what happened to them.
class Comparison {
 public:
  Comparison(CheckedRows& now, SortedRows* before, StateWriter& next, GroupComparison* groups)
      : now_(now), before_(before), next_(next), groups_(groups) {}

  Result<RowChanges> Run(const std::string& folder) {
    DVT_ASSIGN(changes_.touched, RowSpool::Open(folder));
    DVT_ASSIGN(changes_.gone, RowSpool::Open(folder));
    DVT_TRY(NextOld());
    DVT_ASSIGN(has_row_, now_.Next(row_));
    while ((has_row_ || has_old_) && !changes_.torn) {
      const int order = !has_old_ ? -1 : !has_row_ ? 1 : row_.key.compare(old_.key);
      DVT_TRY(Judge(order));
      if (order <= 0) {
        DVT_TRY(next_.Append(row_.key, row_.hash));
        DVT_ASSIGN(has_row_, now_.Next(row_));
      }
      if (order >= 0) DVT_TRY(NextOld());
    }
    DVT_TRY(changes_.touched->Rewind());
    DVT_TRY(changes_.gone->Rewind());
    return std::move(changes_);
  }

 private:
  Status NextOld() {
    has_old_ = false;
    if (before_ == nullptr) return {};
    if ((++seen_ & 0xffff) == 0 && now_.stopped()) return Error(ErrorCode::kCancelled, "cancelled");
    DVT_ASSIGN(has_old_, before_->Next(old_));
    return {};
  }

  Status Judge(int order) {
    if (order > 0) {
      if (groups_ != nullptr && groups_->Settled(old_)) {
        ++changes_.counts.unchanged;
        return next_.Append(old_.key, old_.hash);
      }
      ++changes_.counts.deleted;
      if (groups_ != nullptr) groups_->Touch(old_);
      return changes_.gone->Append(old_.key, kUnknownHash);
    }
    if (order == 0 && groups_ != nullptr && groups_->Settled(old_)) {
      changes_.torn = true;
      return {};
    }
    if (order == 0 && row_.hash == old_.hash) {
      ++changes_.counts.unchanged;
      return {};
    }
    if (groups_ != nullptr) groups_->Touch(row_);
    if (order == 0 && groups_ != nullptr) groups_->Touch(old_);
    const Touch what = order < 0 ? Touch::kInserted : Touch::kChanged;
    ++(order < 0 ? changes_.counts.inserted : changes_.counts.changed);
    return changes_.touched->Append(row_.key, columnar::RowDigest{static_cast<uint8_t>(what)});
  }

  CheckedRows& now_;
  SortedRows* before_;
  StateWriter& next_;
  GroupComparison* groups_;
  RowChanges changes_;
  KeyRow row_, old_;
  bool has_row_ = false, has_old_ = false;
  int64_t seen_ = 0;
};

}  // namespace

Result<RowChanges> CompareRows(CheckedRows& now, SortedRows* before, StateWriter& next, const std::string& folder,
                               GroupComparison* groups) {
  return Comparison(now, before, next, groups).Run(folder);
}

}  // namespace dvt::run
