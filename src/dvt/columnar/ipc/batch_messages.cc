#include "dvt/columnar/ipc/batch_messages.h"

#include <fmt/format.h>
#include <lz4frame.h>

#include <algorithm>
#include <bit>
#include <memory>
#include <new>

#include "dvt/columnar/c_abi/array_node.h"
#include "dvt/columnar/c_abi/block_pool.h"
#include "dvt/columnar/c_abi/copy_rows.h"

namespace dvt::columnar {
namespace {

static_assert(std::endian::native == std::endian::little, "the format is little endian");

// The head: a mark, the length of the FlatBuffer, then the FlatBuffer. Its tables and vectors lie where they are put here; a table begins
// with the distance back to its vtable, which lists where its fields are.
constexpr size_t kPrefix = 8;  // the mark and the length
constexpr size_t kMessageVtable = 4, kMessage = 16;
constexpr size_t kBatchVtable = 36, kBatch = 48;
constexpr size_t kCompressionVtable = 72, kCompression = 76;
constexpr size_t kNodesVector = 84;
constexpr size_t kBodyLengthAt = kMessage + 8, kRowsAt = kBatch + 8;
constexpr size_t kEntry = 16;  // of a node (length, nulls) and of a buffer (offset, length)
constexpr int64_t kNotCompressed = -1;

constexpr size_t NodesAt() { return kNodesVector + 4; }
constexpr size_t BuffersVector(size_t nodes) { return NodesAt() + nodes * kEntry + 4; }
constexpr size_t BuffersAt(size_t nodes) { return BuffersVector(nodes) + 4; }

template <class T>
void Put(uint8_t* at, T value) {
  std::memcpy(at, &value, sizeof(T));
}

template <class T>
T Get(const uint8_t* at) {
  T value;
  std::memcpy(&value, at, sizeof(T));
  return value;
}

// Everything but the numbers of the one batch.
void PutTables(uint8_t* flat, size_t nodes, size_t buffers) {
  constexpr uint16_t kVersion5 = 4;
  constexpr uint8_t kRecordBatch = 3;
  const auto vtable = [flat](size_t at, std::initializer_list<uint16_t> entries) {
    for (const uint16_t entry : entries) {
      Put(flat + at, entry);
      at += sizeof(entry);
    }
  };
  const auto reference = [flat](size_t from, size_t to) { Put(flat + from, static_cast<uint32_t>(to - from)); };
  reference(0, kMessage);
  vtable(kMessageVtable, {12, 20, 16, 18, 4, 8});  // version, type of the header, header, length of the body
  Put(flat + kMessage, static_cast<int32_t>(kMessage - kMessageVtable));
  reference(kMessage + 4, kBatch);
  Put(flat + kMessage + 16, kVersion5);
  Put(flat + kMessage + 18, kRecordBatch);
  vtable(kBatchVtable, {12, 24, 8, 4, 16, 20});  // rows, nodes, buffers, compression
  Put(flat + kBatch, static_cast<int32_t>(kBatch - kBatchVtable));
  reference(kBatch + 4, kNodesVector);
  reference(kBatch + 16, BuffersVector(nodes));
  reference(kBatch + 20, kCompression);
  vtable(kCompressionVtable, {4, 4});  // all its fields are the defaults: LZ4 frames, each buffer by itself
  Put(flat + kCompression, static_cast<int32_t>(kCompression - kCompressionVtable));
  Put(flat + kNodesVector, static_cast<uint32_t>(nodes));
  Put(flat + BuffersVector(nodes), static_cast<uint32_t>(buffers));
}

void Count(const DataType& type, size_t& nodes, size_t& buffers) {
  ++nodes;
  if (type.kind == TypeKind::kNull) return;
  buffers += type.kind == TypeKind::kStruct ? 1 : type.kind != TypeKind::kList && HasOffsets(type) ? 3 : 2;
  for (const Field& child : type.children) Count(child.type, nodes, buffers);
}

bool IsPlain(const ArrowArray& array) {
  if (array.offset != 0) return false;
  for (int64_t i = 0; i < array.n_children; ++i) {
    if (!IsPlain(*array.children[i])) return false;
  }
  return true;
}

int64_t NullsOf(const ArrowArray& array, int64_t length) {
  if (array.n_buffers == 0) return length;
  const auto* validity = static_cast<const uint8_t*>(array.buffers[0]);
  if (validity == nullptr) return 0;
  if (array.null_count >= 0 && array.length == length) return array.null_count;
  int64_t valid = 0;
  for (int64_t row = 0; row < length; ++row) valid += (validity[row >> 3] >> (row & 7)) & 1;
  return length - valid;
}

const LZ4F_preferences_t& Preferences() {
  static const LZ4F_preferences_t preferences = [] {
    LZ4F_preferences_t out{};
    out.frameInfo.blockSizeID = LZ4F_max64KB;  // what it takes to read them follows the size of blocks
    out.frameInfo.blockMode = LZ4F_blockIndependent;
    return out;
  }();
  return preferences;
}

/// Puts the arrays of a batch into a message, nodes and buffers in the order of the columns, what they hold behind each.
class Encoder {
 public:
  Encoder(GrowBuffer& out, size_t start, size_t nodes, size_t head)
      : out_(out), body_(start + head), node_(start + kPrefix + NodesAt()), buffer_(start + kPrefix + BuffersAt(nodes)) {}

