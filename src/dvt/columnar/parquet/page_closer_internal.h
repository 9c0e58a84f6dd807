#pragma once

#include <atomic>
#include <optional>

#include "dvt/columnar/parquet/column_encoder_arrow.h"
#include "dvt/columnar/parquet/page_bytes.h"
#include "dvt/columnar/parquet/zstd_pages.h"

namespace dvt::columnar {

/// The pages of a chunk, whatever their values are: counts rows and levels of the open page, and compresses it when it is done.
class PageCloser {
 public:
  /// `choice` must outlive it.
  PageCloser(const parquet::ColumnDescriptor& column, const ChunkLimits& limits, EncodingChoice& choice);

  /// A part of rows that goes into one page.
  struct Part {
    int64_t rows = 0, entries = 0, values = 0;
  };
  /// The next part that begins at entry `from`, of at most `rows` rows.
  Part NextPart(const LeafRows& rows, int64_t from, int64_t most_rows) const;
  /// Adds a part's levels to the open page.
  void AddLevels(const LeafRows& rows, int64_t from, const Part& part);
  int64_t open_rows() const { return rows_; }
  int64_t open_entries() const { return entries_; }
  int64_t open_nulls() const { return entries_ - values_; }

  /// Ends the open page. `statistics` has the bounds of its values.
  Status Close(const PageBytes& values, parquet::Encoding::type encoding, parquet::EncodedStatistics statistics);
  /// Bytes that so many take compressed.
  Result<int64_t> Compressed(const uint8_t* data, size_t size);

  /// At the end of the chunk.
  std::vector<EncodedPage> TakePages();
  int64_t nulls() const { return nulls_; }  ///< of all closed pages
  int64_t values() const { return all_values_; }
  int64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

 private:
  bool compresses() const { return zstd_.has_value() || codec_ != nullptr; }
  /// Leaves it in packed_.
  Result<int64_t> CompressedPage(const PageBytes& page, parquet::Encoding::type encoding);
  Result<int64_t> Zstd(const uint8_t* data, size_t size, ZstdEffort effort, PageBytes& out) const;
  /// A copy of a page. Small ones lie together: one by one, they would leave holes in the allocator's memory.
  Result<std::shared_ptr<arrow::Buffer>> Keep(const uint8_t* data, int64_t size);
  void PutLevels(std::vector<uint8_t>& levels, int largest);

  const parquet::ColumnDescriptor& column_;
  EncodingChoice& choice_;
  std::optional<ZstdEffort> zstd_;
  std::unique_ptr<arrow::util::Codec> codec_;  // of others
  int64_t rows_ = 0, entries_ = 0, values_ = 0;
  std::vector<uint8_t> definition_, repetition_;  // of the open page; empty: the highest, and 0
  std::vector<EncodedPage> pages_;
  std::shared_ptr<arrow::Buffer> block_;  // of small pages, full up to block_used_
  int64_t block_used_ = 0;
  int64_t closed_rows_ = 0, nulls_ = 0, all_values_ = 0;
  PageBytes page_, packed_, other_;
  std::atomic<int64_t> bytes_{0};
};

}  // namespace dvt::columnar
