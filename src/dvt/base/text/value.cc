#include "dvt/base/text/value.h"

#include <charconv>
#include <cmath>

namespace dvt {
namespace {

const Value& NullValue() {
  static const Value null;
  return null;
}

std::string FloatText(double number) {
  if (std::isnan(number)) return "nan";
  if (std::isinf(number)) return number > 0 ? "inf" : "-inf";
  char buffer[40];
  auto end = std::to_chars(buffer, buffer + sizeof buffer, number).ptr;
  std::string text(buffer, end);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

}  // namespace

Value::Value(Map v) : data_(std::move(v)) {}

Value Value::MakeMap() { return Value(Map{}); }

const Value* Value::Find(std::string_view key) const {
  if (!is_map()) return nullptr;
  for (const auto& entry : map()) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

Value* Value::Find(std::string_view key) { return const_cast<Value*>(std::as_const(*this).Find(key)); }

const Value& Value::operator[](std::string_view key) const {
  const Value* found = Find(key);
  return found ? *found : NullValue();
}

Value& Value::Set(std::string_view key, Value value) {
  if (is_null()) data_ = Map{};
  if (Value* found = Find(key)) return *found = std::move(value);
  return map().emplace_back(Entry{std::string(key), std::move(value), {}}).value;
}

Value& Value::Push(Value value) {
  if (is_null()) data_ = List{};
  return list().emplace_back(std::move(value));
}

bool Value::Erase(std::string_view key) {
  if (!is_map()) return false;
  auto& entries = map();
  for (auto it = entries.begin(); it != entries.end(); ++it) {
    if (it->key != key) continue;
    entries.erase(it);
    return true;
  }
  return false;
}

std::string Value::ToText() const {
  switch (data_.index()) {
    case 0: return "null";
    case 1: return as_bool() ? "true" : "false";
    case 2: return std::to_string(as_int());
    case 3: return FloatText(as_float());
    case 4: return as_string();
    default: return ToJson(*this);
  }
}

std::string_view Value::TypeName() const {
  static constexpr std::string_view kNames[] = {"null", "boolean", "integer", "number", "string", "list", "mapping"};
  return kNames[data_.index()];
}

bool operator==(const Value& a, const Value& b) {
  if (a.is_number() && b.is_number()) {
    return a.is_int() && b.is_int() ? a.as_int() == b.as_int() : a.as_float() == b.as_float();
  }
  if (a.data_.index() != b.data_.index()) return false;
  if (a.is_bool()) return a.as_bool() == b.as_bool();
  if (a.is_string()) return a.as_string() == b.as_string();
  if (a.is_list()) return a.list() == b.list();
  if (!a.is_map()) return true;
  if (a.map().size() != b.map().size()) return false;
  for (const auto& entry : a.map()) {
    const Value* other = b.Find(entry.key);
    if (!other || !(*other == entry.value)) return false;
  }
  return true;
}

}  // namespace dvt