  void Add(const ArrowArray& array, const DataType& type, int64_t length) {
    const int64_t nulls = NullsOf(array, length);
    Entry(node_, length, nulls);
    if (type.kind == TypeKind::kNull) return;
    const auto rows = static_cast<size_t>(length);
    Buffer(nulls == 0 ? nullptr : array.buffers[0], (rows + 7) / 8);
    if (type.kind == TypeKind::kStruct) {
      for (int64_t i = 0; i < array.n_children; ++i) Add(*array.children[i], type.children[static_cast<size_t>(i)].type, length);
    } else if (HasOffsets(type)) {
      const auto* offsets = static_cast<const int32_t*>(array.buffers[1]);
      const int32_t end = rows == 0 ? 0 : offsets[length];
      Buffer(offsets, rows == 0 ? 0 : (rows + 1) * sizeof(int32_t));
      if (type.kind == TypeKind::kList) {
        Add(*array.children[0], type.children[0].type, end);
      } else {
        Buffer(array.buffers[2], static_cast<size_t>(end));
      }
    } else {
      Buffer(array.buffers[1], type.kind == TypeKind::kBool ? (rows + 7) / 8 : rows * static_cast<size_t>(FixedWidth(type)));
    }
  }

  size_t body_bytes() const { return out_.size() - body_; }

 private:
  void Entry(size_t& at, int64_t first, int64_t second) {
    Put(out_.data() + at, first);
    Put(out_.data() + at + 8, second);
    at += kEntry;
  }

  void Buffer(const void* bytes, size_t size) {
    const size_t begin = out_.size();
    if (bytes == nullptr) size = 0;
    if (size > 0) Append(bytes, size);
    Entry(buffer_, static_cast<int64_t>(begin - body_), static_cast<int64_t>(out_.size() - begin));
    const size_t padded = (out_.size() + 7) / 8 * 8, old = out_.size();
    out_.Resize(padded);
    std::memset(out_.data() + old, 0, padded - old);
  }

  // The length before, then the frame; as it is where that is shorter.
  void Append(const void* bytes, size_t size) {
    const size_t begin = out_.size(), bound = LZ4F_compressFrameBound(size, &Preferences());
    out_.Resize(begin + sizeof(int64_t) + bound);
    const size_t packed = LZ4F_compressFrame(out_.data() + begin + sizeof(int64_t), bound, bytes, size, &Preferences());
    const bool smaller = LZ4F_isError(packed) == 0 && packed < size;
    Put(out_.data() + begin, smaller ? static_cast<int64_t>(size) : kNotCompressed);
    if (!smaller) std::memcpy(out_.data() + begin + sizeof(int64_t), bytes, size);
    out_.Resize(begin + sizeof(int64_t) + (smaller ? packed : size));
  }

  GrowBuffer& out_;
  const size_t body_;     // where it begins
  size_t node_, buffer_;  // where the next entries go
};

struct FreeContext {
  void operator()(LZ4F_dctx* context) const { LZ4F_freeDecompressionContext(context); }
};

/// Takes the arrays of a message, in the order of the Encoder.
class Decoder {
 public:
  Decoder(const uint8_t* head, const uint8_t* body, size_t body_bytes, size_t nodes)
      : body_(body), body_bytes_(body_bytes), node_(head + kPrefix + NodesAt()), buffer_(head + kPrefix + BuffersAt(nodes)) {
    LZ4F_dctx* context = nullptr;
    if (LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION)) != 0) throw std::bad_alloc();
    context_.reset(context);
  }

