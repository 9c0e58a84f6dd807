#include "dvt/connectors/duckdb/row_hasher.h"

#include <fmt/format.h>

#include "dvt/columnar/duckdb/read_chunk.h"
#include "dvt/columnar/duckdb/types.h"
#include "dvt/columnar/hash/value_encoder.h"

namespace dvt::connectors::duckdb {

namespace duck = columnar::duckdb;

namespace {

using columnar::DataType;
using columnar::RowGrouping;
using columnar::TypeKind;

Result<columnar::Array> ReadChunk(duckdb_data_chunk input, columnar::Fields& fields) {
  std::vector<duck::OwnedType> owners;
  std::vector<duckdb_logical_type> types;
  for (idx_t i = 0; i < duckdb_data_chunk_get_column_count(input); ++i) {
    owners.emplace_back(duckdb_vector_get_column_type(duckdb_data_chunk_get_vector(input, i)));
    types.push_back(owners.back().get());
    duck::MappedType mapped = duck::MapType(types.back());
    if (!mapped.direct) return Error(ErrorCode::kType, "a value of this type must be cast before it is hashed");
    fields.push_back({"", std::move(mapped.type), true, {}});
  }
  duck::ChunkReader reader(types, fields);
  DVT_TRY(reader.Append(input));
  return reader.Finish();
}

template <bool hash>
void HashChunk(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output) {
  columnar::Fields fields;
  auto batch = ReadChunk(input, fields);
  if (!batch) return duckdb_scalar_function_set_error(info, batch.error().message().c_str());
  const auto columns = columnar::BatchColumns(batch->get(), fields);
  std::vector<size_t> order(fields.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  columnar::Digester digester;
  std::string text;
  const idx_t rows = duckdb_data_chunk_get_size(input);
  for (idx_t row = 0; row < rows; ++row) {
    text.clear();
    columnar::AppendHashRow(text, columns, order, static_cast<int64_t>(row));
    if constexpr (hash) {
      const auto digest = digester.Of(text);
      duckdb_vector_assign_string_element_len(output, row, reinterpret_cast<const char*>(digest.data()), digest.size());
    } else {
      duckdb_vector_assign_string_element_len(output, row, text.data(), text.size());
    }
  }
}

// Types that travel as text or JSON are cast as a read would cast them.
std::string Call(std::string_view function, const std::vector<HashedColumn>& columns) {
  std::string text(function);
  for (size_t i = 0; i < columns.size(); ++i) {
    const DataType& type = columns[i].field.type;
    const bool cast = type.kind == TypeKind::kString || type.kind == TypeKind::kJson || type.kind == TypeKind::kList ||
                      type.kind == TypeKind::kStruct;
    text += i == 0 ? "(" : ", ";
    text += cast ? fmt::format("CAST({} AS {})", columns[i].sql, duck::TypeNameOf(type)) : columns[i].sql;
  }
  return text + ")";
}

std::string Literal(const DataType& type, std::string_view text) {
  if (type.is_numeric()) return std::string(text);
  if (type.kind == TypeKind::kBool) return text == "1" ? "true" : "false";
  if (type.kind == TypeKind::kBinary) return "unhex('" + std::string(text) + "')";
  return duck::QuoteText(type.kind == TypeKind::kTimestampTz ? std::string(text) + "+00" : std::string(text));
}

class DuckDbRowHasher : public SummingRowHasher {
 public:
  std::string WhyNot(const columnar::Field&) const override { return {}; }
  std::string KeyExpression(const std::vector<HashedColumn>& columns) const override { return Call("dvt_row_key", columns); }
  std::string HashExpression(const std::vector<HashedColumn>& columns) const override { return Call("dvt_row_hash", columns); }
  std::string KeyPredicate(const std::vector<HashedColumn>& key, const std::vector<std::string>& keys) const override {
    return KeyListPredicate(key, keys, &Literal);
  }

 protected:
  std::string SummedHash(const std::vector<HashedColumn>& columns) const override { return HashExpression(columns); }
  std::string HalfSum(const std::string& hash, bool upper) const override {
    return fmt::format("CAST(sum(dvt_hash_{}({})) AS VARCHAR)", upper ? "upper" : "lower", hash);
  }
  std::string KeyGroup(const GroupedRows& rows) const override {
    return WithinGroups(rows, fmt::format("CAST({} AS BIGINT) >> {}", rows.key[0].sql, rows.grouping.bits));
  }
  std::string HashGroup(const RowGrouping& grouping, const std::string& hash) const override {
    return fmt::format("CAST(dvt_hash_upper({}) >> {} AS BIGINT)", hash, 64 - grouping.bits);
  }
};

// One half of each hash as a number, the first byte being the highest.
template <size_t from>
void HashHalf(duckdb_function_info, duckdb_data_chunk input, duckdb_vector output) {
  duckdb_vector hashes = duckdb_data_chunk_get_vector(input, 0);
  auto* texts = static_cast<duckdb_string_t*>(duckdb_vector_get_data(hashes));
  uint64_t* validity = duckdb_vector_get_validity(hashes);
  auto* numbers = static_cast<uint64_t*>(duckdb_vector_get_data(output));
  const idx_t rows = duckdb_data_chunk_get_size(input);
  for (idx_t row = 0; row < rows; ++row) {
    numbers[row] = 0;
    const bool valid = validity == nullptr || duckdb_validity_row_is_valid(validity, row);
    if (!valid || duckdb_string_t_length(texts[row]) != sizeof(columnar::RowDigest)) continue;
    const auto* bytes = reinterpret_cast<const uint8_t*>(duckdb_string_t_data(&texts[row]));
    for (size_t i = from; i < from + 8; ++i) numbers[row] = numbers[row] << 8 | bytes[i];
  }
}

Status Register(duckdb_connection connection, const char* name, duckdb_scalar_function_t function, duckdb_type returns) {
  duck::Owned<duckdb_scalar_function, duckdb_destroy_scalar_function> scalar(duckdb_create_scalar_function());
  const duck::OwnedType any(duckdb_create_logical_type(DUCKDB_TYPE_ANY)), type(duckdb_create_logical_type(returns));
  duckdb_scalar_function_set_name(scalar.get(), name);
  duckdb_scalar_function_set_varargs(scalar.get(), any.get());
  duckdb_scalar_function_set_return_type(scalar.get(), type.get());
  duckdb_scalar_function_set_special_handling(scalar.get());  // NULLs come too
  duckdb_scalar_function_set_function(scalar.get(), function);
  if (duckdb_register_scalar_function(connection, scalar.get()) != DuckDBSuccess)
    return Error(ErrorCode::kInternal, fmt::format("DuckDB refused the function {}", name));
  return {};
}

}  // namespace

std::shared_ptr<const RowHasher> MakeRowHasher() { return std::make_shared<DuckDbRowHasher>(); }

Status RegisterHashFunctions(const std::shared_ptr<duck::Database>& database) {
  DVT_ASSIGN(const auto connection, duck::Connection::Open(database));
  DVT_TRY(Register(connection->get(), "dvt_row_key", &HashChunk<false>, DUCKDB_TYPE_VARCHAR));
  DVT_TRY(Register(connection->get(), "dvt_row_hash", &HashChunk<true>, DUCKDB_TYPE_BLOB));
  DVT_TRY(Register(connection->get(), "dvt_hash_upper", &HashHalf<0>, DUCKDB_TYPE_UBIGINT));
  return Register(connection->get(), "dvt_hash_lower", &HashHalf<8>, DUCKDB_TYPE_UBIGINT);
}

}  // namespace dvt::connectors::duckdb
