#include "dvt/base/text/value.h"

#include <atomic>
#include <charconv>
#include <cmath>
#include <utility>
#include <variant>

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

template <class T>
struct Value::Shared {
  explicit Shared(T v) : value(std::move(v)) {}
  std::atomic<int> owners{1};
  T value;
};

namespace {

// Sole ownership before a change: what others see stays as it is.
template <class Box>
Box* Own(Box*& box) {
  if (box->owners.load(std::memory_order_acquire) == 1) return box;
  Box* mine = new Box(box->value);
  if (box->owners.fetch_sub(1, std::memory_order_acq_rel) == 1) delete box;
  return box = mine;
}

template <class Box>
void Drop(Box* box) {
  if (box->owners.fetch_sub(1, std::memory_order_acq_rel) == 1) delete box;
}

}  // namespace

Value::Value(std::string v) : kind_(Kind::kString) { held_.text = new Shared<std::string>(std::move(v)); }
Value::Value(std::string_view v) : Value(std::string(v)) {}
Value::Value(const char* v) : Value(std::string(v)) {}
Value::Value(List v) : kind_(Kind::kList) { held_.list = new Shared<List>(std::move(v)); }
Value::Value(Map v) : kind_(Kind::kMap) { held_.map = new Shared<Map>(std::move(v)); }

Value::Value(const Value& other) : held_(other.held_), mark_(other.mark_), kind_(other.kind_), quoted_(other.quoted_) { Share(); }

Value::Value(Value&& other) noexcept
    : held_(other.held_), mark_(other.mark_), kind_(std::exchange(other.kind_, Kind::kNull)), quoted_(other.quoted_) {}

Value& Value::operator=(const Value& other) { return *this = Value(other); }

Value& Value::operator=(Value&& other) noexcept {
  if (this == &other) return *this;
  const Value old = std::move(*this);  // freed last: `other` may be a part of it
  held_ = other.held_;
  mark_ = other.mark_;
  kind_ = std::exchange(other.kind_, Kind::kNull);
  quoted_ = other.quoted_;
  return *this;
}

void Value::Share() const {
  switch (kind_) {
    case Kind::kString: held_.text->owners.fetch_add(1, std::memory_order_relaxed); break;
    case Kind::kList: held_.list->owners.fetch_add(1, std::memory_order_relaxed); break;
    case Kind::kMap: held_.map->owners.fetch_add(1, std::memory_order_relaxed); break;
    default: break;
  }
}

void Value::Release() {
  switch (kind_) {
    case Kind::kString: Drop(held_.text); break;
    case Kind::kList: Drop(held_.list); break;
    case Kind::kMap: Drop(held_.map); break;
    default: break;
  }
  kind_ = Kind::kNull;
}

void Value::Require(Kind kind) const {
  if (kind_ != kind) throw std::bad_variant_access();
}

Value Value::MakeList() { return Value(List{}); }
Value Value::MakeMap() { return Value(Map{}); }

bool Value::as_bool() const {
  Require(Kind::kBool);
  return held_.boolean;
}

int64_t Value::as_int() const {
  Require(Kind::kInt);
  return held_.integer;
}

double Value::as_float() const {
  if (is_int()) return static_cast<double>(held_.integer);
  Require(Kind::kFloat);
  return held_.number;
}

const std::string& Value::as_string() const {
  Require(Kind::kString);
  return held_.text->value;
}

const Value::List& Value::list() const {
  Require(Kind::kList);
  return held_.list->value;
}

Value::List& Value::list() {
  Require(Kind::kList);
  return Own(held_.list)->value;
}

const Value::Map& Value::map() const {
  Require(Kind::kMap);
  return held_.map->value;
}

Value::Map& Value::map() {
  Require(Kind::kMap);
  return Own(held_.map)->value;
}

void Value::BecomeMap() {
  held_.map = new Shared<Map>(Map{});
  kind_ = Kind::kMap;
}

const Value* Value::Find(std::string_view key) const {
  if (!is_map()) return nullptr;
  for (const auto& entry : held_.map->value) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

Value* Value::Edit(std::string_view key) {
  if (Find(key) == nullptr) return nullptr;
  map();  // its own from here on
  return const_cast<Value*>(Find(key));
}

const Value& Value::operator[](std::string_view key) const {
  const Value* found = Find(key);
  return found ? *found : NullValue();
}

Value& Value::Set(std::string_view key, Value value) {
  if (is_null()) BecomeMap();
  if (Value* found = Edit(key)) return *found = std::move(value);
  return map().emplace_back(Entry{std::string(key), std::move(value), {}}).value;
}

Value& Value::Push(Value value) {
  if (is_null()) {
    held_.list = new Shared<List>(List{});
    kind_ = Kind::kList;
  }
  return list().emplace_back(std::move(value));
}

bool Value::Erase(std::string_view key) {
  if (Find(key) == nullptr) return false;
  auto& entries = map();
  for (auto it = entries.begin(); it != entries.end(); ++it) {
    if (it->key != key) continue;
    entries.erase(it);
    return true;
  }
  return false;
}

std::string Value::ToText() const {
  switch (kind_) {
    case Kind::kNull: return "null";
    case Kind::kBool: return as_bool() ? "true" : "false";
    case Kind::kInt: return std::to_string(as_int());
    case Kind::kFloat: return FloatText(as_float());
    case Kind::kString: return as_string();
    default: return ToJson(*this);
  }
}

std::string_view Value::TypeName() const {
  static constexpr std::string_view kNames[] = {"null", "boolean", "integer", "number", "string", "list", "mapping"};
  return kNames[static_cast<size_t>(kind_)];
}

bool operator==(const Value& a, const Value& b) {
  if (a.is_number() && b.is_number()) {
    return a.is_int() && b.is_int() ? a.as_int() == b.as_int() : a.as_float() == b.as_float();
  }
  if (a.kind_ != b.kind_) return false;
  if (a.is_bool()) return a.as_bool() == b.as_bool();
  if (a.is_string()) return a.as_string() == b.as_string();
  if (a.is_list()) return a.list() == b.list();
  if (!a.is_map() || a.held_.map == b.held_.map) return true;
  if (a.map().size() != b.map().size()) return false;
  for (const auto& entry : a.map()) {
    const Value* other = b.Find(entry.key);
    if (!other || !(*other == entry.value)) return false;
  }
  return true;
}

}  // namespace dvt
