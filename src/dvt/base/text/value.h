#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dvt/base/result/result.h"

namespace dvt {

/// Where a YAML or JSON node began; lines and columns count from 1, 0 is unknown.
struct Mark {
  int line = 0;
  int column = 0;
};

/// A JSON/YAML document node: null, bool, integer, float, string, list or map (insertion order kept).
/// A value type: what one copy changes no other sees. Texts, lists and maps are shared between copies until one is changed, so
/// copying a tree is cheap. A reference to a member lives until the value it was taken from is changed or copied and changed.
/// Thread-safe for concurrent reads and copies.
class Value {
 public:
  struct Entry;
  using List = std::vector<Value>;
  using Map = std::vector<Entry>;

  // NOLINTBEGIN(google-explicit-constructor)
  Value() = default;
  Value(std::nullptr_t) {}
  Value(bool v) : kind_(Kind::kBool) { held_.boolean = v; }
  Value(int v) : Value(static_cast<int64_t>(v)) {}
  Value(int64_t v) : kind_(Kind::kInt) { held_.integer = v; }
  Value(uint64_t v) : Value(static_cast<int64_t>(v)) {}
  Value(double v) : kind_(Kind::kFloat) { held_.number = v; }
  Value(std::string v);
  Value(std::string_view v);
  Value(const char* v);
  Value(List v);
  Value(Map v);
  // NOLINTEND
  Value(const Value& other);
  Value(Value&& other) noexcept;
  Value& operator=(const Value& other);
  Value& operator=(Value&& other) noexcept;
  ~Value() {
    if (kind_ >= Kind::kString) Release();
  }
  static Value MakeList();
  static Value MakeMap();

  bool is_null() const { return kind_ == Kind::kNull; }
  bool is_bool() const { return kind_ == Kind::kBool; }
  bool is_int() const { return kind_ == Kind::kInt; }
  bool is_float() const { return kind_ == Kind::kFloat; }
  bool is_number() const { return is_int() || is_float(); }
  bool is_string() const { return kind_ == Kind::kString; }
  bool is_list() const { return kind_ == Kind::kList; }
  bool is_map() const { return kind_ == Kind::kMap; }

  /// The typed accessors require the matching is_…(). Those that can be written through make this copy's tree its own first.
  bool as_bool() const;
  int64_t as_int() const;
  double as_float() const;
  const std::string& as_string() const;
  const List& list() const;
  List& list();
  const Map& map() const;
  Map& map();

  /// Member of a map by key, or nullptr (also when this is no map).
  const Value* Find(std::string_view key) const;
  /// The same to be changed in place.
  Value* Edit(std::string_view key);
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
  enum class Kind : uint8_t { kNull, kBool, kInt, kFloat, kString, kList, kMap };
  template <class T>
  struct Shared;  // counted, on the heap
  union Held {
    bool boolean;
    int64_t integer;
    double number;
    Shared<std::string>* text;
    Shared<List>* list;
    Shared<Map>* map;
  };

  void Require(Kind kind) const;
  void Share() const;  // one owner more
  void Release();      // one owner less; the last one frees
  void BecomeMap();

  Held held_{};
  Mark mark_;
  Kind kind_ = Kind::kNull;
  bool quoted_ = false;
};

struct Value::Entry {
  std::string key;
  Value value;
  Mark key_mark;
  bool key_quoted = false;  ///< the key was written in quotes (a plain `on:` is a boolean key to a YAML 1.1 reader)
};

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
