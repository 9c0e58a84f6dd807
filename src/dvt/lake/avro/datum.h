#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "dvt/lake/avro/schema.h"

namespace dvt::lake::avro {

/// A value of an Avro file: what a schema node says it is. Unions are seen through. Records and arrays are lists (records in the order
/// of the schema's fields); Avro maps are lists of two-element lists.
struct Datum {
  std::variant<std::monostate, bool, int64_t, double, std::string, std::vector<Datum>> held;

  Datum() = default;
  template <class T>
  static Datum Of(T value) {
    Datum datum;
    datum.held = std::move(value);
    return datum;
  }
  bool is_null() const { return held.index() == 0; }
  const bool* boolean() const { return std::get_if<bool>(&held); }
  const int64_t* integer() const { return std::get_if<int64_t>(&held); }
  const double* number() const { return std::get_if<double>(&held); }
  const std::string* bytes() const { return std::get_if<std::string>(&held); }
  const std::vector<Datum>* list() const { return std::get_if<std::vector<Datum>>(&held); }
};

/// Appends the binary form. A datum that does not fit the schema is kInternal: the writer built both.
Status Encode(const Node& schema, const Datum& datum, std::string& out);
/// Reads one value from the front of `bytes` and moves past it. kData if the bytes end or are no such value.
Result<Datum> Decode(const Node& schema, std::string_view& bytes);

/// A zigzag varint.
void EncodeLong(int64_t value, std::string& out);
Result<int64_t> DecodeLong(std::string_view& bytes);

}  // namespace dvt::lake::avro
