#include <arrow/util/compression.h>

#include "dvt/lake/avro/container.h"

namespace dvt::lake::avro {

namespace {

constexpr size_t kMaxBytes = size_t{4} << 30;

Error CodecError(const arrow::Status& status) {
  return Error(ErrorCode::kData, "compressed data is damaged: " + status.message());
}

arrow::Result<std::unique_ptr<arrow::util::Codec>> MakeGzip(arrow::util::GZipFormat format) {
  arrow::util::GZipCodecOptions options;
  options.gzip_format = format;
  options.compression_level = 6;
  return arrow::util::Codec::Create(arrow::Compression::GZIP, options);
}

arrow::Result<std::unique_ptr<arrow::util::Codec>> MakeCodec(Codec codec) {
  if (codec == Codec::kZstd) return arrow::util::Codec::Create(arrow::Compression::ZSTD, 3);
  return MakeGzip(arrow::util::GZipFormat::DEFLATE);
}

// The size of what comes out is not known before, so it grows piece by piece.
arrow::Result<std::string> Inflate(arrow::util::Codec& codec, std::string_view bytes) {
  ARROW_ASSIGN_OR_RAISE(auto inflater, codec.MakeDecompressor());
  std::string out;
  size_t used = 0, room = bytes.size() * 4 + 1024;
  while (!inflater->IsFinished()) {
    const size_t filled = out.size();
    if (filled + room > kMaxBytes) return arrow::Status::Invalid("it grows beyond 4 GB");
    out.resize(filled + room);
    ARROW_ASSIGN_OR_RAISE(
        auto step,
        inflater->Decompress(static_cast<int64_t>(bytes.size() - used), reinterpret_cast<const uint8_t*>(bytes.data()) + used,
                             static_cast<int64_t>(room), reinterpret_cast<uint8_t*>(out.data()) + filled));
    out.resize(filled + static_cast<size_t>(step.bytes_written));
    used += static_cast<size_t>(step.bytes_read);
    if (step.need_more_output) {
      room *= 2;
    } else if (step.bytes_read == 0 && step.bytes_written == 0) {
      return arrow::Status::Invalid("it ends too early");
    }
  }
  return out;
}

}  // namespace

Result<std::string> Compress(Codec codec, std::string_view bytes) {
  if (codec == Codec::kNull) return std::string(bytes);
  auto made = MakeCodec(codec);
  if (!made.ok()) return CodecError(made.status());
  const auto* data = reinterpret_cast<const uint8_t*>(bytes.data());
  const auto size = static_cast<int64_t>(bytes.size());
  std::string out(static_cast<size_t>((*made)->MaxCompressedLen(size, data)), '\0');
  auto packed = (*made)->Compress(size, data, static_cast<int64_t>(out.size()), reinterpret_cast<uint8_t*>(out.data()));
  if (!packed.ok()) return CodecError(packed.status());
  out.resize(static_cast<size_t>(*packed));
  return out;
}

Result<std::string> Decompress(Codec codec, std::string_view bytes) {
  if (codec == Codec::kNull) return std::string(bytes);
  auto made = MakeCodec(codec);
  if (!made.ok()) return CodecError(made.status());
  auto out = Inflate(**made, bytes);
  if (!out.ok()) return CodecError(out.status());
  return *std::move(out);
}

Result<std::string> Gunzip(std::string_view bytes) {
  auto made = MakeGzip(arrow::util::GZipFormat::GZIP);
  if (!made.ok()) return CodecError(made.status());
  auto out = Inflate(**made, bytes);
  if (!out.ok()) return CodecError(out.status());
  return *std::move(out);
}

}  // namespace dvt::lake::avro
