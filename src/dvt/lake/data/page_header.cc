#include "dvt/lake/data/page_header.h"

#include <limits>

namespace dvt::lake {

namespace {

// Types of Thrift's compact protocol.
enum : uint8_t { kStop = 0, kTrue, kFalse, kByte, kI16, kI32, kI64, kDouble, kBinary, kList, kSet, kMap, kStruct };
constexpr int kMostNested = 16;

/// Fields of a struct one after the other. After a fault nothing more is read.
class Compact {
 public:
  explicit Compact(std::span<const uint8_t> bytes) : bytes_(bytes) {}

  bool ok() const { return fault_ == HeaderRead::kWhole; }
  HeaderRead fault() const { return fault_; }
  size_t read() const { return at_; }

  /// Calls `take(id, type)` for every field, which must read or skip it.
  template <class Take>
  void ForFields(const Take& take) {
    int32_t id = 0;
    while (ok()) {
      const uint8_t head = Byte();
      if (!ok() || head == kStop) return;
      const uint8_t type = head & 0x0F;
      id = head >> 4 != 0 ? id + (head >> 4) : I32(kI32);
      take(id, type);
    }
  }

  int32_t I32(uint8_t type) {
    if (type != kI32) return Fail(HeaderRead::kCorrupt), -1;
    const uint64_t value = Varint();
    const auto signed_value = static_cast<int64_t>(value >> 1) ^ -static_cast<int64_t>(value & 1);
    if (signed_value < std::numeric_limits<int32_t>::min() || signed_value > std::numeric_limits<int32_t>::max())
      return Fail(HeaderRead::kCorrupt), -1;
    return static_cast<int32_t>(signed_value);
  }
  bool Bool(uint8_t type) {
    if (type != kTrue && type != kFalse) Fail(HeaderRead::kCorrupt);
    return type == kTrue;
  }

  void Skip(uint8_t type, int nested = 0) {
    if (nested > kMostNested) return Fail(HeaderRead::kCorrupt);
    switch (type) {
      case kTrue:
      case kFalse: return;
      case kByte: return Pass(1);
      case kI16:
      case kI32:
      case kI64: Varint(); return;
      case kDouble: return Pass(8);
      case kBinary: return Pass(Varint());
      case kList:
      case kSet: return SkipList(nested);
      case kMap: return SkipMap(nested);
      case kStruct: return ForFields([&](int32_t, uint8_t field) { Skip(field, nested + 1); });
      default: return Fail(HeaderRead::kCorrupt);
    }
  }

 private:
  // A bool in a list takes a byte.
  void SkipElement(uint8_t type, int nested) { type == kTrue || type == kFalse ? Pass(1) : Skip(type, nested + 1); }

  void SkipList(int nested) {
    const uint8_t head = Byte();
    const uint64_t count = head >> 4 == 15 ? Varint() : head >> 4;
    for (uint64_t i = 0; i < count && ok(); ++i) SkipElement(head & 0x0F, nested);
  }
  void SkipMap(int nested) {
    const uint64_t count = Varint();
    if (count == 0 || !ok()) return;
    const uint8_t types = Byte();
    for (uint64_t i = 0; i < count && ok(); ++i) {
      SkipElement(types >> 4, nested);
      SkipElement(types & 0x0F, nested);
    }
  }

  void Fail(HeaderRead how) {
    if (ok()) fault_ = how;
  }
  uint8_t Byte() {
    if (at_ < bytes_.size()) return bytes_[at_++];
    Fail(HeaderRead::kCutOff);
    return kStop;
  }
  void Pass(uint64_t count) {
    if (count > bytes_.size() - at_) return Fail(HeaderRead::kCutOff);
    at_ += count;
  }
  uint64_t Varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const uint8_t byte = Byte();
      value |= static_cast<uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
    Fail(HeaderRead::kCorrupt);
    return 0;
  }

  std::span<const uint8_t> bytes_;
  size_t at_ = 0;
  HeaderRead fault_ = HeaderRead::kWhole;
};

void ReadDataPage(Compact& from, PageHeader& header) {
  from.ForFields([&](int32_t id, uint8_t type) {
    switch (id) {
      case 1: header.values = from.I32(type); break;
      case 2: header.encoding = from.I32(type); break;
      case 3: header.definition_encoding = from.I32(type); break;
      case 4: header.repetition_encoding = from.I32(type); break;
      default: from.Skip(type); break;
    }
  });
}

void ReadDictionaryPage(Compact& from, PageHeader& header) {
  from.ForFields([&](int32_t id, uint8_t type) {
    switch (id) {
      case 1: header.values = from.I32(type); break;
      case 2: header.encoding = from.I32(type); break;
      case 3: header.is_sorted = from.Bool(type); break;
      default: from.Skip(type); break;
    }
  });
}

void ReadDataPageV2(Compact& from, PageHeader& header) {
  from.ForFields([&](int32_t id, uint8_t type) {
    switch (id) {
      case 1: header.values = from.I32(type); break;
      case 2: header.nulls = from.I32(type); break;
      case 3: header.rows = from.I32(type); break;
      case 4: header.encoding = from.I32(type); break;
      case 5: header.definition_bytes = from.I32(type); break;
      case 6: header.repetition_bytes = from.I32(type); break;
      case 7: header.is_compressed = from.Bool(type); break;
      default: from.Skip(type); break;
    }
  });
}

// What a reader relies on.
bool IsSound(const PageHeader& header) {
  if (header.compressed_bytes < 0 || header.uncompressed_bytes < 0) return false;
  switch (header.kind) {
    case PageHeader::Kind::kData:
      return header.values >= 0 && header.encoding >= 0 && header.definition_encoding >= 0 && header.repetition_encoding >= 0;
    case PageHeader::Kind::kDictionary: return header.values >= 0 && header.encoding >= 0;
    case PageHeader::Kind::kDataV2: {
      const int64_t levels = int64_t{header.definition_bytes} + header.repetition_bytes;
      return header.values >= 0 && header.nulls >= 0 && header.rows >= 0 && header.encoding >= 0 &&
             header.definition_bytes >= 0 && header.repetition_bytes >= 0 && levels <= header.compressed_bytes &&
             levels <= header.uncompressed_bytes;
    }
    default: return true;
  }
}

}  // namespace

HeaderRead ReadPageHeader(std::span<const uint8_t> bytes, PageHeader& header, size_t& length) {
  header = {};
  Compact from(bytes);
  from.ForFields([&](int32_t id, uint8_t type) {
    if (id >= 5 && id <= 8 && type != kStruct) return from.Skip(type);
    switch (id) {
      case 1: header.kind = static_cast<PageHeader::Kind>(from.I32(type)); break;
      case 2: header.uncompressed_bytes = from.I32(type); break;
      case 3: header.compressed_bytes = from.I32(type); break;
      case 5: ReadDataPage(from, header); break;
      case 7: ReadDictionaryPage(from, header); break;
      case 8: ReadDataPageV2(from, header); break;
      default: from.Skip(type); break;
    }
  });
  if (!from.ok()) return from.fault();
  length = from.read();
  return IsSound(header) ? HeaderRead::kWhole : HeaderRead::kCorrupt;
}

}  // namespace dvt::lake
