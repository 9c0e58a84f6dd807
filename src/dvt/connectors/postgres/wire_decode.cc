#include "dvt/connectors/postgres/wire_decode.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include "dvt/base/text/text.h"
#include "dvt/columnar/types/endless.h"
#include "dvt/connectors/postgres/byte_order.h"
#include "dvt/connectors/postgres/numeric_wire.h"

namespace dvt::connectors::postgres {

using columnar::ColumnBuilder;
using columnar::Field;

namespace {

constexpr int32_t kDaysTo2000 = 10'957;  // from 1970-01-01
constexpr int64_t kMicrosTo2000 = 946'684'800'000'000;

}  // namespace

ValueDecoder::ValueDecoder(const Field& field, bool check_text)
    : wire_(WireOf(field)), check_text_(check_text), column_(field.name) {
  if (wire_ == Wire::kNumeric) {
    const auto shape = columnar::ArrowDecimal(field.type);
    precision_ = shape.precision;
    scale_ = shape.scale;
    wide_ = shape.bits == 256;
  }
  for (Field child : field.type.children) {
    child.name = wire_ == Wire::kArray ? field.name : field.name + "." + child.name;
    children_.emplace_back(child, check_text);
  }
}

bool ValueDecoder::Fail(std::string& fault, std::string_view cause) const {
  fault = fmt::format("column {}: {}", column_, cause);
  return false;
}

bool ValueDecoder::IsSized(int32_t length, int32_t expected, std::string& fault) const {
  return length == expected || Fail(fault, fmt::format("a value of {} bytes where {} were expected", length, expected));
}

// A value whose bits are Arrow's, but for the order of its bytes.
template <class T>
inline bool ValueDecoder::AppendWord(ColumnBuilder& out, const uint8_t* bytes, int32_t length, std::string& fault) const {
  if (!IsSized(length, sizeof(T), fault)) return false;
  if constexpr (sizeof(T) == 8)
    out.AppendFixed(LoadBig64(bytes));
  else if constexpr (sizeof(T) == 4)
    out.AppendFixed(LoadBig32(bytes));
  else
    out.AppendFixed(LoadBig16(bytes));
  return true;
}

// The switch is the inner loop of every read.
bool ValueDecoder::Append(ColumnBuilder& out, const uint8_t* bytes, int32_t length, std::string& fault) const {
  const auto text = [&] { return std::string_view(reinterpret_cast<const char*>(bytes), static_cast<size_t>(length)); };
  switch (wire_) {
    case Wire::kInt4:
    case Wire::kOid:
    case Wire::kFloat4: return AppendWord<uint32_t>(out, bytes, length, fault);
    case Wire::kInt8:
    case Wire::kFloat8:
    case Wire::kTime: return AppendWord<uint64_t>(out, bytes, length, fault);
    case Wire::kInt2: return AppendWord<uint16_t>(out, bytes, length, fault);
    case Wire::kNumeric: return AppendNumeric(out, bytes, length, fault);
    case Wire::kNumericText: {
      std::string digits;
      if (!AppendNumericText(bytes, length, digits)) return Fail(fault, "a damaged numeric value");
      return out.AppendBytes(digits), true;
    }
    case Wire::kText:
    case Wire::kOther: return AppendText(out, text(), fault);
    case Wire::kDate: return IsSized(length, 4, fault) && AppendDate(out, bytes, fault);
    case Wire::kPaddedText:
      while (length > 0 && bytes[length - 1] == ' ') --length;
      return AppendText(out, text(), fault);
    case Wire::kBool:
      if (!IsSized(length, 1, fault)) return false;
      out.AppendBool(bytes[0] != 0);
      return true;
    case Wire::kTimestamp:
    case Wire::kTimestampTz: return IsSized(length, 8, fault) && AppendTimestamp(out, bytes, fault);
    case Wire::kJsonb:
      if (length < 1 || bytes[0] != 1) return Fail(fault, "jsonb in an unknown version");
      return AppendText(out, text().substr(1), fault);
    case Wire::kBytes: out.AppendBytes(text()); return true;
    case Wire::kInterval: return IsSized(length, 16, fault) && AppendInterval(out, bytes, fault);
    case Wire::kUuid:
      if (!IsSized(length, 16, fault)) return false;
      out.AppendUuid(bytes);
      return true;
    case Wire::kInet: return AppendInet(out, bytes, length, fault);
    case Wire::kArray: return AppendArray(out, bytes, length, fault);
    case Wire::kComposite: return AppendComposite(out, bytes, length, fault);
    case Wire::kMoney: break;  // read by a cast to numeric
  }
  return Fail(fault, "a value in a form that is not decoded");
}

bool ValueDecoder::AppendText(ColumnBuilder& out, std::string_view text, std::string& fault) const {
  if (check_text_ && !IsUtf8(text)) return Fail(fault, "a text that is not UTF-8 (the database's encoding is SQL_ASCII)");
  out.AppendBytes(text);
  return true;
}

bool ValueDecoder::AppendNumeric(ColumnBuilder& out, const uint8_t* bytes, int32_t length, std::string& fault) const {
  NumericFault outcome;
  if (!wide_) {
    columnar::Int128 value;
    outcome = DecodeNumeric(bytes, length, precision_, scale_, value);
    if (outcome == NumericFault::kNone) {
      out.AppendDecimal(value);
      return true;
    }
  } else {
    uint8_t value[32];
    outcome = DecodeNumeric256(bytes, length, precision_, scale_, value);
    if (outcome == NumericFault::kNone) {
      out.AppendDecimal256(value);
      return true;
    }
  }
  switch (outcome) {
    case NumericFault::kNotANumber: return Fail(fault, "the numeric value NaN has no place in a decimal");
    case NumericFault::kInfinite: return Fail(fault, "the numeric value 'Infinity' has no place in a decimal");
    case NumericFault::kTooLarge:
      return Fail(fault, fmt::format("a numeric value is too large for decimal({},{})", precision_, scale_));
    case NumericFault::kTooFine:
      return Fail(fault,
                  fmt::format("a numeric value has more than the {} decimals of decimal({},{})", scale_, precision_, scale_));
    default: return Fail(fault, "a damaged numeric value");
  }
}

bool ValueDecoder::AppendDate(ColumnBuilder& out, const uint8_t* bytes, std::string& fault) const {
  const auto days = static_cast<int32_t>(LoadBig32(bytes));
  if (days == INT32_MAX || days == INT32_MIN) {
    out.AppendFixed(days > 0 ? columnar::kEndlessDay : -columnar::kEndlessDay);
    return true;
  }
  out.AppendFixed(days + kDaysTo2000);
  return true;
}

bool ValueDecoder::AppendTimestamp(ColumnBuilder& out, const uint8_t* bytes, std::string& fault) const {
  const auto micros = static_cast<int64_t>(LoadBig64(bytes));
  if (micros == INT64_MAX || micros == INT64_MIN) {
    out.AppendFixed(micros > 0 ? columnar::kEndlessMoment : -columnar::kEndlessMoment);
    return true;
  }
  int64_t shifted;
  if (__builtin_add_overflow(micros, kMicrosTo2000, &shifted)) return Fail(fault, "a timestamp beyond the year 294246");
  out.AppendFixed(shifted);
  return true;
}

bool ValueDecoder::AppendInterval(ColumnBuilder& out, const uint8_t* bytes, std::string& fault) const {
  const auto micros = static_cast<int64_t>(LoadBig64(bytes));
  const auto days = static_cast<int32_t>(LoadBig32(bytes + 8));
  const auto months = static_cast<int32_t>(LoadBig32(bytes + 12));
  int64_t nanoseconds;
  if (__builtin_mul_overflow(micros, int64_t{1000}, &nanoseconds))
    return Fail(fault, "an interval of more than 292 years of hours");
  out.AppendInterval(months, days, nanoseconds);
  return true;
}

// Family, mask bits, "is cidr", address length, address. Source: network.c of PostgreSQL, network_send.
bool ValueDecoder::AppendInet(ColumnBuilder& out, const uint8_t* bytes, int32_t length, std::string& fault) const {
  if (length < 4 || length != 4 + bytes[3] || (bytes[3] != 4 && bytes[3] != 16)) return Fail(fault, "a damaged network address");
  char text[INET6_ADDRSTRLEN + 5];
  if (inet_ntop(bytes[3] == 4 ? AF_INET : AF_INET6, bytes + 4, text, sizeof(text)) == nullptr)
    return Fail(fault, "a damaged address");
  size_t size = std::strlen(text);
  const bool cidr = bytes[2] != 0;
  if (cidr || bytes[1] != bytes[3] * 8) size = static_cast<size_t>(fmt::format_to(text + size, "/{}", bytes[1]) - text);
  out.AppendBytes({text, size});
  return true;
}

bool ValueDecoder::AppendChild(size_t i, ColumnBuilder& out, const uint8_t*& at, const uint8_t* end, std::string& fault) const {
  if (end - at < 4) return Fail(fault, "a damaged nested value");
  const auto size = static_cast<int32_t>(LoadBig32(at));
  at += 4;
  if (size < 0) {
    out.AppendNull();
    return true;
  }
  if (end - at < size) return Fail(fault, "a damaged nested value");
  const uint8_t* value = at;
  at += size;
  return children_[i].Append(out, value, size, fault);
}

// Dimensions, "has nulls", element oid, then (count, lower bound) per dimension, then the elements.
bool ValueDecoder::AppendArray(ColumnBuilder& out, const uint8_t* bytes, int32_t length, std::string& fault) const {
  if (length < 12) return Fail(fault, "a damaged array");
  const auto dimensions = static_cast<int32_t>(LoadBig32(bytes));
  if (dimensions > 1) {
    return Fail(fault, fmt::format("an array of {} dimensions; only one-dimensional arrays can be read as lists", dimensions));
  }
  const uint8_t* at = bytes + 12;
  const uint8_t* end = bytes + length;
  int32_t count = 0;
  if (dimensions == 1) {
    if (end - at < 8) return Fail(fault, "a damaged array");
    count = static_cast<int32_t>(LoadBig32(at));
    at += 8;
  }
  for (int32_t i = 0; i < count; ++i) {
    if (!AppendChild(0, out.child(0), at, end, fault)) return false;
  }
  out.AppendNested();
  return true;
}

// Member count, then oid and value of each.
bool ValueDecoder::AppendComposite(ColumnBuilder& out, const uint8_t* bytes, int32_t length, std::string& fault) const {
  const uint8_t* at = bytes;
  const uint8_t* end = bytes + length;
  if (length < 4 || LoadBig32(at) != children_.size()) return Fail(fault, "a composite value with other members than its type");
  at += 4;
  for (size_t i = 0; i < children_.size(); ++i) {
    if (end - at < 8) return Fail(fault, "a damaged composite value");
    at += 4;
    if (!AppendChild(i, out.child(static_cast<int>(i)), at, end, fault)) return false;
  }
  out.AppendNested();
  return true;
}

TupleDecoder::TupleDecoder(const columnar::Fields& fields, bool check_text) {
  for (const auto& field : fields) columns_.emplace_back(field, check_text);
}

int64_t CopyHeaderLength(const uint8_t* bytes, size_t length) {
  static constexpr char kSignature[] = "PGCOPY\n\377\r\n";  // and its closing zero: 11 bytes
  if (length < 11 || std::memcmp(bytes, kSignature, 11) != 0) return 0;
  if (length < 19) return -1;
  const uint64_t total = 19 + uint64_t{LoadBig32(bytes + 15)};
  return total <= length ? static_cast<int64_t>(total) : -1;
}

TupleDecoder::Outcome TupleDecoder::DecodeMessage(const uint8_t* bytes, size_t length, columnar::BatchBuilder& out) {
  const uint8_t* at = bytes;
  const uint8_t* end = bytes + length;
  if (!header_seen_) {
    const int64_t header = CopyHeaderLength(bytes, length);
    if (header <= 0) {
      fault_ = "the server's COPY data have no binary header";
      return Outcome::kFault;
    }
    header_seen_ = true;
    at += header;
  }
  const auto damaged = [&] {
    fault_ = "the server's COPY data are damaged";
    return Outcome::kFault;
  };
  const auto count = static_cast<int>(columns_.size());
  while (at < end) {
    if (end - at < 2) return damaged();
    const auto fields = static_cast<int16_t>(LoadBig16(at));
    at += 2;
    if (fields == -1) return Outcome::kEnd;
    if (fields != count) return damaged();
    for (int i = 0; i < count; ++i) {
      if (end - at < 4) return damaged();
      const auto size = static_cast<int32_t>(LoadBig32(at));
      at += 4;
      ColumnBuilder& column = out.column(i);
      if (size < 0) {
        column.AppendNull();
        continue;
      }
      if (end - at < size) return damaged();
      if (!columns_[static_cast<size_t>(i)].Append(column, at, size, fault_)) return Outcome::kFault;
      at += size;
    }
  }
  return Outcome::kTuples;
}

bool TupleDecoder::DecodeValue(int column, const uint8_t* bytes, int32_t length, columnar::BatchBuilder& out) {
  if (length < 0) {
    out.column(column).AppendNull();
    return true;
  }
  return columns_[static_cast<size_t>(column)].Append(out.column(column), bytes, length, fault_);
}

Error TupleDecoder::TakeFault() {
  return Error(ErrorCode::kData, std::move(fault_))
      .WithHint(
          "Cast or filter the column in the model's SQL, for example cast(… as text), or nullif(…, 'NaN'), or round(…, 9).");
}

}  // namespace dvt::connectors::postgres
