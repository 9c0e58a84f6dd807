#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "dvt/base/result/result.h"

namespace dvt {

/// Where a YAML or JSON node began; lines and columns count from 1, 0 is unknown.
struct Mark {
  int line = 0;
  int column = 0;
};

/// A JSON/YAML document node: null, bool, integer, float, string, list or map (insertion order kept).
/// A plain value type; copying copies the tree. Thread-safe for concurrent reads.
class Value {
 public:
  struct Entry;
  using List = std::vector<Value>;
  using Map = std::vector<Entry>;

  // NOLINTBEGIN(google-explicit-constructor)
  Value();
  Value(std::nullptr_t);
  Value(bool v);
  Value(int v);
  Value(int64_t v);
  Value(uint64_t v);
  Value(double v);
  Value(std::string v);
  Value(std::string_view v);
  Value(const char* v);
  Value(List v);
  Value(Map v);
  // NOLINTEND
  static Value MakeList();
  static Value MakeMap();

  bool is_null() const { return data_.index() == 0; }
  bool is_bool() const { return data_.index() == 1; }
  bool is_int() const { return data_.index() == 2; }
  bool is_float() const { return data_.index() == 3; }
  bool is_number() const { return is_int() || is_float(); }
  bool is_string() const { return data_.index() == 4; }
  bool is_list() const { return data_.index() == 5; }
  bool is_map() const { return data_.index() == 6; }

  /// The typed accessors require the matching is_…().
  bool as_bool() const { return std::get<bool>(data_); }
  int64_t as_int() const { return std::get<int64_t>(data_); }
  double as_float() const { return is_int() ? static_cast<double>(as_int()) : std::get<double>(data_); }
  const std::string& as_string() const { return std::get<std::string>(data_); }
  const List& list() const { return std::get<List>(data_); }
  List& list() { return std::get<List>(data_); }
  const Map& map() const { return std::get<Map>(data_); }
  Map& map() { return std::get<Map>(data_); }

  /// Member of a map by key, or nullptr (also when this is no map).
  const Value* Find(std::string_view key) const;
  Value* Find(std::string_view key);
  /// Member of a map; a null value where it is missing or this is no map.
  const Value& operator[](std::string_view key) const;
  /// Sets or replaces a member; turns a null into a map first.
  Value& Set(std::string_view key, Value value);
  /// Appends to a list; turns a null into a list first.
  Value& Push(Value value);
  bool Erase(std::string_view key);

  /// Text of a scalar as YAML/Python users expect it ("true", "3", "a"); JSON for lists and maps.
  std::string ToText() const;
  /// "null", "boolean", "integer", "number", "string", "list", "mapping".
  std::string_view TypeName() const;

  Mark mark() const { return mark_; }
  void set_mark(Mark mark) { mark_ = mark; }
  /// True if a YAML scalar was written in quotes (so it is never re-typed).
  bool quoted() const { return quoted_; }
  void set_quoted(bool quoted) { quoted_ = quoted; }

  /// Structural equality; marks do not count; maps compare regardless of order.
  friend bool operator==(const Value& a, const Value& b);

 private:
  std::variant<std::monostate, bool, int64_t, double, std::string, List, Map> data_;
  Mark mark_;
  bool quoted_ = false;
};

struct Value::Entry {
  std::string key;
  Value value;
  Mark key_mark;
  bool key_quoted = false;  ///< the key was written in quotes (a plain `on:` is a boolean key to a YAML 1.1 reader)
};

// Behind Entry, which the variant's destructor must know.
inline Value::Value() = default;
inline Value::Value(std::nullptr_t) {}
inline Value::Value(bool v) : data_(v) {}
inline Value::Value(int v) : data_(static_cast<int64_t>(v)) {}
inline Value::Value(int64_t v) : data_(v) {}
inline Value::Value(uint64_t v) : data_(static_cast<int64_t>(v)) {}
inline Value::Value(double v) : data_(v) {}
inline Value::Value(std::string v) : data_(std::move(v)) {}
inline Value::Value(std::string_view v) : data_(std::string(v)) {}
inline Value::Value(const char* v) : data_(std::string(v)) {}
inline Value::Value(List v) : data_(std::move(v)) {}
inline Value Value::MakeList() { return Value(List{}); }

/// Parses JSON text (RFC 8259). Errors carry line and column; `file` is only named in them.
Result<Value> ParseJson(std::string_view text, std::string_view file = {});
/// Compact (indent < 0) or indented JSON. Non-finite floats become null, as Python's consumers of dbt artifacts need.
std::string ToJson(const Value& value, int indent = -1);
/// Appends `text` as a JSON string literal, quotes included.
void AppendJsonString(std::string& out, std::string_view text);

/// Parses one YAML document with YAML 1.1 scalar rules (as PyYAML's safe loader: yes/no/on/off are booleans), anchors and
/// merge keys. Every node carries its mark. Duplicate keys are errors. An empty document is null.
Result<Value> ParseYaml(std::string_view text, std::string_view file = {});
/// Types a plain scalar by the YAML 1.1 rules.
Value ResolveYamlScalar(std::string_view text);
/// Block-style YAML text of a value.
std::string ToYaml(const Value& value);

}  // namespace dvt
