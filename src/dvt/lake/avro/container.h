#pragma once

#include <functional>
#include <map>
#include <string>

#include "dvt/lake/avro/datum.h"

namespace dvt::lake::avro {

enum class Codec : uint8_t { kNull, kDeflate, kZstd };

/// Reads an object container file held in memory. `row` is called for every value; its error ends the reading. The header's entries
/// (avro.schema included) are in `header` before the first call.
Status ReadContainer(std::string_view file, std::map<std::string, std::string>& header, NodePtr& schema,
                     const std::function<Status(Datum&&)>& row);

/// Builds an object container file in memory; values are packed into blocks. The schema text goes into the header as given, with the
/// ids that Iceberg's readers resolve by.
class ContainerWriter {
 public:
  /// `header`: entries besides avro.schema and avro.codec. kInternal if the schema cannot be read back.
  static Result<ContainerWriter> Make(const Value& schema, const std::map<std::string, std::string>& header, Codec codec);

  Status Append(const Datum& datum);
  /// Bytes so far, the open block not compressed.
  size_t size() const { return file_.size() + block_.size(); }  ///< rows that wait for their block to fill count as they are
  /// Ends the block, so that size() is that of the file.
  Status Flush() { return EndBlock(); }
  /// The whole file; nothing may be appended afterwards.
  Result<std::string> Finish();

 private:
  Status EndBlock();

  NodePtr schema_;
  Codec codec_ = Codec::kNull;
  std::string marker_;
  std::string file_;
  std::string block_;
  int64_t rows_ = 0;
};

/// Raw deflate or zstd, both ways; gzip for metadata files.
Result<std::string> Compress(Codec codec, std::string_view bytes);
Result<std::string> Decompress(Codec codec, std::string_view bytes);
Result<std::string> Gunzip(std::string_view bytes);

}  // namespace dvt::lake::avro
