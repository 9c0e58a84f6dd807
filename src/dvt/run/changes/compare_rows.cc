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

Result<RowChanges> CompareRows(CheckedRows& now, SortedRows* before, StateWriter& next, const std::string& folder) {
  RowChanges changes;
  DVT_ASSIGN(changes.touched, RowSpool::Open(folder));
  DVT_ASSIGN(changes.gone, RowSpool::Open(folder));
  KeyRow row, old;
  bool has_old = false;
  if (before != nullptr) {
    DVT_ASSIGN(has_old, before->Next(old));
  }
  DVT_ASSIGN(bool has_row, now.Next(row));
  const auto touch = [](Touch what) { return columnar::RowDigest{static_cast<uint8_t>(what)}; };
  while (has_row || has_old) {
    const int order = !has_old ? -1 : !has_row ? 1 : row.key.compare(old.key);
    if (order > 0) {
      ++changes.counts.deleted;
      DVT_TRY(changes.gone->Append(old.key, kUnknownHash));
    } else if (order < 0) {
      ++changes.counts.inserted;
      DVT_TRY(changes.touched->Append(row.key, touch(Touch::kInserted)));
    } else if (row.hash != old.hash) {
      ++changes.counts.changed;
      DVT_TRY(changes.touched->Append(row.key, touch(Touch::kChanged)));
    } else {
      ++changes.counts.unchanged;
    }
    if (order <= 0) {
      DVT_TRY(next.Append(row.key, row.hash));
      DVT_ASSIGN(has_row, now.Next(row));
    }
    if (order >= 0) {
      DVT_ASSIGN(has_old, before->Next(old));
    }
  }
  DVT_TRY(changes.touched->Rewind());
  DVT_TRY(changes.gone->Rewind());
  return changes;
}

}  // namespace dvt::run
