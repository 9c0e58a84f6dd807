#include "dvt/columnar/c_abi/batch_builder.h"

#include <algorithm>
#include <cassert>

#include "dvt/columnar/c_abi/array_node.h"
#include "dvt/columnar/c_abi/block_pool.h"

namespace dvt::columnar {

GrowBuffer::GrowBuffer(GrowBuffer&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      capacity_(std::exchange(other.capacity_, 0)),
      expected_(other.expected_) {}

GrowBuffer& GrowBuffer::operator=(GrowBuffer&& other) noexcept {
  if (this != &other) {
    BatchBlocks().Give(data_);
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
    capacity_ = std::exchange(other.capacity_, 0);
    expected_ = other.expected_;
  }
  return *this;
}

GrowBuffer::~GrowBuffer() { BatchBlocks().Give(data_); }

void GrowBuffer::Grow(size_t at_least) {
  size_t capacity = capacity_ == 0 ? std::max<size_t>(1024, expected_ + expected_ / 16) : capacity_ * 2;
  while (capacity < at_least) capacity *= 2;
  uint8_t* grown = BatchBlocks().Take(capacity);
  if (size_ != 0) std::memcpy(grown, data_, size_);
  BatchBlocks().Give(data_);
  data_ = grown;
  capacity_ = BlockPool::RoomOf(grown);
}

uint8_t* GrowBuffer::Release() {
  expected_ = size_;
  size_ = 0;
  capacity_ = 0;
  return std::exchange(data_, nullptr);
}

namespace {

void ReleaseArray(ArrowArray* array) {
  auto* node = static_cast<ArrayNode*>(array->private_data);
  for (auto& child : node->children) {
    if (child.release != nullptr) child.release(&child);
  }
  for (auto* buffer : node->owned) BatchBlocks().Give(buffer);
  delete node;
  array->release = nullptr;
}

}  // namespace

ArrowArray ExportNode(ArrayNode* node, int64_t length, int64_t null_count) {
  for (auto& child : node->children) node->child_pointers.push_back(&child);
  ArrowArray out{};
  out.length = length;
  out.null_count = null_count;
  out.n_buffers = static_cast<int64_t>(node->buffers.size());
  out.buffers = node->buffers.empty() ? nullptr : node->buffers.data();
  out.n_children = static_cast<int64_t>(node->children.size());
  out.children = node->child_pointers.empty() ? nullptr : node->child_pointers.data();
  out.release = &ReleaseArray;
  out.private_data = node;
  return out;
}

ColumnBuilder::ColumnBuilder(const DataType& type) : type_(type), width_(FixedWidth(type)) {
  if (HasOffsets(type_)) offsets_.AppendValue(int32_t{0});
  for (const auto& child : type_.children) children_.emplace_back(child.type);
}

ColumnBuilder::ColumnBuilder(ColumnBuilder&&) noexcept = default;
ColumnBuilder& ColumnBuilder::operator=(ColumnBuilder&&) noexcept = default;
ColumnBuilder::~ColumnBuilder() = default;

size_t ColumnBuilder::bytes() const {
  size_t total = values_.size() + offsets_.size() + validity_.size();
  for (const auto& child : children_) total += child.bytes();
  return total;
}

void ColumnBuilder::SetValidity(bool valid) {
  const auto needed = static_cast<size_t>(length_ / 8 + 1);
  if (validity_.size() < needed) {
    const size_t old = validity_.size();
    validity_.Resize(needed);
    // The first null turns all earlier rows valid; later bytes start as "valid" and are cleared below.
    std::memset(validity_.data() + old, 0xFF, needed - old);
  }
  if (!valid) validity_.data()[length_ >> 3] &= static_cast<uint8_t>(~(1u << (length_ & 7)));
}

void ColumnBuilder::AppendNull() {
  SetValidity(false);
  ++null_count_;
  if (width_ > 0) {
    const size_t old = values_.size();
    values_.Resize(old + static_cast<size_t>(width_));
    std::memset(values_.data() + old, 0, static_cast<size_t>(width_));
  } else if (type_.kind == TypeKind::kBool) {
    if ((length_ & 7) == 0) values_.AppendValue(uint8_t{0});
  } else if (type_.kind == TypeKind::kList) {
    offsets_.AppendValue(static_cast<int32_t>(children_[0].length()));
  } else if (HasOffsets(type_)) {
    offsets_.AppendValue(static_cast<int32_t>(values_.size()));
  } else {
    for (auto& child : children_) child.AppendNull();
  }
  ++length_;
}

void ColumnBuilder::AppendBool(bool value) {
  if ((length_ & 7) == 0) values_.AppendValue(uint8_t{0});
  if (value) values_.data()[length_ >> 3] |= static_cast<uint8_t>(1u << (length_ & 7));
  MarkValid();
}

void ColumnBuilder::AppendInterval(int32_t months, int32_t days, int64_t nanoseconds) {
  values_.AppendValue(months);
  values_.AppendValue(days);
  values_.AppendValue(nanoseconds);
  MarkValid();
}

void ColumnBuilder::AppendNested() {
  if (type_.kind == TypeKind::kList) offsets_.AppendValue(static_cast<int32_t>(children_[0].length()));
  MarkValid();
}

ArrowArray ColumnBuilder::Finish() {
  auto* node = new ArrayNode;
  auto take = [&](GrowBuffer& buffer) {
    // Consumers may require non-null buffers even when empty.
    buffer.Reserve(64);
    uint8_t* memory = buffer.Release();
    node->owned.push_back(memory);
    node->buffers.push_back(memory);
  };
  const int64_t length = length_, nulls = null_count_;
  if (type_.kind != TypeKind::kNull) {
    if (nulls != 0) {
      take(validity_);
    } else {
      validity_.Clear();
      node->buffers.push_back(nullptr);
    }
    if (HasOffsets(type_)) take(offsets_);
    if (type_.kind != TypeKind::kList && type_.kind != TypeKind::kStruct) take(values_);
    for (auto& child : children_) node->children.push_back(child.Finish());
  }
  length_ = 0;
  null_count_ = 0;
  if (HasOffsets(type_)) offsets_.AppendValue(int32_t{0});
  return ExportNode(node, length, nulls);
}

BatchBuilder::BatchBuilder(Fields fields) : fields_(std::move(fields)) {
  for (const auto& field : fields_) columns_.emplace_back(field.type);
}

size_t BatchBuilder::bytes() const {
  size_t total = 0;
  for (const auto& column : columns_) total += column.bytes();
  return total;
}

Array BatchBuilder::Finish() {
  const int64_t length = rows();
  auto* node = new ArrayNode;
  node->buffers.push_back(nullptr);
  for (auto& column : columns_) {
    assert(column.length() == length);
    node->children.push_back(column.Finish());
  }
  return Array(ExportNode(node, length, 0));
}

}  // namespace dvt::columnar
