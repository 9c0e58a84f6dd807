#include "dvt/project/load/generic_test_name.h"

#include <algorithm>
#include <cctype>
#include <vector>

#include "dvt/base/text/text.h"

namespace dvt::project {
namespace {

/// str() of Python, for names and hashes.
std::string PythonText(const Value& value) {
  if (value.is_null()) return "None";
  if (value.is_bool()) return value.as_bool() ? "True" : "False";
  if (value.is_string()) return value.as_string();
  if (value.is_list() || value.is_map()) return PythonRepr(value);
  return value.ToText();
}

/// Every leaf as text and mappings in key order: what the id's hash is taken of.
Value Hashable(const Value& value) {
  if (value.is_list()) {
    Value list = Value::MakeList();
    for (const auto& item : value.list()) list.Push(Hashable(item));
    return list;
  }
  if (!value.is_map()) return Value(PythonText(value));
  std::vector<const Value::Entry*> entries;
  for (const auto& entry : value.map()) entries.push_back(&entry);
  std::sort(entries.begin(), entries.end(), [](auto* a, auto* b) { return a->key < b->key; });
  Value map = Value::MakeMap();
  for (const auto* entry : entries) map.map().push_back({entry->key, Hashable(entry->value), {}});
  return map;
}

std::string CleanPart(const std::string& text) {
  std::string out;
  bool in_gap = false;
  for (unsigned char c : text) {
    if (c < 0x80 && (std::isalnum(c) || c == '_')) {
      out += static_cast<char>(c);
      in_gap = false;
    } else if (!in_gap) {
      out += '_';
      in_gap = true;
    }
  }
  return out;
}

}  // namespace

std::string PythonRepr(const Value& value) {
  if (value.is_string()) {
    const std::string& text = value.as_string();
    char quote = text.find('\'') != std::string::npos && text.find('"') == std::string::npos ? '"' : '\'';
    std::string out(1, quote);
    for (char c : text) {
      switch (c) {
        case '\\': out += "\\\\"; break;
        case '\n': out += "\\n"; break;
        case '\r': out += "\\r"; break;
        case '\t': out += "\\t"; break;
        default:
          if (c == quote) out += '\\';
          out += c;
      }
    }
    return out + quote;
  }
  if (value.is_list()) {
    std::string out = "[";
    for (size_t i = 0; i < value.list().size(); ++i) out += (i ? ", " : "") + PythonRepr(value.list()[i]);
    return out + "]";
  }
  if (value.is_map()) {
    std::string out = "{";
    for (size_t i = 0; i < value.map().size(); ++i) {
      const auto& entry = value.map()[i];
      out += (i ? ", " : "") + PythonRepr(Value(entry.key)) + ": " + PythonRepr(entry.value);
    }
    return out + "}";
  }
  return PythonText(value);
}

GenericTestName NameGenericTest(const std::string& test, const std::string& target, const Value& kwargs) {
  std::vector<const Value::Entry*> entries;
  for (const auto& entry : kwargs.map()) {
    if (entry.key != "model") entries.push_back(&entry);
  }
  std::sort(entries.begin(), entries.end(), [](auto* a, auto* b) { return a->key < b->key; });
  std::vector<std::string> parts;
  for (const auto* entry : entries) {
    const Value& value = entry->value;
    if (value.is_map()) {
      for (const auto& item : value.map()) parts.push_back(CleanPart(PythonText(item.value)));
    } else if (value.is_list()) {
      for (const auto& item : value.list()) parts.push_back(CleanPart(PythonText(item)));
    } else {
      parts.push_back(CleanPart(PythonText(value)));
    }
  }
  GenericTestName name;
  std::string identifier = test + "_" + target;
  name.full = identifier + "_" + Join(parts, "__");
  name.compiled = name.full.size() >= 64 ? identifier.substr(0, 30) + "_" + Md5Hex(name.full) : name.full;
  return name;
}

std::string GenericTestHash(const std::string& name, const std::string& package, const std::string& test, const Value& kwargs) {
  Value metadata = Value::MakeMap();
  metadata.Set("kwargs", Hashable(kwargs));
  metadata.Set("name", test);
  metadata.Set("namespace", package.empty() ? "None" : package);
  std::string digest = Md5Hex(name + PythonRepr(metadata));
  return digest.substr(digest.size() - 10);
}

}  // namespace dvt::project
