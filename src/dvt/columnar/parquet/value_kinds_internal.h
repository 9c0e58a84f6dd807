#pragma once

#include <arrow/array.h>
#include <parquet/schema.h>
#include <parquet/statistics.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "dvt/columnar/parquet/leaf_rows_arrow.h"
#include "dvt/columnar/parquet/value_dictionary.h"
#include "dvt/columnar/types/int128.h"

namespace dvt::columnar {

/// How values of one type are taken from an Arrow array (`Load`), written plainly (`Put`), found in a dictionary (`KeyOf`, `ValueOf`) and bounded.
/// The parts are those of Parquet's Encodings.md (PLAIN) and of its rules for statistics (parquet.thrift, ColumnOrder).

inline void PutBounds(std::string lower, std::string upper, parquet::EncodedStatistics& out) {
  out.set_min(std::move(lower));
  out.set_max(std::move(upper));
  out.is_min_value_exact = out.is_max_value_exact = true;
}

template <class T>
std::string RawText(const T& value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof value);
}

template <class T>
struct NumberBounds {
  T lower = std::numeric_limits<T>::max(), upper = std::numeric_limits<T>::min();
  int64_t nans = 0;  // of numbers that may be none
  bool any = false;

  void Add(const T* values, size_t count) {
    T low = lower, high = upper;
    for (size_t i = 0; i < count; ++i) {
      low = values[i] < low ? values[i] : low;
      high = values[i] > high ? values[i] : high;
    }
    lower = low;
    upper = high;
    any = any || count > 0;
  }
  void Merge(const NumberBounds& other) {
    if (!other.any) return;
    Add(&other.lower, 1);
    Add(&other.upper, 1);
  }
  void Encode(parquet::EncodedStatistics& out) const {
    if (any) PutBounds(RawText(lower), RawText(upper), out);
  }
};

/// NaN is in no order; the zeros are one value, written so that both lie within.
template <class T>
struct FloatBounds {
  T lower = std::numeric_limits<T>::infinity(), upper = -std::numeric_limits<T>::infinity();
  int64_t nans = 0;
  bool any = false;

  void Add(const T* values, size_t count) {
    for (size_t i = 0; i < count; ++i) {
      if (std::isnan(values[i])) {
        ++nans;
        continue;
      }
      if (values[i] < lower) lower = values[i];
      if (values[i] > upper) upper = values[i];
      any = true;
    }
  }
  void Merge(const FloatBounds& other) {
    nans += other.nans;
    if (!other.any) return;
    Add(&other.lower, 1);
    Add(&other.upper, 1);
  }
  void Encode(parquet::EncodedStatistics& out) const {
    if (any) PutBounds(RawText(lower == 0 ? -T{0} : lower), RawText(upper == 0 ? T{0} : upper), out);
  }
};

/// By bytes, without sign. The first eight decide nearly always.
class BytesBounds {
 public:
  int64_t nans = 0;
  bool any = false;

  void Add(const ByteView* values, size_t count);
  void Merge(const BytesBounds& other);
  void Encode(parquet::EncodedStatistics& out) const {
    if (any) PutBounds(lower_, upper_, out);
  }

 private:
  std::string lower_, upper_;
  uint64_t lower_head_ = 0, upper_head_ = 0;
};

/// Calls out[i] = of(raw value) for the values [from, from + count).
template <class Raw, class Value, class Of>
void LoadEach(const LeafRows& rows, int64_t from, size_t count, Value* out, Of of) {
  const Raw* raw = rows.array->data()->GetValues<Raw>(1);
  if (rows.dense) {
    for (size_t i = 0; i < count; ++i) out[i] = of(raw[from + static_cast<int64_t>(i)]);
    return;
  }
  const int32_t* present = rows.present.data() + from;
  for (size_t i = 0; i < count; ++i) out[i] = of(raw[present[i]]);
}

/// Values that lie in the file as they do in memory.
template <class T, class Key_, class Bounds_>
struct PlainKind {
  using Value = T;
  using Key = Key_;
  using Dictionary = WholeDictionary<Key>;
  using Bounds = Bounds_;
  static constexpr bool kByPlace = false;

  explicit PlainKind(const parquet::ColumnDescriptor&) {}
  /// False if values were loaded that the column's type cannot have. `bounds` are theirs.
  static bool Fits(const Bounds&) { return true; }
  void Load(const LeafRows& rows, int64_t from, size_t count, T* out) {
    LoadEach<T>(rows, from, count, out, [](T value) { return value; });
  }
  static void Put(const T* values, size_t count, PageBytes& out) { out.Append(values, count * sizeof(T)); }
  static Key KeyOf(T value) {
    Key key;
    std::memcpy(&key, &value, sizeof key);
    return key;
  }
  static T ValueOf(const Dictionary& dictionary, uint32_t place) {
    T value;
    std::memcpy(&value, &dictionary.values()[place], sizeof value);
    return value;
  }
};

template <class T>
using NumberKind = PlainKind<T, T, NumberBounds<T>>;

