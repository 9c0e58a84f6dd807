#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "dvt/columnar/parquet/page_closer_internal.h"
#include "dvt/columnar/parquet/runs.h"
#include "dvt/columnar/parquet/value_kinds_internal.h"

namespace dvt::columnar {

namespace {

using Way = EncodingChoice::Way;

constexpr int64_t kPartRows = 1024;
constexpr int64_t kEnoughToKnow = 4096;  // values of a first page that decide for other row groups too
constexpr double kWorthIt = 0.9;         // of the plain size: finding values in a dictionary takes time
constexpr int kDigitsOf128 = 38;         // of a decimal
constexpr size_t kBoundBytes = 4096;     // longer bounds are left out

/// How many different values so many will have: windows of equal size bring new ones in numbers that fall in the same proportion, as they do when
/// values are drawn from a fixed set.
double ExpectedDistinct(double first_half, double both, double halves) {
  if (first_half <= 0) return both;
  const double ratio = (both - first_half) / first_half;
  if (halves <= 2) return both;
  if (ratio >= 0.999) return first_half * halves;
  return first_half * (1 - std::pow(ratio, halves)) / (1 - ratio);
}

/// What all kinds of columns share.
class PagedEncoder : public ColumnEncoder {
 public:
  PagedEncoder(const parquet::ColumnDescriptor& column, const ChunkLimits& limits, std::shared_ptr<EncodingChoice> choice)
      : column_(column), limits_(limits), choice_(std::move(choice)), pages_(column, limits, *choice_) {}

  Status Append(const LeafRows& rows) final {
    const int64_t part_rows = PartRows(rows);
    for (int64_t entry = 0, value = 0; entry < rows.entries();) {
      const auto part = pages_.NextPart(rows, entry, std::min(part_rows, limits_.page_rows - pages_.open_rows()));
      pages_.AddLevels(rows, entry, part);
      DVT_TRY(AddValues(rows, value, part.values));
      entry += part.entries;
      value += part.values;
      if (pages_.open_rows() >= limits_.page_rows || OpenBytes() >= limits_.page_bytes) DVT_TRY(ClosePage(false));
    }
    return {};
  }
  int64_t bytes() const final { return pages_.bytes(); }

 protected:
  virtual Status AddValues(const LeafRows& rows, int64_t from, int64_t count) = 0;
  virtual int64_t OpenBytes() const = 0;
  /// `last`: no rows come after the page.
  virtual Status ClosePage(bool last) = 0;

  template <class Bounds>
  parquet::EncodedStatistics StatisticsOf(const Bounds& bounds) const {
    parquet::EncodedStatistics out;
    bounds.Encode(out);
    out.set_is_signed(column_.sort_order() == parquet::SortOrder::SIGNED);
    out.ApplyStatSizeLimits(kBoundBytes);
    return out;
  }
  template <class Bounds>
  EncodedChunk ChunkOf(const Bounds& bounds) {
    EncodedChunk chunk;
    chunk.pages = pages_.TakePages();
    chunk.statistics = StatisticsOf(bounds);
    chunk.statistics.set_null_count(pages_.nulls());
    chunk.statistics.all_null_value = pages_.values() == 0;
    chunk.nans = bounds.nans;
    return chunk;
  }

  const parquet::ColumnDescriptor& column_;
  const ChunkLimits& limits_;
  const std::shared_ptr<EncodingChoice> choice_;
  PageCloser pages_;

 private:
  // Fewer rows where they are so large that a page would grow far beyond its size.
  int64_t PartRows(const LeafRows& rows) const {
    if (rows.array->length() == 0 || !arrow::is_base_binary_like(rows.array->type_id())) return kPartRows;
    const auto* offsets = rows.array->data()->GetValues<int32_t>(1);
    const int64_t bytes = offsets[rows.array->length()] - offsets[0];
    return std::clamp<int64_t>(limits_.page_bytes * rows.rows / std::max<int64_t>(1, bytes), 1, kPartRows);
  }
};

template <class Kind>
class ValueEncoder final : public PagedEncoder {
 public:
  ValueEncoder(const parquet::ColumnDescriptor& column, const ChunkLimits& limits, std::shared_ptr<EncodingChoice> choice,
               int64_t expected_rows)
      : PagedEncoder(column, limits, std::move(choice)), kind_(column), expected_rows_(expected_rows) {
    way_ = choice_->way();
    if constexpr (std::is_same_v<Kind, LongDecimalKind>) page_.width = chunk_.width = kind_.width;
  }

  Result<EncodedChunk> Finish() override {
    if (pages_.open_entries() > 0) DVT_TRY(ClosePage(true));
    EncodedChunk chunk = ChunkOf(chunk_);
    if (dictionary_.size() > 0) DVT_TRY(AddDictionary(chunk));
    ReleaseMemory();
    return chunk;
  }

 private:
  using Value = typename Kind::Value;

