#include "dvt/columnar/types/key_types.h"

namespace dvt::columnar {

bool HashAlike(const DataType& a, const DataType& b) {
  if (a.is_integer() && b.is_integer()) return true;
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case TypeKind::kDecimal: {
      const DecimalShape left = ArrowDecimal(a), right = ArrowDecimal(b);
      return left.scale == right.scale && left.bits == right.bits;
    }
    case TypeKind::kString:
    case TypeKind::kBinary:
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz:
    case TypeKind::kUuid: return true;
    default: return false;
  }
}

}  // namespace dvt::columnar
