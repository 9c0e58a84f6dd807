#pragma once

#include <arrow/c/abi.h>

#include <cstdint>
#include <vector>

#include "dvt/columnar/types/data_type.h"

namespace dvt::columnar {

/// Whether arrays of the type have 32-bit offsets: texts, binaries and lists.
inline bool HasOffsets(const DataType& type) {
  return type.is_text() || type.kind == TypeKind::kBinary || type.kind == TypeKind::kList;
}

/// What an exported array owns: its buffers, of BatchBlocks(), and its children.
struct ArrayNode {
  std::vector<uint8_t*> owned;
  std::vector<const void*> buffers;
  std::vector<ArrowArray> children;
  std::vector<ArrowArray*> child_pointers;
};

/// Takes the node over. The array's release frees it, its buffers and its children.
ArrowArray ExportNode(ArrayNode* node, int64_t length, int64_t null_count);

}  // namespace dvt::columnar
