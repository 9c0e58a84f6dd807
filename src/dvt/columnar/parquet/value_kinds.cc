#include <algorithm>
#include <bit>

#include "dvt/columnar/parquet/short_copy.h"
#include "dvt/columnar/parquet/value_kinds_internal.h"

namespace dvt::columnar {

namespace {

// The first eight bytes as a number that orders as they do; shorter values are followed by zeros.
uint64_t HeadOf(const uint8_t* data, size_t size) {
  uint64_t head = 0;
  std::memcpy(&head, data, std::min<size_t>(size, 8));
  return __builtin_bswap64(head);
}
uint64_t HeadOf(ByteView value) {
  if (value.size < 8) return value.size == 0 ? 0 : HeadOf(value.data, value.size);
  uint64_t head;
  std::memcpy(&head, value.data, 8);
  return __builtin_bswap64(head);
}

std::string_view TextOf(ByteView value) { return {reinterpret_cast<const char*>(value.data), value.size}; }

std::string HighestFirst(Int128 value, int width) {
  std::string out(static_cast<size_t>(width), '\0');
  for (int i = width; i-- > 0; value >>= 8) out[static_cast<size_t>(i)] = static_cast<char>(value);
  return out;
}

}  // namespace

void BytesBounds::Add(const ByteView* values, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    const uint64_t head = HeadOf(values[i]);
    if (any && head > lower_head_ && head < upper_head_) continue;
    const std::string_view text = TextOf(values[i]);
    if (!any || head < lower_head_ || (head == lower_head_ && text < lower_)) {
      lower_ = text;
      lower_head_ = head;
    }
    if (!any || head > upper_head_ || (head == upper_head_ && text > upper_)) {
      upper_ = text;
      upper_head_ = head;
    }
    any = true;
  }
}

void BytesBounds::Merge(const BytesBounds& other) {
  if (!other.any) return;
  for (const auto& text : {other.lower_, other.upper_}) {
    const ByteView value{reinterpret_cast<const uint8_t*>(text.data()), static_cast<uint32_t>(text.size())};
    Add(&value, 1);
  }
}

void DecimalBounds::Add(const Int128* values, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    if (!any || values[i] < lower) lower = values[i];
    if (!any || values[i] > upper) upper = values[i];
    any = true;
  }
}

void DecimalBounds::Merge(const DecimalBounds& other) {
  if (!other.any) return;
  Add(&other.lower, 1);
  Add(&other.upper, 1);
}

void DecimalBounds::Encode(parquet::EncodedStatistics& out) const {
  if (any) PutBounds(HighestFirst(lower, width), HighestFirst(upper, width), out);
}

void LongDecimalKind::Load(const LeafRows& rows, int64_t from, size_t count, Int128* out) {
  using Raw = ShortDecimalKind<int64_t>::Raw;
  LoadEach<Raw>(rows, from, count, out, [](const Raw& raw) {
    return static_cast<Int128>(static_cast<unsigned __int128>(static_cast<uint64_t>(raw.high)) << 64 | raw.low);
  });
}

void LongDecimalKind::Put(const Int128* values, size_t count, PageBytes& out) const {
  uint8_t* at = out.Room(count * static_cast<size_t>(width));
  for (size_t i = 0; i < count; ++i, at += width) {
    Int128 value = values[i];
    for (int k = width; k-- > 0; value >>= 8) at[k] = static_cast<uint8_t>(value);
  }
  out.Grow(count * static_cast<size_t>(width));
}

template <>
void BytesKind<false>::Load(const LeafRows& rows, int64_t from, size_t count, ByteView* out) {
  const auto& data = *rows.array->data();
  const auto* offsets = data.GetValues<int32_t>(1);
  const uint8_t* bytes = data.buffers[2] == nullptr ? nullptr : data.buffers[2]->data();
  for (size_t i = 0; i < count; ++i) {
    const int64_t place = from + static_cast<int64_t>(i);
    const int32_t* offset = offsets + (rows.dense ? place : rows.present[static_cast<size_t>(place)]);
    out[i] = {bytes + offset[0], static_cast<uint32_t>(offset[1] - offset[0])};
  }
}

template <>
void BytesKind<true>::Load(const LeafRows& rows, int64_t from, size_t count, ByteView* out) {
  const auto& data = *rows.array->data();
  const uint8_t* bytes = data.buffers[1] == nullptr ? nullptr : data.buffers[1]->data();
  for (size_t i = 0; i < count; ++i) {
    int64_t place = from + static_cast<int64_t>(i);
    if (!rows.dense) place = rows.present[static_cast<size_t>(place)];
    out[i] = {bytes + (data.offset + place) * width, static_cast<uint32_t>(width)};
  }
}

template <bool kFixed>
void BytesKind<kFixed>::Put(const ByteView* values, size_t count, PageBytes& out) const {
  size_t bytes = kFixed ? 0 : 4 * count;
  for (size_t i = 0; i < count; ++i) bytes += values[i].size;
  uint8_t* at = out.Room(bytes);
  for (size_t i = 0; i < count; ++i) {
    if constexpr (!kFixed) {
      std::memcpy(at, &values[i].size, 4);
      at += 4;
    }
    CopyShort(at, values[i].data, values[i].size);
    at += values[i].size;
  }
  out.Grow(bytes);
}

template struct BytesKind<false>;
template struct BytesKind<true>;

void WideDecimalBounds::Add(const ByteView* values, size_t count) {
  const auto less = [](std::string_view a, std::string_view b) {
    const auto sign = [](std::string_view text) { return static_cast<signed char>(text.front()); };
    return sign(a) != sign(b) ? sign(a) < sign(b) : a < b;
  };
  for (size_t i = 0; i < count; ++i) {
    const std::string_view text = TextOf(values[i]);
    if (!any || less(text, lower)) lower = text;
    if (!any || less(upper, text)) upper = text;
    any = true;
  }
}

void WideDecimalBounds::Merge(const WideDecimalBounds& other) {
  if (!other.any) return;
  for (const auto& text : {other.lower, other.upper}) {
    const ByteView value{reinterpret_cast<const uint8_t*>(text.data()), static_cast<uint32_t>(text.size())};
    Add(&value, 1);
  }
}

void WideDecimalKind::Load(const LeafRows& rows, int64_t from, size_t count, ByteView* out) {
  struct Raw {
    uint8_t bytes[32];  // the lowest first
  };
  const auto bytes = static_cast<size_t>(width);
  turned.resize(count * bytes);
  uint8_t* at = turned.data();
  LoadEach<Raw>(rows, from, count, out, [&](const Raw& raw) {
    std::reverse_copy(raw.bytes, raw.bytes + bytes, at);
    const ByteView value{at, static_cast<uint32_t>(bytes)};
    at += bytes;
    return value;
  });
}

void BoolKind::Load(const LeafRows& rows, int64_t from, size_t count, uint8_t* out) {
  const auto& array = static_cast<const arrow::BooleanArray&>(*rows.array);
  for (size_t i = 0; i < count; ++i) {
    const int64_t place = from + static_cast<int64_t>(i);
    out[i] = array.Value(rows.dense ? place : rows.present[static_cast<size_t>(place)]) ? 1 : 0;
  }
}

}  // namespace dvt::columnar
