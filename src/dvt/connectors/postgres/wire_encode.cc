#include "dvt/connectors/postgres/wire_encode.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "dvt/columnar/types/endless.h"
#include "dvt/connectors/postgres/byte_order.h"
#include "dvt/connectors/postgres/numeric_wire.h"

namespace dvt::connectors::postgres {

using columnar::ColumnView;
using columnar::DataType;
using columnar::GrowBuffer;
using columnar::Int128;
using columnar::TypeKind;

namespace {

constexpr int32_t kDaysTo2000 = 10'957;
constexpr int64_t kMicrosTo2000 = 946'684'800'000'000;
constexpr int64_t kMicrosPerDay = 86'400'000'000;

template <class T>
void PutFixed(GrowBuffer& out, T value) {
  uint8_t bytes[12];
  uint8_t* p = StoreBig32(bytes, sizeof(T));
  if constexpr (sizeof(T) == 8)
    p = StoreBig64(p, static_cast<uint64_t>(value));
  else if constexpr (sizeof(T) == 4)
    p = StoreBig32(p, static_cast<uint32_t>(value));
  else if constexpr (sizeof(T) == 2)
    p = StoreBig16(p, static_cast<uint16_t>(value));
  else
    *p++ = static_cast<uint8_t>(value);
  out.Append(bytes, static_cast<size_t>(p - bytes));
}

void PutWord(GrowBuffer& out, int32_t value) { out.AppendValue(__builtin_bswap32(static_cast<uint32_t>(value))); }

void PutText(GrowBuffer& out, std::string_view text) {
  PutWord(out, static_cast<int32_t>(text.size()));
  out.Append(text.data(), text.size());
}

uint32_t BitsOf(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, 4);
  return bits;
}

uint64_t BitsOf(double value) {
  uint64_t bits;
  std::memcpy(&bits, &value, 8);
  return bits;
}

// Marks where a nested value's length word is, to be filled in when its size is known.
size_t BeginSized(GrowBuffer& out) {
  PutWord(out, 0);
  return out.size();
}

void EndSized(GrowBuffer& out, size_t begin) { StoreBig32(out.data() + begin - 4, static_cast<uint32_t>(out.size() - begin)); }

}  // namespace

bool ValueEncoder::Fail(std::string& fault, std::string_view cause) const {
  fault = fmt::format("column {} ({}): {}", column_, native_, cause);
  return false;
}

Result<ValueEncoder> ValueEncoder::Make(const columnar::Field& source, const PgType& target, int money_decimals) {
  ValueEncoder encoder;
  encoder.column_ = source.name;
  encoder.native_ = target.native;
  if (encoder.Resolve(source.type, target, money_decimals)) return encoder;
  Error error(ErrorCode::kType, fmt::format("column {} of type {} does not fit the table's column of type {}", source.name,
                                            source.type.ToString(), target.native));
  const bool zone = (source.type.kind == TypeKind::kTimestamp && target.wire == Wire::kTimestampTz) ||
                    (source.type.kind == TypeKind::kTimestampTz && target.wire == Wire::kTimestamp);
  return std::move(error).WithHint(zone ? "Say which zone is meant: at time zone '…' in the model's SQL."
                                        : fmt::format("Cast it in the model's SQL: cast(… as {}).", target.native));
}

