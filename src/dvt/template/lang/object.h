#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "dvt/base/result/result.h"
#include "dvt/base/text/value.h"
#include "dvt/template/fwd.h"

namespace dvt::tmpl {

enum class Kind : uint8_t { kUndefined, kNone, kBool, kInt, kFloat, kString, kList, kTuple, kDict, kSet, kHost };

using ObjectList = std::vector<Object>;

/// Shared text of a string object; `markup` is Jinja's "already escaped" mark.
struct StringData {
  std::string text;
  bool markup = false;
};

/// Why a value is missing: the text of the error that using it raises.
struct UndefinedInfo {
  std::string name;      ///< the variable, attribute or key that was looked for
  std::string owner;     ///< "dict object" … when it was looked for in a value; empty for a variable
  bool lenient = false;  ///< attributes and calls of it give undefined again (parsing of dbt projects)
};

/// A Python-like value. Copying is cheap and, for lists, dicts, sets and host objects, shares the value as Python does. Not
/// thread-safe where shared mutable values are involved: an object graph belongs to one render at a time.
class Object {
 public:
  Object() : data_(nullptr) {}                                                                    // None
  Object(std::nullptr_t) : data_(nullptr) {}                                                      // NOLINT
  Object(bool v) : data_(v) {}                                                                    // NOLINT
  Object(int v) : data_(static_cast<int64_t>(v)) {}                                               // NOLINT
  Object(int64_t v) : data_(v) {}                                                                 // NOLINT
  Object(double v) : data_(v) {}                                                                  // NOLINT
  Object(std::string v) : data_(std::make_shared<const StringData>(StringData{std::move(v)})) {}  // NOLINT
  Object(std::string_view v) : Object(std::string(v)) {}                                          // NOLINT
  Object(const char* v) : Object(std::string(v)) {}                                               // NOLINT
  Object(std::shared_ptr<HostObject> host) : data_(std::move(host)) {}                            // NOLINT
  template <class T>
  requires std::is_base_of_v<HostObject, T> Object(std::shared_ptr<T> host)
      : data_(std::shared_ptr<HostObject>(std::move(host))) {}  // NOLINT

  static Object Undefined(std::string name = {}, std::string owner = {}, bool lenient = false);
  static Object Markup(std::string text);
  static Object List(ObjectList items = {});
  static Object Tuple(ObjectList items = {});
  static Object MakeDict();
  static Object MakeDict(std::vector<std::pair<std::string, Object>> entries);
  static Object Set(const ObjectList& items);  ///< unhashable items must have been refused before
  /// JSON/YAML document → none, bool, int, float, str, list, dict.
  static Object FromValue(const Value& value);

  Kind kind() const { return static_cast<Kind>(data_.index()); }
  bool is_undefined() const { return kind() == Kind::kUndefined; }
  bool is_none() const { return kind() == Kind::kNone; }
  bool is_bool() const { return kind() == Kind::kBool; }
  bool is_int() const { return kind() == Kind::kInt; }
  bool is_float() const { return kind() == Kind::kFloat; }
  bool is_number() const { return is_int() || is_float() || is_bool(); }
  bool is_string() const { return kind() == Kind::kString; }
  bool is_list() const { return kind() == Kind::kList; }
  bool is_tuple() const { return kind() == Kind::kTuple; }
  bool is_sequence() const { return is_list() || is_tuple(); }
  bool is_dict() const { return kind() == Kind::kDict; }
  bool is_set() const { return kind() == Kind::kSet; }
  bool is_host() const { return kind() == Kind::kHost; }
  bool is_callable() const;
  bool is_markup() const { return is_string() && string_data().markup; }

  /// The typed accessors require the matching kind; as_int also takes a bool, as_float any number.
  bool as_bool() const { return std::get<bool>(data_); }
  int64_t as_int() const { return is_bool() ? (as_bool() ? 1 : 0) : std::get<int64_t>(data_); }
  double as_float() const { return is_float() ? std::get<double>(data_) : static_cast<double>(as_int()); }
  const std::string& as_string() const { return string_data().text; }
  const StringData& string_data() const { return *std::get<std::shared_ptr<const StringData>>(data_); }
  /// Items of a list or tuple.
  const ObjectList& items() const;
  /// The shared, changeable items of a list.
  ObjectList& list() const { return *std::get<std::shared_ptr<ObjectList>>(data_); }
  Dict& dict() const { return *std::get<std::shared_ptr<Dict>>(data_); }
  /// A set's members are a dict's keys.
  Dict& set() const;
  const std::shared_ptr<HostObject>& host() const { return std::get<std::shared_ptr<HostObject>>(data_); }
  const UndefinedInfo& undefined() const { return *std::get<std::shared_ptr<const UndefinedInfo>>(data_); }
  /// The host object as T, or nullptr.
  template <class T>
  std::shared_ptr<T> host_as() const {
    return is_host() ? std::dynamic_pointer_cast<T>(host()) : nullptr;
  }