  /// An array that owns what it holds; released by the caller, also after an error.
  ArrowArray Take(const DataType& type) {
    const auto length = Get<int64_t>(node_), nulls = Get<int64_t>(node_ + 8);
    node_ += kEntry;
    auto* node = new ArrayNode;
    if (type.kind != TypeKind::kNull) {
      Buffer(*node, nulls == 0);
      if (HasOffsets(type)) Buffer(*node, false);
      if (type.kind != TypeKind::kList && type.kind != TypeKind::kStruct) Buffer(*node, false);
      for (const Field& child : type.children) node->children.push_back(Take(child.type));
    }
    return ExportNode(node, length, nulls);
  }

  bool damaged() const { return damaged_; }

 private:
  void Buffer(ArrayNode& node, bool without) {
    const auto offset = static_cast<size_t>(Get<int64_t>(buffer_)), size = static_cast<size_t>(Get<int64_t>(buffer_ + 8));
    buffer_ += kEntry;
    if (without) return node.buffers.push_back(nullptr);
    constexpr size_t kLeast = 64;  // consumers may want memory also where there are no values
    if (size == 0 || offset + size > body_bytes_ || size < sizeof(int64_t)) {
      damaged_ = damaged_ || size != 0;
      std::memset(Memory(node, kLeast), 0, kLeast);
      return;
    }
    const auto length = Get<int64_t>(body_ + offset);
    const uint8_t* from = body_ + offset + sizeof(int64_t);
    size_t packed = size - sizeof(int64_t);
    size_t whole = length == kNotCompressed ? packed : static_cast<size_t>(length);
    uint8_t* to = Memory(node, std::max(whole, kLeast));
    if (length == kNotCompressed) {
      std::memcpy(to, from, whole);
    } else {
      LZ4F_decompressOptions_t options{};
      options.stableDst = 1;
      const size_t wanted = whole;
      const size_t left = LZ4F_decompress(context_.get(), to, &whole, from, &packed, &options);
      damaged_ = damaged_ || left != 0 || whole != wanted;
      if (left != 0) LZ4F_resetDecompressionContext(context_.get());
    }
  }

  static uint8_t* Memory(ArrayNode& node, size_t bytes) {
    uint8_t* memory = BatchBlocks().Take(bytes);
    node.owned.push_back(memory);
    node.buffers.push_back(memory);
    return memory;
  }

  const uint8_t* body_;
  const size_t body_bytes_;
  const uint8_t* node_;
  const uint8_t* buffer_;
  std::unique_ptr<LZ4F_dctx, FreeContext> context_;
  bool damaged_ = false;
};

}  // namespace

BatchMessages::BatchMessages(const Fields& fields) : fields_(fields) {
  for (const Field& field : fields_) Count(field.type, nodes_, buffers_);
  head_bytes_ = kPrefix + BuffersAt(nodes_) + buffers_ * kEntry;
}

Status BatchMessages::Encode(const ArrowArray& batch, GrowBuffer& out) const {
  if (!IsPlain(batch)) {
    const Array copy = CopyBatch(batch, fields_);
    return Encode(copy.get(), out);
  }
  const size_t start = out.size();
  out.Resize(start + head_bytes_);
  std::memset(out.data() + start, 0, head_bytes_);
  Put(out.data() + start, uint32_t{0xFFFFFFFF});
  Put(out.data() + start + 4, static_cast<int32_t>(head_bytes_ - kPrefix));
  PutTables(out.data() + start + kPrefix, nodes_, buffers_);
  Encoder encoder(out, start, nodes_, head_bytes_);
  for (size_t i = 0; i < fields_.size(); ++i) encoder.Add(*batch.children[i], fields_[i].type, batch.length);
  uint8_t* flat = out.data() + start + kPrefix;
  Put(flat + kBodyLengthAt, static_cast<int64_t>(encoder.body_bytes()));
  Put(flat + kRowsAt, batch.length);
  return {};
}

size_t BatchMessages::BodyBytes(const uint8_t* head) { return static_cast<size_t>(Get<int64_t>(head + kPrefix + kBodyLengthAt)); }

Result<Array> BatchMessages::Decode(const uint8_t* head, const uint8_t* body, size_t body_bytes) const {
  Decoder decoder(head, body, body_bytes, nodes_);
  auto* node = new ArrayNode;
  node->buffers.push_back(nullptr);
  for (const Field& field : fields_) node->children.push_back(decoder.Take(field.type));
  Array out(ExportNode(node, Get<int64_t>(head + kPrefix + kRowsAt), 0));
  if (decoder.damaged()) return Error(ErrorCode::kData, "a batch that was spilled cannot be read again");
  return out;
}

}  // namespace dvt::columnar