bool ValueEncoder::Resolve(const DataType& source, const PgType& target, int money_decimals) {
  const bool same_shape = source.kind == target.type.kind;
  const auto take = [&](bool fits, Put put) {
    put_ = put;
    return fits;
  };
  if (source.kind == TypeKind::kNull) return take(true, Put::kNull);
  if (source.kind == TypeKind::kDecimal) {
    source_scale_ = columnar::ArrowDecimal(source).scale;
    if (source_scale_ < 0) return false;
  }
  const bool narrow_decimal = source.kind == TypeKind::kDecimal && columnar::ArrowDecimal(source).bits == 128;
  const bool whole = source.is_integer() || narrow_decimal;
  switch (target.wire) {
    case Wire::kBool: return take(same_shape, Put::kBool);
    case Wire::kInt2: return take(whole, Put::kInt2);
    case Wire::kInt4: return take(whole, Put::kInt4);
    case Wire::kInt8: return take(whole, Put::kInt8);
    case Wire::kOid: return take(source.is_integer(), Put::kOid);
    case Wire::kFloat4: return take(source.is_integer() || same_shape || source.kind == TypeKind::kFloat64, Put::kFloat4);
    case Wire::kFloat8:
      return take(source.is_integer() || narrow_decimal || same_shape || source.kind == TypeKind::kFloat32, Put::kFloat8);
    case Wire::kNumeric: return ResolveNumeric(source, target);
    case Wire::kMoney: target_scale_ = money_decimals; return take(whole, Put::kMoney);
    case Wire::kText:
    case Wire::kPaddedText:
    case Wire::kJsonb: return ResolveText(source, target);
    case Wire::kBytes: return take(same_shape, Put::kText);
    case Wire::kDate: return take(same_shape, Put::kDate);
    case Wire::kTime: return take(same_shape, Put::kTime);
    case Wire::kTimestamp:
      if (source.kind == TypeKind::kDate) return take(true, Put::kDateToTimestamp);
      return take(same_shape, Put::kTimestamp);
    case Wire::kTimestampTz: return take(same_shape, Put::kTimestamp);
    case Wire::kArray:
    case Wire::kComposite: return ResolveNested(source, target, money_decimals);
    case Wire::kInterval:
      if (same_shape) return take(true, Put::kInterval);
      break;
    case Wire::kUuid:
      if (same_shape) return take(true, Put::kUuid);
      break;
    default: break;
  }
  // Types whose text the server reads itself: addresses, ranges, geometry …
  needs_text_ = true;
  return take(source.is_text(), Put::kTextOnly);
}

bool ValueEncoder::ResolveNumeric(const DataType& source, const PgType& target) {
  target_scale_ = target.type.precision > 0 ? target.type.scale : -1;
  if (source.is_integer()) {
    put_ = Put::kNumericInteger;
    return true;
  }
  if (source.kind != TypeKind::kDecimal) return false;
  trim_ = source.precision <= 0 && target_scale_ < 0;
  put_ = columnar::ArrowDecimal(source).bits == 128 ? Put::kNumericDecimal : Put::kNumericWide;
  return true;
}

bool ValueEncoder::ResolveText(const DataType& source, const PgType& target) {
  const bool nested = source.kind == TypeKind::kList || source.kind == TypeKind::kStruct;
  if (target.type.kind == TypeKind::kJson) {
    const bool binary = target.wire == Wire::kJsonb;
    put_ = nested ? (binary ? Put::kJsonbText : Put::kJsonText) : (binary ? Put::kJsonb : Put::kText);
    return nested || source.is_text();
  }
  if (source.is_text()) {
    put_ = Put::kText;
    return true;
  }
  put_ = Put::kAnyText;
  return !nested && source.kind != TypeKind::kBinary;
}

bool ValueEncoder::ResolveNested(const DataType& source, const PgType& target, int money_decimals) {
  if (source.is_text()) {  // '{1,2}' and '(a,1)' are read by the server
    needs_text_ = true;
    put_ = Put::kTextOnly;
    return true;
  }
  if (source.kind != target.type.kind || source.children.size() != target.children.size()) return false;
  put_ = target.wire == Wire::kArray ? Put::kArray : Put::kComposite;
  element_ = target.element;
  for (size_t i = 0; i < source.children.size(); ++i) {
    ValueEncoder child;
    child.column_ = column_;
    child.native_ = target.children[i].native;
    if (!child.Resolve(source.children[i].type, target.children[i], money_decimals) || child.needs_text_) return false;
    member_oids_.push_back(target.children[i].oid);
    children_.push_back(std::move(child));
  }
  return true;
}

bool ValueEncoder::Integer(const ColumnView& column, int64_t row, int64_t least, int64_t most, int64_t& out,
                           std::string& fault) const {
  const DataType& type = column.type();
  if (type.kind == TypeKind::kDecimal) {
    Int128 value = column.Decimal(row);
    const Int128 unit = PowerOfTen(source_scale_);
    if (value % unit != 0) return Fail(fault, "a value with decimals does not fit a whole number");
    value /= unit;
    if (value < least || value > most) return Fail(fault, "a value is out of the column's range");
    out = static_cast<int64_t>(value);
    return true;
  }
  out = column.Integer(row);
  const bool wraps = type.kind == TypeKind::kUInt64 && out < 0;
  if (!wraps && out >= least && out <= most) return true;
  return Fail(fault, fmt::format("the value {} is out of the column's range",
                                 wraps ? std::to_string(static_cast<uint64_t>(out)) : std::to_string(out)));
}

