#include <charconv>
#include <cmath>
#include <cstdio>

#include "dvt/template/lang/object.h"
#include "dvt/template/lang/raise.h"
#include "dvt/template/lang/unicode.h"

namespace dvt::tmpl {
namespace {

thread_local std::vector<const void*> t_in_repr;

/// Writes `[...]` instead of recursing into a container that is being written already.
struct ReprGuard {
  explicit ReprGuard(const void* container) {
    repeated = StackIsLow();
    for (const void* open : t_in_repr) repeated = repeated || open == container;
    t_in_repr.push_back(container);
  }
  ~ReprGuard() { t_in_repr.pop_back(); }
  bool repeated;
};

std::string ReprItems(const ObjectList& items, char open, char close) {
  ReprGuard guard(&items);
  std::string out(1, open);
  if (guard.repeated) return out + "..." + close;
  for (size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out += ", ";
    out += items[i].Repr();
  }
  if (open == '(' && items.size() == 1) out += ',';
  return out + close;
}

std::string ReprDict(const Dict& dict, bool with_values) {
  ReprGuard guard(&dict);
  std::string out = "{";
  if (guard.repeated) return out + "...}";
  for (const auto& [key, value] : dict.entries()) {
    if (out.size() > 1) out += ", ";
    out += key.Repr();
    if (with_values) out += ": " + value.Repr();
  }
  return out + '}';
}

}  // namespace

std::string Object::Str() const {
  switch (kind()) {
    case Kind::kUndefined: return "";
    case Kind::kString: return as_string();
    case Kind::kHost: return host()->Str();
    default: return Repr();
  }
}

std::string Object::Repr() const {
  switch (kind()) {
    case Kind::kUndefined: return "Undefined";
    case Kind::kNone: return "None";
    case Kind::kBool: return as_bool() ? "True" : "False";
    case Kind::kInt: return std::to_string(as_int());
    case Kind::kFloat: return ReprFloat(as_float());
    case Kind::kString: return is_markup() ? "Markup(" + ReprString(as_string()) + ")" : ReprString(as_string());
    case Kind::kList: return ReprItems(items(), '[', ']');
    case Kind::kTuple: return ReprItems(items(), '(', ')');
    case Kind::kDict: return ReprDict(dict(), true);
    case Kind::kSet: return set().empty() ? "set()" : ReprDict(set(), false);
    case Kind::kHost: return host()->Repr();
  }
  return "";
}

std::string ReprString(std::string_view text) {
  char quote = text.find('\'') != std::string_view::npos && text.find('"') == std::string_view::npos ? '"' : '\'';
  std::string out(1, quote);
  char buffer[16];
  size_t size = 1;
  for (size_t i = 0; i < text.size(); i += size) {
    uint32_t c = DecodeUtf8(text, i, &size);
    if (c == static_cast<unsigned char>(quote) || c == '\\') {
      out += '\\';
      out += static_cast<char>(c);
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (IsPrintablePoint(c)) {
      out.append(text.substr(i, size));
    } else {
      std::snprintf(buffer, sizeof(buffer), c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x", c);
      out += buffer;
    }
  }
  return out + quote;
}

std::string ReprFloat(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  char buffer[64];
  auto end = std::to_chars(buffer, buffer + sizeof(buffer), value, std::chars_format::scientific).ptr;
  std::string shortest(buffer, end);
  size_t e = shortest.find('e');
  int exponent = std::atoi(shortest.c_str() + e + 1);
  if (exponent < -4 || exponent >= 16) {
    std::snprintf(buffer, sizeof(buffer), "e%c%02d", exponent < 0 ? '-' : '+', std::abs(exponent));
    return shortest.substr(0, e) + buffer;
  }
  end = std::to_chars(buffer, buffer + sizeof(buffer), value, std::chars_format::fixed).ptr;
  std::string fixed(buffer, end);
  if (fixed.find('.') == std::string::npos) fixed += ".0";
  return fixed;
}

}  // namespace dvt::tmpl
