#include "dvt/lake/avro/container.h"

#include <fmt/format.h>

#include <random>

namespace dvt::lake::avro {

namespace {

constexpr std::string_view kMagic("Obj\1", 4);
constexpr size_t kMarkerBytes = 16;
constexpr size_t kBlockBytes = 64 << 10;

Error Damaged(const char* what) { return Error(ErrorCode::kData, fmt::format("the Avro file is damaged: {}", what)); }

NodePtr HeaderSchema() {
  auto bytes = std::make_shared<Node>();
  bytes->kind = Kind::kBytes;
  auto map = std::make_shared<Node>();
  map->kind = Kind::kMap;
  map->branches.push_back(std::move(bytes));
  return map;
}

const char* CodecName(Codec codec) {
  switch (codec) {
    case Codec::kDeflate: return "deflate";
    case Codec::kZstd: return "zstandard";
    case Codec::kNull: return "null";
  }
  return "null";
}

Result<Codec> CodecOf(const std::map<std::string, std::string>& header) {
  const auto found = header.find("avro.codec");
  if (found == header.end() || found->second.empty()) return Codec::kNull;
  for (const Codec codec : {Codec::kNull, Codec::kDeflate, Codec::kZstd})
    if (found->second == CodecName(codec)) return codec;
  return Error(ErrorCode::kUnsupported, fmt::format("Avro files packed with {} cannot be read", found->second));
}

Status ReadHeader(std::string_view& rest, std::map<std::string, std::string>& header) {
  if (!rest.starts_with(kMagic)) return Damaged("it does not begin as an Avro object container");
  rest.remove_prefix(kMagic.size());
  DVT_ASSIGN(const Datum entries, Decode(*HeaderSchema(), rest));
  for (const auto& entry : *entries.list()) header[*(*entry.list())[0].bytes()] = *(*entry.list())[1].bytes();
  return {};
}

Status ReadBlock(const Node& schema, Codec codec, int64_t rows, std::string_view packed,
                 const std::function<Status(Datum&&)>& row) {
  DVT_ASSIGN(const std::string block, Decompress(codec, packed));
  std::string_view rest = block;
  for (int64_t i = 0; i < rows; ++i) {
    DVT_ASSIGN(Datum datum, Decode(schema, rest));
    DVT_TRY(row(std::move(datum)));
  }
  if (!rest.empty()) return Damaged("a block holds more than it says");
  return {};
}

}  // namespace

Status ReadContainer(std::string_view file, std::map<std::string, std::string>& header, NodePtr& schema,
                     const std::function<Status(Datum&&)>& row) {
  std::string_view rest = file;
  DVT_TRY(ReadHeader(rest, header));
  DVT_ASSIGN(const Codec codec, CodecOf(header));
  auto json = ParseJson(header["avro.schema"]);
  if (!json) return Damaged("its schema is no JSON");
  DVT_ASSIGN(schema, ParseSchema(*json));
  if (rest.size() < kMarkerBytes) return Damaged("it ends within the header");
  const std::string_view marker = rest.substr(0, kMarkerBytes);
  rest.remove_prefix(kMarkerBytes);
  while (!rest.empty()) {
    DVT_ASSIGN(const int64_t rows, DecodeLong(rest));
    DVT_ASSIGN(const int64_t size, DecodeLong(rest));
    if (rows < 0 || size < 0 || rest.size() < static_cast<uint64_t>(size) + kMarkerBytes) return Damaged("a block is cut off");
    DVT_TRY(ReadBlock(*schema, codec, rows, rest.substr(0, static_cast<size_t>(size)), row));
    rest.remove_prefix(static_cast<size_t>(size));
    if (rest.substr(0, kMarkerBytes) != marker) return Damaged("a block does not end with the file's marker");
    rest.remove_prefix(kMarkerBytes);
  }
  return {};
}

Result<ContainerWriter> ContainerWriter::Make(const Value& schema, const std::map<std::string, std::string>& header,
                                              Codec codec) {
  ContainerWriter writer;
  DVT_ASSIGN(writer.schema_, ParseSchema(schema));
  writer.codec_ = codec;
  std::random_device random;
  for (size_t i = 0; i < kMarkerBytes; ++i) writer.marker_ += static_cast<char>(random());
  std::map<std::string, std::string> entries = header;
  entries["avro.schema"] = ToJson(schema);
  entries["avro.codec"] = CodecName(codec);
  writer.file_ = kMagic;
  EncodeLong(static_cast<int64_t>(entries.size()), writer.file_);
  for (const auto& [key, value] : entries) {
    EncodeLong(static_cast<int64_t>(key.size()), writer.file_);
    writer.file_ += key;
    EncodeLong(static_cast<int64_t>(value.size()), writer.file_);
    writer.file_ += value;
  }
  EncodeLong(0, writer.file_);
  writer.file_ += writer.marker_;
  return writer;
}

Status ContainerWriter::Append(const Datum& datum) {
  DVT_TRY(Encode(*schema_, datum, block_));
  ++rows_;
  return block_.size() >= kBlockBytes ? EndBlock() : Status();
}

Status ContainerWriter::EndBlock() {
  if (rows_ == 0) return {};
  DVT_ASSIGN(const std::string packed, Compress(codec_, block_));
  EncodeLong(rows_, file_);
  EncodeLong(static_cast<int64_t>(packed.size()), file_);
  file_ += packed;
  file_ += marker_;
  rows_ = 0;
  block_.clear();
  return {};
}

Result<std::string> ContainerWriter::Finish() {
  DVT_TRY(EndBlock());
  return std::move(file_);
}

}  // namespace dvt::lake::avro