// The decimal brought to the target's scale if it has fewer places; digits are never dropped.
bool ValueEncoder::Decimal(const ColumnView& column, int64_t row, Int128& out, std::string& fault) const {
  out = column.Decimal(row);
  if (target_scale_ < 0 || target_scale_ >= source_scale_) return true;
  if (out % PowerOfTen(source_scale_ - target_scale_) == 0) return true;
  std::string text;
  columnar::AppendDecimalText(text, out, source_scale_);
  return Fail(fault, fmt::format("the value {} has more than {} decimals and would be rounded", text, target_scale_));
}

bool ValueEncoder::Numeric(const ColumnView& column, int64_t row, GrowBuffer& out, std::string& fault) const {
  if (put_ == Put::kNumericWide) {
    std::string text;
    columnar::AppendText(text, column, row);
    const size_t point = text.find('.');
    if (target_scale_ >= 0 && point != std::string::npos) {
      const size_t last = text.find_last_not_of('0');
      if (static_cast<int>(last - point) > target_scale_ && last > point) {
        return Fail(fault, fmt::format("the value {} has more than {} decimals and would be rounded", text, target_scale_));
      }
    }
    PutText(out, EncodeNumericText(text));
    return true;
  }
  Int128 value;
  int scale = 0;
  if (put_ == Put::kNumericInteger) {
    value = column.type().kind == TypeKind::kUInt64 ? static_cast<Int128>(column.Fixed<uint64_t>(row)) : column.Integer(row);
  } else {
    if (!Decimal(column, row, value, fault)) return false;
    scale = source_scale_;
    // The 18 decimals of an unconstrained numeric are our own: only those that say something are passed on.
    while (trim_ && scale > 0 && value % 10 == 0) {
      value /= 10;
      --scale;
    }
  }
  out.Reserve(out.size() + 4 + kMaxNumericBytes);
  const size_t at = out.size();
  const int size = EncodeNumeric(value, scale, out.data() + at + 4);
  StoreBig32(out.data() + at, static_cast<uint32_t>(size));
  out.Resize(at + 4 + static_cast<size_t>(size));
  return true;
}

bool ValueEncoder::Float(const ColumnView& column, int64_t row, double& out, std::string& fault) const {
  const DataType& type = column.type();
  if (type.kind == TypeKind::kDecimal) {
    std::string text;
    columnar::AppendText(text, column, row);
    out = std::strtod(text.c_str(), nullptr);
    return true;
  }
  out = type.kind == TypeKind::kUInt64 ? static_cast<double>(column.Fixed<uint64_t>(row))
        : type.is_integer()            ? static_cast<double>(column.Integer(row))
                                       : column.Float(row);
  if (put_ == Put::kFloat4 && std::isfinite(out) && std::fabs(out) > std::numeric_limits<float>::max()) {
    return Fail(fault, fmt::format("the value {} is out of the column's range", out));
  }
  return true;
}

bool ValueEncoder::Interval(const ColumnView& column, int64_t row, GrowBuffer& out, std::string& fault) const {
  const auto value = column.Interval(row);
  if (value.nanoseconds % 1000 != 0) return Fail(fault, "an interval has nanoseconds, which PostgreSQL cannot hold");
  uint8_t bytes[20];
  uint8_t* p = StoreBig32(bytes, 16);
  p = StoreBig64(p, static_cast<uint64_t>(value.nanoseconds / 1000));
  p = StoreBig32(p, static_cast<uint32_t>(value.days));
  StoreBig32(p, static_cast<uint32_t>(value.months));
  out.Append(bytes, sizeof(bytes));
  return true;
}

bool ValueEncoder::Array(const ColumnView& column, int64_t row, GrowBuffer& out, std::string& fault) const {
  const auto range = column.ListRange(row);
  const ColumnView items = column.child(0);
  const size_t begin = BeginSized(out);
  bool nulls = false;
  for (int64_t i = range.begin; i < range.end; ++i) nulls = nulls || items.IsNull(i);
  PutWord(out, range.end > range.begin ? 1 : 0);
  PutWord(out, nulls ? 1 : 0);
  PutWord(out, static_cast<int32_t>(element_));
  if (range.end > range.begin) {
    PutWord(out, static_cast<int32_t>(range.end - range.begin));
    PutWord(out, 1);
  }
  for (int64_t i = range.begin; i < range.end; ++i) {
    if (!children_[0].Append(items, i, out, fault)) return false;
  }
  EndSized(out, begin);
  return true;
}

