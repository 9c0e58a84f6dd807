#include "dvt/lake/iceberg/transform.h"

#include <fmt/format.h>

#include <bit>
#include <charconv>
#include <cstring>

namespace dvt::lake {

namespace {

constexpr struct {
  TransformKind kind;
  const char* name;
} kNames[] = {{TransformKind::kIdentity, "identity"}, {TransformKind::kYear, "year"}, {TransformKind::kMonth, "month"},
              {TransformKind::kDay, "day"},           {TransformKind::kHour, "hour"}, {TransformKind::kVoid, "void"}};

bool IsMoment(TypeId id) { return id >= TypeId::kTimestamp && id <= TypeId::kTimestampTzNs; }

bool IsNano(TypeId id) { return id == TypeId::kTimestampNs || id == TypeId::kTimestampTzNs; }

// Days since the epoch of a date or a moment.
int64_t DaysOf(const Type& source, int64_t value) {
  if (source.id == TypeId::kDate) return value;
  return FloorDiv(value, IsNano(source.id) ? 86400000000000LL : 86400000000LL);
}

int64_t HoursOf(const Type& source, int64_t value) { return FloorDiv(value, IsNano(source.id) ? 3600000000000LL : 3600000000LL); }

Literal Truncated(const Type& source, const Literal& value, int width) {
  switch (source.id) {
    case TypeId::kInt:
    case TypeId::kLong: {
      const int64_t number = value.as_int();
      return Literal::Int(
          static_cast<int64_t>(static_cast<uint64_t>(number) - static_cast<uint64_t>(((number % width) + width) % width)));
    }
    case TypeId::kDecimal: {
      const Int128 number = value.as_decimal();
      return Literal::Decimal(number - ((number % width) + width) % width);
    }
    case TypeId::kString: return Literal::Bytes(std::string(TruncateText(value.as_bytes(), width)));
    default: return Literal::Bytes(value.as_bytes().substr(0, static_cast<size_t>(width)));
  }
}

}  // namespace

std::string_view TruncateText(std::string_view text, int length) {
  size_t at = 0;
  for (; at < text.size(); ++at) {
    if ((static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) continue;
    if (length-- == 0) break;
  }
  return text.substr(0, at);
}

int32_t Murmur3(std::string_view bytes) {
  constexpr uint32_t kC1 = 0xcc9e2d51, kC2 = 0x1b873593;
  uint32_t hash = 0;
  size_t at = 0;
  for (; at + 4 <= bytes.size(); at += 4) {
    uint32_t block;
    std::memcpy(&block, bytes.data() + at, 4);
    hash ^= std::rotl(block * kC1, 15) * kC2;
    hash = std::rotl(hash, 13) * 5 + 0xe6546b64;
  }
  uint32_t tail = 0;
  for (size_t i = bytes.size(); i > at; --i) tail = tail << 8 | static_cast<unsigned char>(bytes[i - 1]);
  hash ^= std::rotl(tail * kC1, 15) * kC2;
  hash ^= static_cast<uint32_t>(bytes.size());
  hash = (hash ^ hash >> 16) * 0x85ebca6b;
  hash = (hash ^ hash >> 13) * 0xc2b2ae35;
  return static_cast<int32_t>(hash ^ hash >> 16);
}

int32_t BucketHash(const Type& source, const Literal& value) {
  switch (source.id) {
    case TypeId::kDecimal: return Murmur3(DecimalBytes(value.as_decimal()));
    case TypeId::kString:
    case TypeId::kUuid:
    case TypeId::kFixed:
    case TypeId::kBinary: return Murmur3(value.as_bytes());
    default: break;
  }
  int64_t number = value.as_int();
  if (IsNano(source.id)) number = FloorDiv(number, 1000);  // hashed as microseconds
  char bytes[8];
  std::memcpy(bytes, &number, 8);
  return Murmur3({bytes, 8});
}

Transform Transform::Parse(std::string_view text) {
  for (const auto& entry : kNames)
    if (text == entry.name) return Transform(entry.kind);
  for (const auto& [prefix, kind] : {std::pair{std::string_view("bucket["), TransformKind::kBucket},
                                     std::pair{std::string_view("truncate["), TransformKind::kTruncate}}) {
    if (!text.starts_with(prefix) || !text.ends_with(']')) continue;
    int width = 0;
    const char* end = text.data() + text.size() - 1;
    const auto read = std::from_chars(text.data() + prefix.size(), end, width);
    if (read.ec == std::errc() && read.ptr == end && width > 0) return Transform(kind, width);
  }
  Transform unknown(TransformKind::kUnknown);
  unknown.name_ = text;
  return unknown;
}

std::string Transform::ToString() const {
  if (kind_ == TransformKind::kBucket) return fmt::format("bucket[{}]", width_);
  if (kind_ == TransformKind::kTruncate) return fmt::format("truncate[{}]", width_);
  for (const auto& entry : kNames)
    if (entry.kind == kind_) return entry.name;
  return name_;
}

bool Transform::Takes(const Type& source) const {
  const bool timed = source.id == TypeId::kDate || IsMoment(source.id);
  switch (kind_) {
    case TransformKind::kIdentity: return source.is_primitive();
    case TransformKind::kBucket:
      return source.is_primitive() && source.id != TypeId::kBoolean && source.id != TypeId::kFloat &&
             source.id != TypeId::kDouble && source.id != TypeId::kUnknown;
    case TransformKind::kTruncate:
      return source.id == TypeId::kInt || source.id == TypeId::kLong || source.id == TypeId::kDecimal ||
             source.id == TypeId::kString || source.id == TypeId::kBinary;
    case TransformKind::kYear:
    case TransformKind::kMonth:
    case TransformKind::kDay: return timed;
    case TransformKind::kHour: return IsMoment(source.id);
    case TransformKind::kVoid: return true;
    case TransformKind::kUnknown: return false;
  }
  return false;
}

Type Transform::ResultType(const Type& source) const {
  switch (kind_) {
    case TransformKind::kBucket:
    case TransformKind::kYear:
    case TransformKind::kMonth:
    case TransformKind::kHour: return TypeId::kInt;
    case TransformKind::kDay: return TypeId::kDate;
    case TransformKind::kUnknown: return TypeId::kString;
    default: return source;
  }
}

Literal Transform::Apply(const Type& source, const Literal& value) const {
  if (value.is_null() || kind_ == TransformKind::kVoid || kind_ == TransformKind::kUnknown) return {};
  switch (kind_) {
    case TransformKind::kBucket: return Literal::Int((BucketHash(source, value) & 0x7fffffff) % width_);
    case TransformKind::kTruncate: return Truncated(source, value, width_);
    case TransformKind::kYear: return Literal::Int(CivilFromDays(DaysOf(source, value.as_int())).year - 1970);
    case TransformKind::kMonth: {
      const CivilDate date = CivilFromDays(DaysOf(source, value.as_int()));
      return Literal::Int((date.year - 1970) * 12 + date.month - 1);
    }
    case TransformKind::kDay: return Literal::Int(DaysOf(source, value.as_int()));
    case TransformKind::kHour: return Literal::Int(HoursOf(source, value.as_int()));
    default: return value;
  }
}

std::string Transform::ToText(const Type& source, const Literal& partition_value) const {
  if (partition_value.is_null()) return "null";
  switch (kind_) {
    case TransformKind::kYear: return fmt::format("{:04}", partition_value.as_int() + 1970);
    case TransformKind::kMonth: {
      const int64_t months = partition_value.as_int(), years = FloorDiv(months, 12);
      return fmt::format("{:04}-{:02}", years + 1970, months - years * 12 + 1);
    }
    case TransformKind::kHour: {
      const int64_t hours = partition_value.as_int(), days = FloorDiv(hours, 24);
      return LiteralText(TypeId::kDate, Literal::Int(days)) + fmt::format("-{:02}", hours - days * 24);
    }
    default: return LiteralText(ResultType(source), partition_value);
  }
}

}  // namespace dvt::lake
