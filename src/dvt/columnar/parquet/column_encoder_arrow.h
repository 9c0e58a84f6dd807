#pragma once

#include <arrow/buffer.h>
#include <arrow/util/compression.h>
#include <parquet/schema.h>
#include <parquet/statistics.h>

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

#include "dvt/columnar/parquet/leaf_rows_arrow.h"

namespace dvt::columnar {

/// How column chunks are cut and compressed.
struct ChunkLimits {
  int64_t page_rows = 20'000;
  int64_t page_bytes = int64_t{1} << 20;        ///< before compression
  int64_t dictionary_bytes = int64_t{2} << 20;  ///< of the different values; a column with more is written plainly
  arrow::Compression::type codec = arrow::Compression::ZSTD;
  int codec_level = 1;
};

/// A finished page: levels and values, compressed.
struct EncodedPage {
  std::shared_ptr<arrow::Buffer> bytes;
  int64_t uncompressed = 0;
  int64_t first_row = 0;
  int32_t entries = 0;
  parquet::Encoding::type encoding = parquet::Encoding::PLAIN;
  parquet::EncodedStatistics statistics;
};

/// A column's part of a row group.
struct EncodedChunk {
  std::shared_ptr<arrow::Buffer> dictionary;  ///< not compressed; null: there is none
  int32_t dictionary_values = 0;
  std::vector<EncodedPage> pages;
  parquet::EncodedStatistics statistics;
  int64_t nans = 0;
};

/// What was seen of a column's values: whether a dictionary makes its chunks smaller, and strides its pages. Shared by the files of one write. Thread-safe.
class EncodingChoice {
 public:
  enum class Way : uint8_t { kUnknown, kDictionary, kPlain };
  Way way() const { return way_.load(std::memory_order_relaxed); }
  void Set(Way way) { way_.store(way, std::memory_order_relaxed); }

  /// True for one page in so many, which is to find out about strides for those after it.
  bool TriesStrides() { return pages_.fetch_add(1, std::memory_order_relaxed) % kPagesOfATrial == 0; }
  bool strides() const { return strides_.load(std::memory_order_relaxed); }
  void SetStrides(bool strides) { strides_.store(strides, std::memory_order_relaxed); }

 private:
  static constexpr uint32_t kPagesOfATrial = 64;

  std::atomic<uint32_t> pages_{0};
  std::atomic<bool> strides_{false};
  std::atomic<Way> way_{Way::kUnknown};
};

/// Encodes one Parquet column of one row group as rows come, and compresses each page as it is full: what is kept are the compressed pages, and of the
/// open page the values. Whether a dictionary pays is found out by trying both on the first page of a column, and going on as that says. One thread at a time.
class ColumnEncoder {
 public:
  virtual ~ColumnEncoder() = default;
  virtual Status Append(const LeafRows& rows) = 0;
  /// No rows come after it.
  virtual Result<EncodedChunk> Finish() = 0;
  /// Of the pages so far, compressed. May be asked from other threads.
  virtual int64_t bytes() const = 0;
};

/// `column` must outlive the encoder. `expected_rows`: about how many the row group will have.
std::unique_ptr<ColumnEncoder> MakeColumnEncoder(const parquet::ColumnDescriptor& column, const ChunkLimits& limits,
                                                 std::shared_ptr<EncodingChoice> choice, int64_t expected_rows);

}  // namespace dvt::columnar
