#include "dvt/lake/avro/datum.h"

#include <fmt/format.h>

#include <cstring>

namespace dvt::lake::avro {

namespace {

constexpr int kMaxDepth = 64;

Error Misfit(const Node& schema) {
  return Error(ErrorCode::kInternal,
               fmt::format("a value does not fit the Avro schema '{}' (kind {})", schema.name, static_cast<int>(schema.kind)));
}

Error Truncated() { return Error(ErrorCode::kData, "the Avro data ends too early or is damaged"); }

Status EncodeUnion(const Node& schema, const Datum& datum, std::string& out) {
  for (size_t i = 0; i < schema.branches.size(); ++i) {
    if ((schema.branches[i]->kind == Kind::kNull) != datum.is_null()) continue;
    EncodeLong(static_cast<int64_t>(i), out);
    return Encode(*schema.branches[i], datum, out);
  }
  return Misfit(schema);
}

Status EncodeList(const Node& schema, const Datum& datum, std::string& out) {
  const auto* items = datum.list();
  if (items == nullptr) return Misfit(schema);
  if (!items->empty()) {
    EncodeLong(static_cast<int64_t>(items->size()), out);
    for (const auto& item : *items) DVT_TRY(Encode(*schema.branches[0], item, out));
  }
  EncodeLong(0, out);
  return {};
}

Status EncodeScalar(const Node& schema, const Datum& datum, std::string& out) {
  switch (schema.kind) {
    case Kind::kNull: return datum.is_null() ? Status() : Status(Misfit(schema));
    case Kind::kBoolean:
      if (datum.boolean() == nullptr) return Misfit(schema);
      out += *datum.boolean() ? '\1' : '\0';
      return {};
    case Kind::kInt:
    case Kind::kLong:
      if (datum.integer() == nullptr) return Misfit(schema);
      EncodeLong(*datum.integer(), out);
      return {};
    case Kind::kFloat: {
      if (datum.number() == nullptr) return Misfit(schema);
      const auto value = static_cast<float>(*datum.number());
      out.append(reinterpret_cast<const char*>(&value), sizeof value);
      return {};
    }
    case Kind::kDouble:
      if (datum.number() == nullptr) return Misfit(schema);
      out.append(reinterpret_cast<const char*>(datum.number()), sizeof(double));
      return {};
    default: break;
  }
  if (datum.bytes() == nullptr) return Misfit(schema);
  if (schema.kind != Kind::kFixed) EncodeLong(static_cast<int64_t>(datum.bytes()->size()), out);
  if (schema.kind == Kind::kFixed && datum.bytes()->size() != static_cast<size_t>(schema.size)) return Misfit(schema);
  out += *datum.bytes();
  return {};
}

template <class T>
Result<Datum> DecodeRaw(std::string_view& bytes) {
  T value;
  if (bytes.size() < sizeof value) return Truncated();
  std::memcpy(&value, bytes.data(), sizeof value);
  bytes.remove_prefix(sizeof value);
  return Datum::Of(static_cast<double>(value));
}

Result<Datum> DecodeBytes(size_t size, std::string_view& bytes) {
  if (size > bytes.size()) return Truncated();
  Datum out = Datum::Of(std::string(bytes.substr(0, size)));
  bytes.remove_prefix(size);
  return out;
}

Result<Datum> DecodeAt(const Node& schema, std::string_view& bytes, int depth);

// The blocks of an array or a map; a negative count is followed by the block's size in bytes.
Result<Datum> DecodeBlocks(const Node& schema, std::string_view& bytes, int depth) {
  std::vector<Datum> items;
  while (true) {
    DVT_ASSIGN(int64_t count, DecodeLong(bytes));
    if (count == 0) return Datum::Of(std::move(items));
    if (count < 0) {
      DVT_ASSIGN(const int64_t size, DecodeLong(bytes));
      if (size < 0 || count == INT64_MIN) return Truncated();
      count = -count;
    }
    // Every element takes at least a byte, but for nulls and empty records, which no manifest has.
    if (static_cast<uint64_t>(count) > bytes.size()) return Truncated();
    for (int64_t i = 0; i < count; ++i) {
      if (schema.kind == Kind::kArray) {
        DVT_ASSIGN(Datum item, DecodeAt(*schema.branches[0], bytes, depth));
        items.push_back(std::move(item));
        continue;
      }
      std::vector<Datum> pair(2);
      DVT_ASSIGN(const int64_t size, DecodeLong(bytes));
      if (size < 0) return Truncated();
      DVT_ASSIGN(pair[0], DecodeBytes(static_cast<size_t>(size), bytes));
      DVT_ASSIGN(pair[1], DecodeAt(*schema.branches[0], bytes, depth));
      items.push_back(Datum::Of(std::move(pair)));
    }
  }
}

Result<Datum> DecodeScalar(const Node& schema, std::string_view& bytes) {
  switch (schema.kind) {
    case Kind::kNull: return Datum();
    case Kind::kBoolean: {
      if (bytes.empty()) return Truncated();
      const bool value = bytes[0] != 0;
      bytes.remove_prefix(1);
      return Datum::Of(value);
    }
    case Kind::kFloat: return DecodeRaw<float>(bytes);
    case Kind::kDouble: return DecodeRaw<double>(bytes);
    case Kind::kFixed: return DecodeBytes(static_cast<size_t>(schema.size), bytes);
    default: break;
  }
  DVT_ASSIGN(const int64_t number, DecodeLong(bytes));
  if (schema.kind != Kind::kBytes && schema.kind != Kind::kString) return Datum::Of(number);
  if (number < 0) return Truncated();
  return DecodeBytes(static_cast<size_t>(number), bytes);
}

Result<Datum> DecodeAt(const Node& schema, std::string_view& bytes, int depth) {
  if (depth > kMaxDepth) return Error(ErrorCode::kData, "the Avro schema is nested too deeply");
  if (schema.kind == Kind::kUnion) {
    DVT_ASSIGN(const int64_t branch, DecodeLong(bytes));
    if (branch < 0 || static_cast<size_t>(branch) >= schema.branches.size()) return Truncated();
    return DecodeAt(*schema.branches[static_cast<size_t>(branch)], bytes, depth + 1);
  }
  if (schema.kind == Kind::kArray || schema.kind == Kind::kMap) return DecodeBlocks(schema, bytes, depth + 1);
  if (schema.kind != Kind::kRecord) return DecodeScalar(schema, bytes);
  std::vector<Datum> values;
  values.reserve(schema.fields.size());
  for (const auto& field : schema.fields) {
    DVT_ASSIGN(Datum value, DecodeAt(*field.type, bytes, depth + 1));
    values.push_back(std::move(value));
  }
  return Datum::Of(std::move(values));
}

}  // namespace

void EncodeLong(int64_t value, std::string& out) {
  auto rest = static_cast<uint64_t>(value) << 1 ^ static_cast<uint64_t>(value >> 63);
  while (rest > 0x7f) {
    out += static_cast<char>(rest | 0x80);
    rest >>= 7;
  }
  out += static_cast<char>(rest);
}

Result<int64_t> DecodeLong(std::string_view& bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < bytes.size() && i < 10; ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    value |= static_cast<uint64_t>(byte & 0x7f) << (7 * i);
    if (byte > 0x7f) continue;
    bytes.remove_prefix(i + 1);
    return static_cast<int64_t>(value >> 1) ^ -static_cast<int64_t>(value & 1);
  }
  return Truncated();
}

Status Encode(const Node& schema, const Datum& datum, std::string& out) {
  if (schema.kind == Kind::kUnion) return EncodeUnion(schema, datum, out);
  if (schema.kind == Kind::kArray) return EncodeList(schema, datum, out);
  if (schema.kind != Kind::kRecord) return EncodeScalar(schema, datum, out);
  const auto* values = datum.list();
  if (values == nullptr || values->size() != schema.fields.size()) return Misfit(schema);
  for (size_t i = 0; i < values->size(); ++i) DVT_TRY(Encode(*schema.fields[i].type, (*values)[i], out));
  return {};
}

Result<Datum> Decode(const Node& schema, std::string_view& bytes) { return DecodeAt(schema, bytes, 0); }

}  // namespace dvt::lake::avro