  Status AddDictionary(EncodedChunk& chunk) const {
    PageBytes bytes;
    for (uint32_t i = 0; i < dictionary_.size(); ++i) {
      const auto value = kind_.ValueOf(dictionary_, i);
      kind_.Put(&value, 1, bytes);
    }
    auto buffer = arrow::AllocateBuffer(static_cast<int64_t>(bytes.size()));
    if (!buffer.ok()) return Error(ErrorCode::kMemory, buffer.status().message());
    if (bytes.size() > 0) std::memcpy((*buffer)->mutable_data(), bytes.data(), bytes.size());
    chunk.dictionary = *std::move(buffer);
    chunk.dictionary_values = static_cast<int32_t>(dictionary_.size());
    return {};
  }
  // Other columns of the row group are yet to come.
  void ReleaseMemory() {
    plain_.Release();
    runs_.Release();
    places_ = {};
    bounded_ = {};
    dictionary_ = {};
  }

  Status AddValues(const LeafRows& rows, int64_t from, int64_t count) override {
    for (int64_t done = 0; done < count; done += kPartRows) {
      const auto size = static_cast<size_t>(std::min(kPartRows, count - done));
      kind_.Load(rows, from + done, size, part_);
      if (way_ != Way::kPlain) AddPlaces(size);
      if (way_ != Way::kDictionary) kind_.Put(part_, size, plain_);
      if (!Kind::kByPlace || way_ == Way::kPlain) page_.Add(part_, size);
    }
    if (way_ == Way::kPlain || static_cast<int64_t>(dictionary_.bytes()) <= limits_.dictionary_bytes) return {};
    return LeaveDictionary();
  }

  void AddPlaces(size_t size) {
    const size_t before = places_.size();
    places_.resize(before + size);
    uint32_t* places = places_.data() + before;
    for (size_t i = 0; i < size; ++i) places[i] = dictionary_.PlaceOf(kind_.KeyOf(part_[i]));
    if constexpr (Kind::kByPlace) {
      bounded_.resize(dictionary_.size(), 0);
      for (size_t i = 0; i < size; ++i) {
        if (bounded_[places[i]] == page_number_) continue;
        bounded_[places[i]] = page_number_;
        page_.Add(&part_[i], 1);
      }
    }
  }

  int64_t OpenBytes() const override {
    return static_cast<int64_t>(way_ == Way::kPlain ? plain_.size() : places_.size() * sizeof(uint32_t));
  }

  Status LeaveDictionary() {
    if (way_ == Way::kDictionary) {
      DVT_TRY(ClosePage(false));  // the rest of the chunk is plain
    } else {
      DropDictionary();
    }
    way_ = Way::kPlain;
    choice_->Set(way_);
    return {};
  }
  void DropDictionary() {
    dictionary_.Clear();
    places_.clear();
  }

  Status ClosePage(bool last) override {
    if (!kind_.Fits(page_))
      return Error(ErrorCode::kData, fmt::format("the column '{}' has a value of more than {} digits",
                                                 column_.path()->ToDotString(), column_.type_precision()));
    if (way_ == Way::kUnknown) DVT_TRY(Decide(last));
    const PageBytes* values = &plain_;
    if (way_ == Way::kDictionary) {
      Encode(places_);
      values = &runs_;
    }
    DVT_TRY(pages_.Close(*values, way_ == Way::kDictionary ? parquet::Encoding::RLE_DICTIONARY : parquet::Encoding::PLAIN,
                         StatisticsOf(page_)));
    places_.clear();
    plain_.Clear();
    chunk_.Merge(page_);
    page_ = {};
    if constexpr (std::is_same_v<Kind, LongDecimalKind>) page_.width = kind_.width;
    ++page_number_;
    return {};
  }

  void Encode(const std::vector<uint32_t>& places) {
    runs_.Clear();
    const int width = BitWidthOf(dictionary_.size() == 0 ? 0 : static_cast<uint32_t>(dictionary_.size() - 1));
    const auto width_byte = static_cast<uint8_t>(width);
    runs_.Append(&width_byte, 1);
    AppendRuns(places.data(), places.size(), width, runs_);
  }

  // Both ways are tried on the first page, and what they take is carried on to the whole row group.
  Status Decide(bool last) {
    const auto count = static_cast<double>(places_.size());
    if (count == 0) {  // nulls only
      if (last) way_ = Way::kPlain;
      return {};
    }
    const auto all = last ? count : std::max(count, static_cast<double>(expected_rows_));
    const auto different = static_cast<double>(dictionary_.size());
    const size_t half = (places_.size() + 1) / 2;
    const double in_half = 1 + *std::max_element(places_.begin(), places_.begin() + static_cast<std::ptrdiff_t>(half));
    const double expected = ExpectedDistinct(in_half, different, all / static_cast<double>(half));
    DVT_ASSIGN(const auto plain, pages_.Compressed(plain_.data(), plain_.size()));
    Encode(places_);
    DVT_ASSIGN(const auto places, pages_.Compressed(runs_.data(), runs_.size()));
    const double value_bytes = static_cast<double>(dictionary_.bytes()) / different;
    const double packing = static_cast<double>(plain) / static_cast<double>(plain_.size());
    const auto widest = static_cast<uint32_t>(std::max(expected, different)) - 1;
    const double widening = static_cast<double>(BitWidthOf(widest)) / BitWidthOf(static_cast<uint32_t>(dictionary_.size() - 1));
    const double with = expected * value_bytes * packing + all / count * static_cast<double>(places) * widening;
    const bool fits = expected * value_bytes <= static_cast<double>(limits_.dictionary_bytes);
    way_ = fits && with <= kWorthIt * all / count * static_cast<double>(plain) ? Way::kDictionary : Way::kPlain;
    if (places_.size() >= static_cast<size_t>(kEnoughToKnow)) choice_->Set(way_);
    if (way_ == Way::kPlain) DropDictionary();
    return {};
  }

