#pragma once

#include <memory>
#include <optional>
#include <string>

#include "dvt/base/text/value.h"
#include "dvt/run/changes/key_rows.h"
#include "dvt/run/changes/row_groups.h"

namespace dvt::run {

/// A file of rows in order under a name, complete or absent: written beside, checked when read, forced to the disk. Behind the rows lie
/// their groups, if there are enough rows.
class StateWriter {
 public:
  static Result<std::unique_ptr<StateWriter>> Open(const std::string& path, const Value& header);
  ~StateWriter();
  Status Append(std::string_view key, const columnar::RowDigest& hash);
  /// Puts the file in its place. `reread`: for RowGroups.
  Status Commit(int64_t reread = 0);
  int64_t rows() const { return rows_; }
  /// Of all rows.
  const RowSums& total() const { return total_; }

 private:
  StateWriter(std::string path, std::string beside, std::FILE* file, bool integer_key)
      : path_(std::move(path)), beside_(std::move(beside)), file_(file), groups_(integer_key) {}
  Status WriteTail(int64_t reread);
  std::string path_;
  std::string beside_;
  std::FILE* file_;
  std::string last_;
  int64_t rows_ = 0;
  RowGroupBuilder groups_;
  RowSums total_;
};

class StateReader : public SortedRows {
 public:
  /// kNotFound without a file; kData if it is no state of this version or was cut off.
  static Result<std::unique_ptr<StateReader>> Open(const std::string& path);
  ~StateReader() override;
  const Value& header() const { return header_; }
  int64_t rows() const { return rows_; }
  /// Nothing for few rows, and in files of earlier versions.
  const std::optional<RowGroups>& groups() const { return groups_; }
  /// Of all rows; reads them if there are no groups, and begins again.
  Result<RowSums> Total();
  Result<bool> Next(KeyRow& row) override;

 private:
  StateReader(std::string path, std::FILE* file) : path_(std::move(path)), file_(file) {}
  Status ReadHead();
  bool ReadTail();
  std::string path_;
  std::FILE* file_;
  long begin_ = 0;  // of the rows
  Value header_;
  std::optional<RowGroups> groups_;
  std::string last_;
  int64_t rows_ = 0;
  int64_t read_ = 0;
};

/// What is known of the rows of one target: the state after the last change that was committed there, and perhaps a second one of
/// which nobody knows whether it was committed. Both together never promise more than the target holds.
class RowState {
 public:
  /// `path`: without an ending.
  explicit RowState(std::string path) : path_(std::move(path)) {}
  /// The rows that the target may hold; null with the reason if nothing is known or the header is another. A change that was cut off
  /// is first settled: what differs in both states gets the unknown hash.
  Result<std::unique_ptr<StateReader>> Open(const Value& header, std::string& why_not);
  /// How many rows Open would give, about, and their groups; nothing with the reason if it would give none. Changes nothing.
  struct Known {
    int64_t rows = 0;
    std::optional<RowGroups> groups;
  };
  std::optional<Known> Look(const Value& header, std::string& why_not) const;
  /// For the state after the change that is being made. Its Commit must come before that of the target. What was cut off is settled.
  Result<std::unique_ptr<StateWriter>> Begin(const Value& header);
  /// The target has committed: what was begun is the state.
  Status Confirm();
  /// Forgets everything.
  Status Remove();

 private:
  std::string current() const { return path_ + ".rows"; }
  std::string pending() const { return path_ + ".next"; }
  Status Settle();
  std::unique_ptr<StateReader> OpenCurrent(const Value& header, bool interrupted, std::string& why_not) const;
  std::string path_;
};

/// Both states in one: every key of either, with its hash where both have the same.
std::unique_ptr<SortedRows> UnionOf(std::unique_ptr<SortedRows> a, std::unique_ptr<SortedRows> b);

}  // namespace dvt::run
