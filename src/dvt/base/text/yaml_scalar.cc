#include <charconv>
#include <cmath>
#include <limits>

#include "dvt/base/text/text.h"
#include "dvt/base/text/value.h"

namespace dvt {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::string WithoutUnderscores(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c != '_') out += c;
  }
  return out;
}

/// The digits of an integer in `base`, or nothing if a character does not belong.
std::optional<Value> Digits(std::string_view digits, int base, bool negative) {
  std::string plain = WithoutUnderscores(digits);
  if (plain.empty()) return std::nullopt;
  if (negative) plain.insert(plain.begin(), '-');
  int64_t number = 0;
  auto end = plain.data() + plain.size();
  auto parsed = std::from_chars(plain.data(), end, number, base);
  if (parsed.ec == std::errc::result_out_of_range && base == 10) return Value(std::strtod(plain.c_str(), nullptr));
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return Value(number);
}

/// "1:30:00" in base 60; the last part may be a fraction.
std::optional<Value> Sexagesimal(std::string_view text, bool negative) {
  auto parts = Split(text, ':');
  double total = 0;
  bool fraction = false;
  for (size_t i = 0; i < parts.size(); ++i) {
    std::string part = WithoutUnderscores(parts[i]);
    size_t dot = part.find('.');
    bool last = i + 1 == parts.size();
    if (part.empty() || !IsDigit(part[0]) ||
        (i == 0 && part[0] == '0' && dot == std::string::npos && text.find('.') == std::string_view::npos)) {
      return std::nullopt;
    }
    for (size_t k = 0; k < part.size(); ++k) {
      if (!IsDigit(part[k]) && !(last && k == dot)) return std::nullopt;
    }
    size_t whole = dot == std::string::npos ? part.size() : dot;
    if (i > 0 && (whole > 2 || (whole == 2 && part[0] > '5'))) return std::nullopt;
    fraction = fraction || dot != std::string::npos;
    total = total * 60 + std::strtod(part.c_str(), nullptr);
  }
  if (negative) total = -total;
  return fraction ? Value(total) : Value(static_cast<int64_t>(total));
}

std::optional<Value> Integer(std::string_view text) {
  bool negative = text[0] == '-';
  std::string_view body = text[0] == '-' || text[0] == '+' ? text.substr(1) : text;
  if (body.empty() || !IsDigit(body[0])) return std::nullopt;
  if (body.size() > 2 && body[0] == '0' && body[1] == 'b') return Digits(body.substr(2), 2, negative);
  if (body.size() > 2 && body[0] == '0' && body[1] == 'x') return Digits(body.substr(2), 16, negative);
  if (body == "0") return Value(static_cast<int64_t>(0));
  if (body[0] == '0')
    return body.find_first_not_of("01234567_") == std::string_view::npos ? Digits(body, 8, negative) : std::nullopt;
  if (body.find(':') != std::string_view::npos) return Sexagesimal(body, negative);
  return Digits(body, 10, negative);
}

std::optional<Value> Float(std::string_view text) {
  bool negative = text[0] == '-';
  bool has_sign = negative || text[0] == '+';
  std::string_view body = has_sign ? text.substr(1) : text;
  if (body == ".inf" || body == ".Inf" || body == ".INF") {
    return Value(negative ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity());
  }
  if (text == ".nan" || text == ".NaN" || text == ".NAN") return Value(std::nan(""));
  if (body.find(':') != std::string_view::npos) {
    return body.find('.') == std::string_view::npos ? std::nullopt : Sexagesimal(body, negative);
  }
  size_t dot = body.find('.');
  if (dot == std::string_view::npos || (dot == 0 && (has_sign || body.size() < 2 || !IsDigit(body[1])))) return std::nullopt;
  if (dot > 0 && !IsDigit(body[0])) return std::nullopt;
  size_t i = 0;
  while (i < body.size() && (IsDigit(body[i]) || body[i] == '_' || i == dot)) ++i;
  if (i < dot) return std::nullopt;
  if (i < body.size()) {  // the exponent needs its sign in YAML 1.1
    if ((body[i] != 'e' && body[i] != 'E') || i + 2 >= body.size() || (body[i + 1] != '+' && body[i + 1] != '-'))
      return std::nullopt;
    for (size_t k = i + 2; k < body.size(); ++k) {
      if (!IsDigit(body[k])) return std::nullopt;
    }
  }
  return Value(std::strtod(WithoutUnderscores(text).c_str(), nullptr));
}

