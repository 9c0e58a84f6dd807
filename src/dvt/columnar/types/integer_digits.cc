#include "dvt/columnar/types/integer_digits.h"

namespace dvt::columnar {

int IntegerDigits(const DataType& type) {
  switch (type.kind) {
    case TypeKind::kInt8:
    case TypeKind::kUInt8: return 3;
    case TypeKind::kInt16:
    case TypeKind::kUInt16: return 5;
    case TypeKind::kInt32:
    case TypeKind::kUInt32: return 10;
    case TypeKind::kInt64: return 19;
    case TypeKind::kUInt64: return 20;
    default: return 0;
  }
}

}  // namespace dvt::columnar