/// Whole numbers of 32 bits, and shorter ones of Arrow's types Short and Shorter, which Parquet keeps in as many.
template <class T, class Short, class Shorter>
struct SmallNumberKind : NumberKind<T> {
  using NumberKind<T>::NumberKind;
  static void Load(const LeafRows& rows, int64_t from, size_t count, T* out) {
    const auto whole = [](auto value) { return static_cast<T>(value); };
    switch (rows.array->type()->byte_width()) {
      case sizeof(Shorter): return LoadEach<Shorter>(rows, from, count, out, whole);
      case sizeof(Short): return LoadEach<Short>(rows, from, count, out, whole);
      default: return LoadEach<T>(rows, from, count, out, whole);
    }
  }
};
using FloatKind = PlainKind<float, int32_t, FloatBounds<float>>;
using DoubleKind = PlainKind<double, int64_t, FloatBounds<double>>;

/// The first number with more digits.
constexpr Int128 BeyondDigits(int digits) {
  Int128 number = 1;
  while (digits-- > 0) number *= 10;
  return number;
}

/// Decimals of up to 18 digits, by their digits.
template <class T>
struct ShortDecimalKind : NumberKind<T> {
  struct Raw {
    uint64_t low;
    int64_t high;
  };
  Int128 beyond;
  uint64_t cut = 0;  // bits that were not those of a short number

  explicit ShortDecimalKind(const parquet::ColumnDescriptor& column)
      : NumberKind<T>(column), beyond(BeyondDigits(column.type_precision())) {}
  /// From decimals of 128 bits, or of 64.
  void Load(const LeafRows& rows, int64_t from, size_t count, T* out) {
    if (rows.array->type_id() == arrow::Type::DECIMAL64) {
      LoadEach<int64_t>(rows, from, count, out, [this](int64_t raw) {
        const auto number = static_cast<T>(raw);
        cut |= static_cast<uint64_t>(int64_t{number} ^ raw);
        return number;
      });
      return;
    }
    LoadEach<Raw>(rows, from, count, out, [this](const Raw& raw) {
      const auto number = static_cast<T>(raw.low);
      const auto whole = static_cast<int64_t>(number);
      cut |= (static_cast<uint64_t>(whole) ^ raw.low) | static_cast<uint64_t>(raw.high ^ (whole >> 63));
      return number;
    });
  }
  bool Fits(const NumberBounds<T>& bounds) const {
    return cut == 0 && (!bounds.any || (bounds.lower > -beyond && bounds.upper < beyond));
  }
};

struct DecimalBounds {
  Int128 lower = 0, upper = 0;
  int64_t nans = 0;
  bool any = false;
  int width = 16;

  void Add(const Int128* values, size_t count);
  void Merge(const DecimalBounds& other);
  void Encode(parquet::EncodedStatistics& out) const;
};

/// Longer decimals, in as many bytes as their precision takes, the highest first.
struct LongDecimalKind {
  using Value = Int128;
  using Key = Int128;
  using Dictionary = WholeDictionary<Int128>;
  using Bounds = DecimalBounds;
  static constexpr bool kByPlace = false;
  int width;
  Int128 beyond;

  explicit LongDecimalKind(const parquet::ColumnDescriptor& column)
      : width(column.type_length()), beyond(BeyondDigits(column.type_precision())) {}
  bool Fits(const DecimalBounds& bounds) const { return !bounds.any || (bounds.lower > -beyond && bounds.upper < beyond); }
  void Load(const LeafRows& rows, int64_t from, size_t count, Int128* out);
  void Put(const Int128* values, size_t count, PageBytes& out) const;
  static Int128 KeyOf(Int128 value) { return value; }
  static Int128 ValueOf(const Dictionary& dictionary, uint32_t place) { return dictionary.values()[place]; }
};

/// Texts and bytes, and values of one length. Their bounds are found by the values that a page has, each once, if these have numbers.
template <bool kFixed>
struct BytesKind {
  using Value = ByteView;
  using Key = ByteView;
  using Dictionary = BytesDictionary;
  using Bounds = BytesBounds;
  static constexpr bool kByPlace = true;
  int width;

  explicit BytesKind(const parquet::ColumnDescriptor& column) : width(column.type_length()) {}
  static bool Fits(const BytesBounds&) { return true; }
  void Load(const LeafRows& rows, int64_t from, size_t count, ByteView* out);
  void Put(const ByteView* values, size_t count, PageBytes& out) const;
  static ByteView KeyOf(ByteView value) { return value; }
  static ByteView ValueOf(const Dictionary& dictionary, uint32_t place) { return dictionary.At(place); }
};

/// Numbers of one length in two's complement, the highest byte first.
struct WideDecimalBounds {
  std::string lower, upper;
  int64_t nans = 0;
  bool any = false;

  void Add(const ByteView* values, size_t count);
  void Merge(const WideDecimalBounds& other);
  void Encode(parquet::EncodedStatistics& out) const {
    if (any) PutBounds(lower, upper, out);
  }
};

/// Decimals of more than 38 digits, from 256 bits.
struct WideDecimalKind : BytesKind<true> {
  using Bounds = WideDecimalBounds;
  std::vector<uint8_t> turned;  // what the views of the last Load show

  using BytesKind<true>::BytesKind;
  static bool Fits(const Bounds&) { return true; }
  void Load(const LeafRows& rows, int64_t from, size_t count, ByteView* out);
};

/// The bits of a page are packed when it is done; till then each has a byte.
struct BoolKind {
  using Value = uint8_t;
  using Bounds = NumberBounds<uint8_t>;

  explicit BoolKind(const parquet::ColumnDescriptor&) {}
  void Load(const LeafRows& rows, int64_t from, size_t count, uint8_t* out);
};

}  // namespace dvt::columnar
