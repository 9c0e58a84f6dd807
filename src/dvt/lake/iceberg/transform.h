#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "dvt/lake/iceberg/literal.h"

namespace dvt::lake {

enum class TransformKind : uint8_t { kIdentity, kBucket, kTruncate, kYear, kMonth, kDay, kHour, kVoid, kUnknown };

/// How a partition or sort value is made from a column's value, bit-exact with the table spec (appendix B for the hash).
class Transform {
 public:
  explicit Transform(TransformKind kind = TransformKind::kIdentity, int width = 0) : kind_(kind), width_(width) {}
  /// "identity", "bucket[16]", "truncate[4]", "day", … A name that no version of the spec has becomes kUnknown and is kept as written.
  static Transform Parse(std::string_view text);

  TransformKind kind() const { return kind_; }
  int width() const { return width_; }  ///< of bucket and truncate
  std::string ToString() const;
  /// True if values of the type can be transformed.
  bool Takes(const Type& source) const;
  /// The type of what comes out.
  Type ResultType(const Type& source) const;
  /// True if a ≤ b makes transform(a) ≤ transform(b), so that ranges project.
  bool KeepsOrder() const {
    return kind_ != TransformKind::kBucket && kind_ != TransformKind::kUnknown && kind_ != TransformKind::kVoid;
  }
  /// The transformed value; null stays null.
  Literal Apply(const Type& source, const Literal& value) const;
  /// A partition value as folders are named: day 19754 is "2024-02-01".
  std::string ToText(const Type& source, const Literal& partition_value) const;

  friend bool operator==(const Transform& a, const Transform& b) {
    return a.kind_ == b.kind_ && a.width_ == b.width_ && a.name_ == b.name_;
  }

 private:
  TransformKind kind_;
  int width_ = 0;
  std::string name_;  // of kUnknown
};

/// 32-bit Murmur3 (x86 variant, seed 0) of bytes.
int32_t Murmur3(std::string_view bytes);
/// The hash of a value that bucket[N] takes modulo N. The value must not be null.
int32_t BucketHash(const Type& source, const Literal& value);
/// The first `length` code points of UTF-8 text.
std::string_view TruncateText(std::string_view text, int length);

}  // namespace dvt::lake