  Kind kind_;
  Way way_;
  const int64_t expected_rows_;
  Value part_[kPartRows];
  typename Kind::Dictionary dictionary_;
  std::vector<uint32_t> places_;   // of the open page's values
  std::vector<uint32_t> bounded_;  // by place: the last page whose bounds have the value
  uint32_t page_number_ = 1;
  PageBytes plain_, runs_;  // the open page
  typename Kind::Bounds page_, chunk_;
};

class BoolEncoder final : public PagedEncoder {
 public:
  BoolEncoder(const parquet::ColumnDescriptor& column, const ChunkLimits& limits, std::shared_ptr<EncodingChoice> choice)
      : PagedEncoder(column, limits, std::move(choice)), kind_(column) {}

  Result<EncodedChunk> Finish() override {
    if (pages_.open_entries() > 0) DVT_TRY(ClosePage(true));
    return ChunkOf(chunk_);
  }

 private:
  Status AddValues(const LeafRows& rows, int64_t from, int64_t count) override {
    const size_t before = values_.size();
    values_.resize(before + static_cast<size_t>(count));
    kind_.Load(rows, from, static_cast<size_t>(count), values_.data() + before);
    return {};
  }
  int64_t OpenBytes() const override { return static_cast<int64_t>(values_.size()); }

  Status ClosePage(bool) override {
    PageBytes bits;
    const size_t bytes = (values_.size() + 7) / 8;
    std::memset(bits.Room(bytes + 1), 0, bytes);
    bits.Grow(bytes);
    for (size_t i = 0; i < values_.size(); ++i) bits.data()[i / 8] |= static_cast<uint8_t>(values_[i] << (i % 8));
    NumberBounds<uint8_t> page;
    page.Add(values_.data(), values_.size());
    DVT_TRY(pages_.Close(bits, parquet::Encoding::PLAIN, StatisticsOf(page)));
    chunk_.Merge(page);
    values_.clear();
    return {};
  }

  BoolKind kind_;
  std::vector<uint8_t> values_;
  NumberBounds<uint8_t> chunk_;
};

}  // namespace

std::unique_ptr<ColumnEncoder> MakeColumnEncoder(const parquet::ColumnDescriptor& column, const ChunkLimits& limits,
                                                 std::shared_ptr<EncodingChoice> choice, int64_t expected_rows) {
  const auto made = [&]<class Kind>(std::type_identity<Kind>) -> std::unique_ptr<ColumnEncoder> {
    return std::make_unique<ValueEncoder<Kind>>(column, limits, std::move(choice), expected_rows);
  };
  const bool decimal = column.logical_type() != nullptr && column.logical_type()->is_decimal();
  const bool without_sign = column.sort_order() == parquet::SortOrder::UNSIGNED;
  switch (column.physical_type()) {
    case parquet::Type::BOOLEAN: return std::make_unique<BoolEncoder>(column, limits, std::move(choice));
    case parquet::Type::INT32:
      if (without_sign) return made(std::type_identity<SmallNumberKind<uint32_t, uint16_t, uint8_t>>{});
      return decimal ? made(std::type_identity<ShortDecimalKind<int32_t>>{})
                     : made(std::type_identity<SmallNumberKind<int32_t, int16_t, int8_t>>{});
    case parquet::Type::INT64:
      if (without_sign) return made(std::type_identity<NumberKind<uint64_t>>{});
      return decimal ? made(std::type_identity<ShortDecimalKind<int64_t>>{}) : made(std::type_identity<NumberKind<int64_t>>{});
    case parquet::Type::FLOAT: return made(std::type_identity<FloatKind>{});
    case parquet::Type::DOUBLE: return made(std::type_identity<DoubleKind>{});
    case parquet::Type::FIXED_LEN_BYTE_ARRAY:
      if (decimal && column.type_precision() > kDigitsOf128) return made(std::type_identity<WideDecimalKind>{});
      return decimal ? made(std::type_identity<LongDecimalKind>{}) : made(std::type_identity<BytesKind<true>>{});
    default: return made(std::type_identity<BytesKind<false>>{});
  }
}

}  // namespace dvt::columnar
