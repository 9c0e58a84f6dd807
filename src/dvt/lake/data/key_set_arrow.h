#pragma once

#include <arrow/record_batch.h>

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dvt/lake/data/key_table.h"
#include "dvt/lake/data/spill_log_arrow.h"
#include "dvt/lake/filter/expression.h"
#include "dvt/lake/iceberg/schema.h"

namespace dvt::lake {

/// Byte strings, with a number each, that wait on disk until they are asked for part by part; equal strings are in the same part. Not thread-safe.
class DealtKeys {
 public:
  static constexpr int kParts = 64;

  explicit DealtKeys(SpillLog& log) : log_(log) {}
  static int PartOf(uint64_t hash) { return static_cast<int>(hash >> 58); }
  Status Add(std::string_view key, uint64_t hash, int64_t number);
  /// No more come.
  Status Close();
  /// Calls `take` with each key of a part and its number, in the order in which they came.
  Status Read(int part, const std::function<Status(std::string_view key, int64_t number)>& take) const;

 private:
  struct Part {
    std::string bytes;
    std::vector<int32_t> lengths;
    std::vector<int64_t> numbers;
    std::vector<SpillLog::Segment> segments;
  };
  Status Flush(Part& part);

  SpillLog& log_;
  std::array<Part, kParts> parts_;
};

/// The keys of rows that are to be matched with others, of any number: above a budget they wait on disk, and a 64th of them at a time is in memory.
/// Not thread-safe.
class KeySet {
 public:
  struct Options {
    bool may_repeat = false;    ///< else a key that comes twice is kConstraint, told by Add or Close
    bool nulls_match = true;    ///< false as in SQL, where a null equals nothing: such rows are left out
    int64_t budget = 32 << 20;  ///< bytes in memory
  };

  KeySet(std::vector<NestedField> fields, Options options)
      : fields_(std::move(fields)), options_(options), seen_(fields_.size()) {}

  /// The keys of a batch's rows; `columns` are its columns.
  Status Add(const arrow::RecordBatch& batch, const std::vector<NestedField>& columns);
  /// No more come.
  Status Close();

  const std::vector<NestedField>& fields() const { return fields_; }
  bool empty() const { return count_ == 0; }
  /// A condition that every row with one of the keys passes, for the columns that `schema` has with the same type; few keys are listed, of many
  /// the least and the greatest are known.
  Filter Where(const Schema& schema) const;

  /// False if only MightContain and Part can tell.
  bool in_memory() const { return dealt_ == nullptr; }
  bool Contains(std::string_view key, uint64_t hash) const { return table_.Contains(key, hash); }
  bool MightContain(uint64_t hash) const { return filter_->MightContain(hash); }
  Result<KeyTable> Part(int part) const;
  /// Where other keys may wait.
  SpillLog& log() const { return *log_; }

 private:
  /// What is known of the values of one column of the key.
  struct Seen {
    std::vector<Literal> few;  // the different ones, while they are few
    bool many = false;
    std::optional<Literal> least, greatest;
    bool null = false;
  };

  Status Take(std::string_view key);
  Status Spill();
  void Look(const NestedField& field, const arrow::Array& column, Seen& seen) const;
  std::optional<Filter> WhereOf(const NestedField& field, const Seen& seen, const std::string& name) const;

  const std::vector<NestedField> fields_;
  const Options options_;
  std::vector<Seen> seen_;
  int64_t count_ = 0;
  KeyTable table_;
  std::unique_ptr<SpillLog> log_ = std::make_unique<SpillLog>();
  std::unique_ptr<DealtKeys> dealt_;
  std::optional<KeyFilter> filter_;
};

}  // namespace dvt::lake