bool ValueEncoder::Composite(const ColumnView& column, int64_t row, GrowBuffer& out, std::string& fault) const {
  const size_t begin = BeginSized(out);
  PutWord(out, static_cast<int32_t>(children_.size()));
  for (size_t i = 0; i < children_.size(); ++i) {
    PutWord(out, static_cast<int32_t>(member_oids_[i]));
    if (!children_[i].Append(column.child(static_cast<int>(i)), row, out, fault)) return false;
  }
  EndSized(out, begin);
  return true;
}

// A whole number in as many bytes as T has.
template <class T>
inline bool ValueEncoder::Whole(const ColumnView& column, int64_t row, GrowBuffer& out, std::string& fault) const {
  int64_t value;
  if (!Integer(column, row, std::numeric_limits<T>::min(), std::numeric_limits<T>::max(), value, fault)) return false;
  PutFixed(out, static_cast<T>(value));
  return true;
}

template <class T>
inline bool ValueEncoder::Floating(const ColumnView& column, int64_t row, GrowBuffer& out, std::string& fault) const {
  double value;
  if (!Float(column, row, value, fault)) return false;
  PutFixed(out, BitsOf(static_cast<T>(value)));
  return true;
}

inline bool ValueEncoder::Timestamp(const ColumnView& column, int64_t row, GrowBuffer& out, std::string& fault) const {
  const auto value = column.Fixed<int64_t>(row);
  if (columnar::IsEndlessMoment(value)) {
    PutFixed(out, value > 0 ? INT64_MAX : INT64_MIN);
    return true;
  }
  int64_t micros;
  if (__builtin_sub_overflow(value, kMicrosTo2000, &micros)) return Fail(fault, "a timestamp is out of range");
  PutFixed(out, micros);
  return true;
}

// PostgreSQL's days count from 2000.
inline bool ValueEncoder::Day(const ColumnView& column, int64_t row, GrowBuffer& out, std::string& fault) const {
  const auto days = column.Fixed<int32_t>(row);
  int32_t shifted = days > 0 ? INT32_MAX : INT32_MIN;
  if (!columnar::IsEndlessDay(days) && __builtin_sub_overflow(days, kDaysTo2000, &shifted))
    return Fail(fault, "a date is out of range");
  PutFixed(out, shifted);
  return true;
}

// The day's first moment.
inline bool ValueEncoder::Midnight(const ColumnView& column, int64_t row, GrowBuffer& out, std::string& fault) const {
  if (const auto day = column.Fixed<int32_t>(row); columnar::IsEndlessDay(day)) {
    PutFixed(out, day > 0 ? INT64_MAX : INT64_MIN);
    return true;
  }
  const int64_t days = int64_t{column.Fixed<int32_t>(row)} - kDaysTo2000;
  int64_t micros;
  if (__builtin_mul_overflow(days, kMicrosPerDay, &micros)) return Fail(fault, "a date is out of the column's range");
  PutFixed(out, micros);
  return true;
}

bool ValueEncoder::Money(const ColumnView& column, int64_t row, GrowBuffer& out, std::string& fault) const {
  Int128 value = column.type().is_integer() ? static_cast<Int128>(column.Integer(row)) : Int128{0};
  if (!column.type().is_integer() && !Decimal(column, row, value, fault)) return false;
  const int shift = target_scale_ - source_scale_;
  value = shift >= 0 ? value * PowerOfTen(shift) : value / PowerOfTen(-shift);
  if (value < INT64_MIN || value > INT64_MAX) return Fail(fault, "a value is out of the column's range");
  PutFixed(out, static_cast<int64_t>(value));
  return true;
}

// A value of any type as text or JSON; jsonb begins with its version.
void ValueEncoder::Spelled(const ColumnView& column, int64_t row, GrowBuffer& out) const {
  const size_t begin = BeginSized(out);
  if (put_ == Put::kJsonb || put_ == Put::kJsonbText) out.AppendValue(uint8_t{1});
  if (put_ == Put::kJsonb) {
    const auto text = column.Text(row);
    out.Append(text.data(), text.size());
  } else {
    std::string text;
    columnar::AppendText(text, column, row);
    out.Append(text.data(), text.size());
  }
  EndSized(out, begin);
}

