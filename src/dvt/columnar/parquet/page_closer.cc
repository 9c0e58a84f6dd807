#include <fmt/format.h>
#include <parquet/types.h>

#include <algorithm>
#include <limits>

#include "dvt/columnar/parquet/batch_memory_arrow.h"
#include "dvt/columnar/parquet/page_closer_internal.h"
#include "dvt/columnar/parquet/runs.h"
#include "dvt/columnar/parquet/zstd_pages.h"

namespace dvt::columnar {

namespace {

constexpr int64_t kBlockBytes = 64 << 10;

}  // namespace

PageCloser::PageCloser(const parquet::ColumnDescriptor& column, const ChunkLimits& limits, EncodingChoice& choice)
    : column_(column), choice_(choice) {
  if (limits.codec == arrow::Compression::ZSTD) {
    zstd_ = ZstdEffort{limits.codec_level};
  } else if (limits.codec != arrow::Compression::UNCOMPRESSED) {
    codec_ = parquet::GetCodec(limits.codec, arrow::util::CodecOptions(limits.codec_level));
  }
}

PageCloser::Part PageCloser::NextPart(const LeafRows& rows, int64_t from, int64_t most_rows) const {
  Part part;
  if (rows.repetition.empty()) {
    part.rows = part.entries = std::min(most_rows, rows.entries() - from);
  } else {
    const auto end = static_cast<size_t>(rows.entries());
    for (auto at = static_cast<size_t>(from); at < end; ++at, ++part.entries) {
      if (rows.repetition[at] > 0) continue;
      if (part.rows == most_rows) break;
      ++part.rows;
    }
  }
  part.values = part.entries;
  if (!rows.definition.empty()) {
    const auto begin = rows.definition.begin() + from;
    part.values = std::count(begin, begin + part.entries, static_cast<uint8_t>(column_.max_definition_level()));
  }
  return part;
}

void PageCloser::AddLevels(const LeafRows& rows, int64_t from, const Part& part) {
  const auto before = static_cast<size_t>(entries_), after = static_cast<size_t>(entries_ + part.entries);
  if (part.values < part.entries || !definition_.empty()) {
    definition_.resize(before, static_cast<uint8_t>(column_.max_definition_level()));
    if (rows.definition.empty()) {
      definition_.resize(after, static_cast<uint8_t>(column_.max_definition_level()));
    } else {
      definition_.insert(definition_.end(), rows.definition.begin() + from, rows.definition.begin() + from + part.entries);
    }
  }
  if (!rows.repetition.empty()) {
    repetition_.resize(before);
    repetition_.insert(repetition_.end(), rows.repetition.begin() + from, rows.repetition.begin() + from + part.entries);
  } else if (!repetition_.empty()) {
    repetition_.resize(after);
  }
  rows_ += part.rows;
  entries_ += part.entries;
  values_ += part.values;
}

void PageCloser::PutLevels(std::vector<uint8_t>& levels, int largest) {
  if (largest == 0) return;
  const size_t start = page_.size();
  const uint32_t unknown = 0;
  page_.Append(&unknown, sizeof unknown);
  const int width = BitWidthOf(static_cast<uint32_t>(largest));
  if (levels.empty()) {
    // Without levels of its own the page has values only, each of which begins a row.
    AppendRun(&levels == &definition_ ? static_cast<uint32_t>(largest) : 0, static_cast<size_t>(entries_), width, page_);
  } else {
    AppendRuns(levels.data(), levels.size(), width, page_);
  }
  const auto length = static_cast<uint32_t>(page_.size() - start - sizeof unknown);
  std::memcpy(page_.data() + start, &length, sizeof length);
  levels.clear();
}

Status PageCloser::Close(const PageBytes& values, parquet::Encoding::type encoding, parquet::EncodedStatistics statistics) {
  page_.Clear();
  PutLevels(repetition_, column_.max_repetition_level());
  PutLevels(definition_, column_.max_definition_level());
  const PageBytes* page = &values;
  if (page_.size() > 0) {
    page_.Append(values.data(), values.size());
    page = &page_;
  }
  if (page->size() > static_cast<size_t>(std::numeric_limits<int32_t>::max()))
    return Error(ErrorCode::kUnsupported, fmt::format("a value of the column '{}' is too large for Parquet", column_.name()));
  EncodedPage out;
  out.uncompressed = static_cast<int64_t>(page->size());
  DVT_ASSIGN(const int64_t packed, CompressedPage(*page, encoding));
  DVT_ASSIGN(out.bytes, Keep(compresses() ? packed_.data() : page->data(), packed));
  out.first_row = closed_rows_;
  out.entries = static_cast<int32_t>(entries_);
  out.encoding = encoding;
  out.statistics = std::move(statistics);
  out.statistics.set_null_count(open_nulls());
  out.statistics.all_null_value = values_ == 0;
  pages_.push_back(std::move(out));
  bytes_.fetch_add(packed, std::memory_order_relaxed);
  closed_rows_ += rows_;
  nulls_ += open_nulls();
  all_values_ += values_;
  rows_ = entries_ = values_ = 0;
  return {};
}

Result<std::shared_ptr<arrow::Buffer>> PageCloser::Keep(const uint8_t* data, int64_t size) {
  const bool small = size <= kBlockBytes / 4;
  if (!small || block_ == nullptr || block_->size() - block_used_ < size) {
    auto bytes = arrow::AllocateBuffer(small ? kBlockBytes : size, BatchMemory());
    if (!bytes.ok()) return Error(ErrorCode::kMemory, bytes.status().message());
    if (!small) {
      std::memcpy((*bytes)->mutable_data(), data, static_cast<size_t>(size));
      return std::shared_ptr<arrow::Buffer>(*std::move(bytes));
    }
    block_ = *std::move(bytes);
    block_used_ = 0;
  }
  std::memcpy(block_->mutable_data() + block_used_, data, static_cast<size_t>(size));
  auto kept = arrow::SliceBuffer(block_, block_used_, size);
  block_used_ += size;
  return kept;
}

std::vector<EncodedPage> PageCloser::TakePages() {
  block_.reset();
  page_.Release();
  packed_.Release();
  other_.Release();
  return std::move(pages_);
}

Result<int64_t> PageCloser::CompressedPage(const PageBytes& page, parquet::Encoding::type encoding) {
  const auto type = column_.physical_type();
  const bool wide = type == parquet::Type::INT64 || type == parquet::Type::DOUBLE;
  if (!zstd_ || !zstd_->may_stride() || !wide || encoding != parquet::Encoding::PLAIN)
    return Compressed(page.data(), page.size());
  const ZstdEffort striding{zstd_->level, true};
  if (!choice_.TriesStrides()) return Zstd(page.data(), page.size(), choice_.strides() ? striding : *zstd_, packed_);
  DVT_ASSIGN(const int64_t usual, Zstd(page.data(), page.size(), *zstd_, packed_));
  DVT_ASSIGN(const int64_t strided, Zstd(page.data(), page.size(), striding, other_));
  choice_.SetStrides(strided <= usual);
  if (strided < usual) std::swap(packed_, other_);
  return std::min(usual, strided);
}

Result<int64_t> PageCloser::Zstd(const uint8_t* data, size_t size, ZstdEffort effort, PageBytes& out) const {
  out.Clear();
  const size_t room = ZstdRoom(size);
  DVT_ASSIGN(const size_t packed, ZstdCompress(data, size, effort, out.Room(room), room));
  return static_cast<int64_t>(packed);
}

Result<int64_t> PageCloser::Compressed(const uint8_t* data, size_t size) {
  const auto length = static_cast<int64_t>(size);
  if (!compresses()) return length;
  if (zstd_) return Zstd(data, size, *zstd_, packed_);
  packed_.Clear();
  const int64_t room = codec_->MaxCompressedLen(length, data);
  auto packed = codec_->Compress(length, data, room, packed_.Room(static_cast<size_t>(room)));
  if (!packed.ok()) return Error(ErrorCode::kInternal, "a page cannot be compressed: " + packed.status().message());
  return *packed;
}

}  // namespace dvt::columnar