std::optional<Value> Word(std::string_view text) {
  static constexpr std::string_view kTrue[] = {"yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"};
  static constexpr std::string_view kFalse[] = {"no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"};
  for (auto word : kTrue) {
    if (text == word) return Value(true);
  }
  for (auto word : kFalse) {
    if (text == word) return Value(false);
  }
  if (text == "~" || text == "null" || text == "Null" || text == "NULL") return Value();
  return std::nullopt;
}

/// Whether a string must be quoted so that it is read back as the same string.
bool NeedsQuotes(std::string_view text) {
  if (text.empty() || text.front() == ' ' || text.back() == ' ') return true;
  if (!ResolveYamlScalar(text).is_string()) return true;
  if (std::string_view("!&*-?|>@`\"'%#{}[],:<=~").find(text[0]) != std::string_view::npos) return true;
  for (size_t i = 0; i < text.size(); ++i) {
    unsigned char c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 || c == 0x7f) return true;
    if (c == ':' && (i + 1 == text.size() || text[i + 1] == ' ')) return true;
    if (c == '#' && i > 0 && text[i - 1] == ' ') return true;
  }
  return IsDigit(text[0]) && text.find('-') != std::string_view::npos;  // might be a timestamp
}

std::string ScalarYaml(const Value& value) {
  if (value.is_string()) {
    if (!NeedsQuotes(value.as_string())) return value.as_string();
    std::string out;
    AppendJsonString(out, value.as_string());
    return out;
  }
  if (value.is_list()) return "[]";
  if (value.is_map()) return "{}";
  if (value.is_float()) {
    double number = value.as_float();
    if (std::isnan(number)) return ".nan";
    if (std::isinf(number)) return number > 0 ? ".inf" : "-.inf";
    std::string text = value.ToText();
    size_t exponent = text.find('e');
    if (exponent != std::string::npos && text.find('.') == std::string::npos) text.insert(exponent, ".0");
    return text;
  }
  return value.ToText();
}

bool IsBlock(const Value& value) {
  return (value.is_list() && !value.list().empty()) || (value.is_map() && !value.map().empty());
}

void PrintYaml(std::string& out, const Value& value, size_t indent, bool first_inline) {
  auto lead = [&](bool first) {
    if (!(first && first_inline)) out.append(indent, ' ');
  };
  bool first = true;
  if (value.is_map()) {
    for (const auto& entry : value.map()) {
      lead(first);
      first = false;
      Value key{entry.key};
      out += ScalarYaml(key) + ":";
      if (IsBlock(entry.value)) {
        out += '\n';
        PrintYaml(out, entry.value, indent + 2, false);
      } else {
        out += ' ' + ScalarYaml(entry.value) + '\n';
      }
    }
    return;
  }
  for (const auto& item : value.list()) {
    lead(first);
    first = false;
    out += "- ";
    if (IsBlock(item)) {
      PrintYaml(out, item, indent + 2, true);
    } else {
      out += ScalarYaml(item) + '\n';
    }
  }
}

}  // namespace

Value ResolveYamlScalar(std::string_view text) {
  if (text.empty()) return Value();
  char c = text[0];
  if (IsDigit(c) || c == '-' || c == '+' || c == '.') {
    if (auto number = Integer(text)) return *std::move(number);
    if (auto number = Float(text)) return *std::move(number);
  } else if (text.size() <= 5) {
    if (auto word = Word(text)) return *std::move(word);
  }
  return Value(text);
}

std::string ToYaml(const Value& value) {
  if (!IsBlock(value)) return ScalarYaml(value) + "\n";
  std::string out;
  PrintYaml(out, value, 0, false);
  return out;
}

}  // namespace dvt