  /// Python's bool(x), str(x) and repr(x). Undefined is false and prints as nothing.
  bool Truth() const;
  std::string Str() const;
  std::string Repr() const;
  /// Python's type name: "str", "int", "dict", "Undefined", a host object's own.
  std::string TypeName() const;
  /// The text of the error that a use of this undefined value raises ("'x' is undefined", "'dict object' has no attribute 'x'").
  std::string UndefinedMessage() const;
  /// Python's == (1 == 1.0 == True; lists and tuples by items; dicts regardless of order).
  bool Equals(const Object& other) const;
  /// Python's `is`: the same shared value.
  bool Same(const Object& other) const;
  bool IsHashable() const;
  size_t Hash() const;
  /// To a JSON/YAML document; undefined is null, tuples and sets are lists, host objects as they say (else their text).
  Value ToValue() const;

 private:
  struct SetBox;  // tells a set from a dict in the variant
  using Data = std::variant<std::shared_ptr<const UndefinedInfo>, std::nullptr_t, bool, int64_t, double,
                            std::shared_ptr<const StringData>, std::shared_ptr<ObjectList>, std::shared_ptr<const ObjectList>,
                            std::shared_ptr<Dict>, std::shared_ptr<SetBox>, std::shared_ptr<HostObject>>;
  explicit Object(Data data) : data_(std::move(data)) {}

  Data data_;
};

/// Python's dict: insertion order, any hashable key.
class Dict {
 public:
  using Entry = std::pair<Object, Object>;

  const std::vector<Entry>& entries() const { return entries_; }
  size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  const Object* Find(const Object& key) const;
  Object* Find(const Object& key);
  const Object* Find(std::string_view key) const;
  Object* Find(std::string_view key);
  void Set(Object key, Object value);
  bool Erase(const Object& key);
  void Clear();

 private:
  static constexpr size_t kIndexFrom = 9;  // smaller dicts are searched linearly
  int Position(const Object& key) const;
  int Position(std::string_view key) const;
  void Reindex();

  std::vector<Entry> entries_;
  std::unordered_multimap<size_t, int> index_;  // hash → position, only from kIndexFrom entries on
};

struct Parameter {
  std::string name;
  std::optional<Object> default_value;  ///< none: required
};

/// What a call passes.
struct Arguments {
  ObjectList positional;
  std::vector<std::pair<std::string, Object>> named;

  const Object* FindNamed(std::string_view name) const;
  /// Values for `parameters` in order, as Python binds them; a missing, doubled or unknown argument is kInvalidArgument
  /// with Python's text.
  Result<ObjectList> Bind(std::string_view function, const std::vector<Parameter>& parameters) const;
};

enum class BinaryOp : uint8_t { kAdd, kSub, kMul, kDiv, kFloorDiv, kMod, kPow };

/// A C++ object that templates see: functions, relations, the adapter, dates. Subclass and override what it offers.
/// The methods must not throw.
class HostObject : public std::enable_shared_from_this<HostObject> {
 public:
  virtual ~HostObject() = default;
  virtual std::string TypeName() const = 0;
  /// x.name; nullopt: no such attribute (undefined in the template).
  virtual Result<std::optional<Object>> GetAttr(Context& context, std::string_view name);
  /// x[key]; the default tries GetAttr for string keys.
  virtual Result<std::optional<Object>> GetItem(Context& context, const Object& key);
  virtual Status SetAttr(std::string_view name, Object value);
  virtual bool is_callable() const { return false; }
  virtual bool is_mapping() const { return false; }  ///< `x is mapping`
  virtual Result<Object> Call(Context& context, const Arguments& arguments);
  /// x.name(…); the default gets the attribute and calls it.
  virtual Result<Object> CallMethod(Context& context, std::string_view name, const Arguments& arguments);
  virtual bool is_iterable() const { return false; }
  /// Python's list(x); a one-shot iterator is empty afterwards.
  virtual Result<ObjectList> Iterate(Context& context);
  virtual std::optional<int64_t> Length() const { return std::nullopt; }
  /// Members for the `in` operator; nullopt: search by iterating.
  virtual std::optional<bool> Contains(const Object& item) const { return std::nullopt; }
  virtual bool Truth() const;
  virtual std::string Str() const { return Repr(); }
  virtual std::string Repr() const;
  virtual bool Equals(const Object& other) const;
  virtual size_t Hash() const;
  /// <0, 0, >0; nullopt: not ordered with `other`.
  virtual std::optional<int> Compare(const Object& other) const { return std::nullopt; }
  /// self op other, or other op self when `reflected`; nullopt: unsupported.
  virtual Result<std::optional<Object>> Binary(BinaryOp op, const Object& other, bool reflected) const;
  virtual Value ToValue() const { return Value(Str()); }
  /// Names for "did you mean" when an attribute is missing.
  virtual std::vector<std::string> AttributeNames() const { return {}; }
};

using Function = std::function<Result<Object>(Context&, const Arguments&)>;

/// A callable named `name` (in messages).
Object MakeFunction(std::string name, Function function);
/// An object with fixed attributes; calling it is an error. `type_name` is for repr.
Object MakeRecord(std::string type_name, std::vector<std::pair<std::string, Object>> attributes);

/// Python's repr of text ('…' or "…" with escapes) and of a float ("1.0", "1e+16", "inf").
std::string ReprString(std::string_view text);
std::string ReprFloat(double value);

}  // namespace dvt::tmpl