// The switch is the inner loop of every load.
bool ValueEncoder::Append(const ColumnView& column, int64_t row, GrowBuffer& out, std::string& fault) const {
  if (put_ == Put::kNull || column.IsNull(row)) {
    PutWord(out, -1);
    return true;
  }
  switch (put_) {
    case Put::kInt4: return Whole<int32_t>(column, row, out, fault);
    case Put::kInt8: return Whole<int64_t>(column, row, out, fault);
    case Put::kNumericInteger:
    case Put::kNumericDecimal:
    case Put::kNumericWide: return Numeric(column, row, out, fault);
    case Put::kText: PutText(out, column.Text(row)); return true;
    case Put::kDate: return Day(column, row, out, fault);
    case Put::kBool: PutFixed(out, static_cast<uint8_t>(column.Bool(row))); return true;
    case Put::kInt2: return Whole<int16_t>(column, row, out, fault);
    case Put::kOid: return Whole<uint32_t>(column, row, out, fault);
    case Put::kFloat4: return Floating<float>(column, row, out, fault);
    case Put::kFloat8: return Floating<double>(column, row, out, fault);
    case Put::kTime: PutFixed(out, column.Fixed<int64_t>(row)); return true;
    case Put::kTimestamp: return Timestamp(column, row, out, fault);
    case Put::kDateToTimestamp: return Midnight(column, row, out, fault);
    case Put::kUuid:
      PutWord(out, 16);
      out.Append(column.Bytes(row, 16), 16);
      return true;
    case Put::kInterval: return Interval(column, row, out, fault);
    case Put::kArray: return Array(column, row, out, fault);
    case Put::kComposite: return Composite(column, row, out, fault);
    case Put::kMoney: return Money(column, row, out, fault);
    case Put::kJsonb:
    case Put::kJsonbText:
    case Put::kJsonText:
    case Put::kAnyText: Spelled(column, row, out); return true;
    case Put::kNull:
    case Put::kTextOnly: break;
  }
  return Fail(fault, "a value that has no binary form");
}

namespace {

void AppendQuotedElement(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

}  // namespace

// The value as the server's input functions read it.
bool ValueEncoder::Plain(const ColumnView& column, int64_t row, std::string& out, std::string& fault) const {
  if (put_ == Put::kComposite) return Fail(fault, "a composite value cannot be loaded together with columns that need text");
  if (put_ == Put::kArray) {
    const auto range = column.ListRange(row);
    const ColumnView items = column.child(0);
    out += '{';
    for (int64_t i = range.begin; i < range.end; ++i) {
      if (i > range.begin) out += ',';
      if (items.IsNull(i)) {
        out += "NULL";
        continue;
      }
      std::string element;
      if (!children_[0].Plain(items, i, element, fault)) return false;
      AppendQuotedElement(out, element);
    }
    out += '}';
    return true;
  }
  Int128 ignored;
  if (put_ == Put::kNumericDecimal && !Decimal(column, row, ignored, fault)) return false;
  GrowBuffer checked;
  if (put_ == Put::kNumericWide && !Numeric(column, row, checked, fault)) return false;
  if (put_ == Put::kMoney) return Fail(fault, "money cannot be loaded together with columns that need text");
  int64_t integer;
  const bool whole = put_ == Put::kInt2 || put_ == Put::kInt4 || put_ == Put::kInt8 || put_ == Put::kOid;
  if (whole) {
    if (!Integer(column, row, INT64_MIN, INT64_MAX, integer, fault)) return false;
    out += std::to_string(integer);
    return true;
  }
  columnar::AppendText(out, column, row);
  return true;
}

bool ValueEncoder::AppendEscaped(const ColumnView& column, int64_t row, GrowBuffer& out, std::string& fault) const {
  if (put_ == Put::kNull || column.IsNull(row)) {
    out.Append("\\N", 2);
    return true;
  }
  std::string text;
  if (!Plain(column, row, text, fault)) return false;
  for (const char c : text) {
    switch (c) {
      case '\\': out.Append("\\\\", 2); break;
      case '\n': out.Append("\\n", 2); break;
      case '\r': out.Append("\\r", 2); break;
      case '\t': out.Append("\\t", 2); break;
      default: out.AppendValue(c);
    }
  }
  return true;
}

}  // namespace dvt::connectors::postgres
