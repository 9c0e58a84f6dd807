#include "dvt/connectors/sqlite/row_hasher.h"

#include <fmt/format.h>

#include <charconv>

#include "dvt/connectors/sqlite/handle.h"
#include "dvt/connectors/sqlite/values.h"

namespace dvt::connectors::sqlite {

namespace {

using columnar::DataType;
using columnar::TypeKind;

// The first argument, read once a statement: "<kind>:<precision>:<scale>," for each value.
struct Types {
  std::vector<DataType> types;
  columnar::Digester digester;
  std::string text;
};

std::string Spell(const std::vector<HashedColumn>& columns) {
  std::string text;
  for (const auto& column : columns) {
    const DataType& type = column.field.type;
    text += fmt::format("{}:{}:{},", static_cast<int>(type.kind), type.precision, type.scale);
  }
  return text;
}

Types* TypesOf(sqlite3_context* context, sqlite3_value** arguments) {
  auto* types = static_cast<Types*>(sqlite3_get_auxdata(context, 0));
  if (types != nullptr) return types;
  types = new Types();
  const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(arguments[0]));
  const char* end = text + sqlite3_value_bytes(arguments[0]);
  while (text < end) {
    int numbers[3] = {0, 0, 0};
    for (int& number : numbers) text = std::from_chars(text, end, number).ptr + 1;
    DataType type(static_cast<TypeKind>(numbers[0]));
    type.precision = numbers[1];
    type.scale = numbers[2];
    types->types.push_back(std::move(type));
  }
  sqlite3_set_auxdata(context, 0, types, [](void* kept) { delete static_cast<Types*>(kept); });
  return static_cast<Types*>(sqlite3_get_auxdata(context, 0));  // null if there was no memory
}

template <bool hash>
void HashFunction(sqlite3_context* context, int count, sqlite3_value** arguments) {
  Types* types = count < 2 ? nullptr : TypesOf(context, arguments);
  if (types == nullptr || types->types.size() + 1 != static_cast<size_t>(count))
    return sqlite3_result_error(context, "this function is for the program's own queries", -1);
  types->text.clear();
  for (int i = 1; i < count; ++i) {
    if (i > 1) types->text += columnar::kHashSeparator;
    const DataType& type = types->types[static_cast<size_t>(i) - 1];
    columnar::ValueEncoder encoder(type, types->text);
    if (AppendValue(encoder, arguments[i])) continue;
    const std::string fault =
        fmt::format("while hashing rows: a value of column {} in the order of names is no {}", i, type.ToString());
    return sqlite3_result_error(context, fault.c_str(), -1);
  }
  if constexpr (hash) {
    const auto digest = types->digester.Of(types->text);
    sqlite3_result_blob(context, digest.data(), static_cast<int>(digest.size()), SQLITE_TRANSIENT);
  } else {
    sqlite3_result_text64(context, types->text.data(), types->text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  }
}

std::string Call(std::string_view function, const std::vector<HashedColumn>& columns) {
  std::string text = fmt::format("{}('{}'", function, Spell(columns));
  for (const auto& column : columns) text += ", " + column.sql;
  return text + ")";
}

std::string Literal(const DataType& type, std::string_view text) {
  return type.is_integer() ? std::string(text) : QuoteText(text);
}

class SqliteRowHasher : public RowHasher {
 public:
  std::string WhyNot(const columnar::Field&) const override { return {}; }
  std::string KeyExpression(const std::vector<HashedColumn>& columns) const override { return Call("dvt_row_key", columns); }
  std::string HashExpression(const std::vector<HashedColumn>& columns) const override { return Call("dvt_row_hash", columns); }

  // What SQLite compares as it is stored: integers and texts. Everything else may be stored in several ways that mean the same.
  std::string KeyPredicate(const std::vector<HashedColumn>& key, const std::vector<std::string>& keys) const override {
    bool plain = true;
    for (const auto& column : key)
      plain = plain && (column.field.type.is_integer() || column.field.type.kind == TypeKind::kString);
    if (plain) return KeyListPredicate(key, keys, &Literal, KeyRows::kValues);
    std::string list;
    for (const auto& each : keys) list += (list.empty() ? "" : ", ") + QuoteText(each);
    return fmt::format("{} IN ({})", KeyExpression(key), list);
  }
};

}  // namespace

std::shared_ptr<const RowHasher> MakeRowHasher() { return std::make_shared<SqliteRowHasher>(); }

void RegisterHashFunctions(sqlite3* connection) {
  constexpr int kFlags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;
  sqlite3_create_function_v2(connection, "dvt_row_key", -1, kFlags, nullptr, &HashFunction<false>, nullptr, nullptr, nullptr);
  sqlite3_create_function_v2(connection, "dvt_row_hash", -1, kFlags, nullptr, &HashFunction<true>, nullptr, nullptr, nullptr);
}

}  // namespace dvt::connectors::sqlite
