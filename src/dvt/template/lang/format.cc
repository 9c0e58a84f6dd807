#include <cmath>
#include <cstdio>

#include <fmt/format.h>

#include "dvt/template/lang/format_internal.h"
#include "dvt/template/lang/ops.h"
#include "dvt/template/lang/template.h"
#include "dvt/template/lang/unicode.h"

namespace dvt::tmpl {

std::string PadTo(std::string text, int64_t width, char align, const std::string& fill) {
  int64_t missing = width - CodePoints(text);
  if (missing <= 0) return text;
  if (missing > 10'000'000) Raise(ErrorCode::kMemory, "the formatted text would become too long");
  int64_t left = align == '<' ? 0 : align == '^' ? missing / 2 : missing;
  std::string out;
  for (int64_t i = 0; i < left; ++i) out += fill;
  out += text;
  for (int64_t i = left; i < missing; ++i) out += fill;
  return out;
}

std::string FloatDigits(double magnitude, char type, int precision, bool alternate) {
  char format[16];
  std::snprintf(format, sizeof(format), "%%%s.%d%c", alternate ? "#" : "", precision, type);
  std::string out(static_cast<size_t>(std::snprintf(nullptr, 0, format, magnitude)), '\0');
  std::snprintf(out.data(), out.size() + 1, format, magnitude);
  return out;
}

std::string IntDigits(uint64_t magnitude, int base, bool upper) {
  static constexpr std::string_view kLower = "0123456789abcdef";
  static constexpr std::string_view kUpper = "0123456789ABCDEF";
  const auto divisor = static_cast<uint64_t>(base);
  const std::string_view digits = upper ? kUpper : kLower;
  std::string out;
  do {
    out += digits[magnitude % divisor];
    magnitude /= divisor;
  } while (magnitude != 0);
  return {out.rbegin(), out.rend()};
}

uint64_t Magnitude(int64_t value) { return value < 0 ? ~static_cast<uint64_t>(value) + 1 : static_cast<uint64_t>(value); }

namespace {

/// Groups the digits before the point in threes.
std::string Grouped(const std::string& digits, char separator, size_t group) {
  size_t end = group == 3 ? std::min(digits.find_first_not_of("0123456789"), digits.size()) : digits.size();
  std::string out;
  for (size_t i = 0; i < end; ++i) {
    if (i > 0 && (end - i) % group == 0) out += separator;
    out += digits[i];
  }
  return out + digits.substr(end);
}

struct BraceSpec {
  std::string fill = " ";
  char align = '\0';
  char sign = '-';
  bool alternate = false;
  bool zero = false;
  int64_t width = 0;
  char grouping = '\0';
  int64_t precision = -1;
  char type = '\0';
};

BraceSpec ParseBraceSpec(std::string_view text, const Object& value) {
  BraceSpec spec;
  size_t i = 0;
  auto is_align = [](char c) { return c == '<' || c == '>' || c == '^' || c == '='; };
  if (!text.empty()) {
    size_t first = Utf8Size(text, 0);
    if (first < text.size() && is_align(text[first])) {
      spec.fill = std::string(text.substr(0, first));
      spec.align = text[first];
      i = first + 1;
    } else if (is_align(text[0])) {
      spec.align = text[0];
      i = 1;
    }
  }
  if (i < text.size() && (text[i] == '+' || text[i] == '-' || text[i] == ' ')) spec.sign = text[i++];
  if (i < text.size() && text[i] == 'z') ++i;
  if (i < text.size() && text[i] == '#') spec.alternate = true, ++i;
  if (i < text.size() && text[i] == '0') {
    spec.zero = true;
    if (spec.align == '\0') {
      spec.fill = "0";
      spec.align = value.is_string() ? '<' : '=';
    }
    ++i;
  }
  for (; i < text.size() && text[i] >= '0' && text[i] <= '9' && spec.width < 100'000'000; ++i)
    spec.width = spec.width * 10 + (text[i] - '0');
  if (i < text.size() && (text[i] == ',' || text[i] == '_')) spec.grouping = text[i++];
  if (i < text.size() && text[i] == '.') {
    spec.precision = 0;
    size_t from = ++i;
    for (; i < text.size() && text[i] >= '0' && text[i] <= '9' && spec.precision < 1000; ++i)
      spec.precision = spec.precision * 10 + (text[i] - '0');
    if (i == from) Raise(ErrorCode::kInvalidArgument, "Format specifier missing precision");
  }
  if (i < text.size()) spec.type = text[i++];
  if (i < text.size())
    Raise(ErrorCode::kInvalidArgument,
          fmt::format("Invalid format specifier '{}' for object of type '{}'", text, value.TypeName()));
  return spec;
}

std::string BraceFloat(const BraceSpec& spec, double number) {
  if (std::isnan(number)) return "nan";
  if (std::isinf(number)) return "inf";
  double magnitude = std::fabs(number);
  if (spec.type == '%')
    return FloatDigits(magnitude * 100, 'f', spec.precision < 0 ? 6 : static_cast<int>(spec.precision), spec.alternate) + "%";
  if (spec.type == '\0' || spec.type == 'n') {
    if (spec.precision < 0) return ReprFloat(magnitude);
    std::string digits = FloatDigits(magnitude, 'g', std::max<int>(1, static_cast<int>(spec.precision)), spec.alternate);
    bool plain = digits.find_first_of(".en") == std::string::npos;
    return plain ? digits + ".0" : digits;
  }
  return FloatDigits(magnitude, spec.type, spec.precision < 0 ? 6 : static_cast<int>(spec.precision), spec.alternate);
}

std::string BraceNumber(const BraceSpec& spec, const Object& value) {
  std::string digits;
  std::string prefix;
  bool negative = false;
  size_t group = 3;
  bool wants_float = value.is_float() || std::string_view("eEfFgG%").find(spec.type) != std::string_view::npos;
  if (spec.type == '\0') wants_float = value.is_float();
  if (wants_float) {
    if (std::string_view("bcdoxX").find(spec.type) != std::string_view::npos && spec.type != '\0') {
      Raise(ErrorCode::kInvalidArgument, fmt::format("Unknown format code '{}' for object of type 'float'", spec.type));
    }
    negative = std::signbit(value.as_float()) && !std::isnan(value.as_float());
    digits = BraceFloat(spec, value.as_float());
  } else {
    if (spec.precision >= 0) Raise(ErrorCode::kInvalidArgument, "Precision not allowed in integer format specifier");
    int64_t whole = value.as_int();
    negative = whole < 0;
    int base = spec.type == 'b' ? 2 : spec.type == 'o' ? 8 : spec.type == 'x' || spec.type == 'X' ? 16 : 10;
    if (std::string_view("bdnoxX").find(spec.type) == std::string_view::npos && spec.type != '\0') {
      Raise(ErrorCode::kInvalidArgument, fmt::format("Unknown format code '{}' for object of type 'int'", spec.type));
    }
    digits = IntDigits(Magnitude(whole), base, spec.type == 'X');
    if (base != 10) group = 4;
    if (spec.alternate && base != 10) prefix = std::string("0") + spec.type;
  }
  if (spec.grouping != '\0') digits = Grouped(digits, spec.grouping, group);
  std::string head = (negative ? "-" : spec.sign == '+' ? "+" : spec.sign == ' ' ? " " : "") + prefix;
  char align = spec.align == '\0' ? '>' : spec.align;
  if (align != '=') return PadTo(head + digits, spec.width, align, spec.fill);
  auto rest = spec.width - static_cast<int64_t>(head.size());
  if (spec.grouping != '\0' && spec.fill == "0" && spec.zero) {
    while (static_cast<int64_t>(digits.size()) < rest) {
      std::string plain;
      for (char c : digits) {
        if (c != spec.grouping) plain += c;
      }
      std::string next = Grouped("0" + plain, spec.grouping, group);
      if (static_cast<int64_t>(next.size()) > rest + 1) break;
      digits = next;
    }
  }
  return head + PadTo(digits, rest, '>', spec.fill);
}

}  // namespace

std::string FormatWithSpec(const Object& value, std::string_view spec_text) {
  if (spec_text.empty()) return value.Str();
  RequireDefined(value);
  if (value.is_host() || value.is_sequence() || value.is_dict() || value.is_none() || value.is_set()) {
    RaiseType(fmt::format("unsupported format string passed to {}.__format__", value.TypeName()));
  }
  BraceSpec spec = ParseBraceSpec(spec_text, value);
  if (value.is_number() && !(value.is_bool() && spec.type == '\0' && false)) return BraceNumber(spec, value);
  if (spec.type != '\0' && spec.type != 's') {
    Raise(ErrorCode::kInvalidArgument, fmt::format("Unknown format code '{}' for object of type 'str'", spec.type));
  }
  if (spec.align == '=') Raise(ErrorCode::kInvalidArgument, "'=' alignment not allowed in string format specifier");
  std::string text = value.Str();
  if (spec.precision >= 0) text = text.substr(0, ByteOffset(text, spec.precision));
  return PadTo(std::move(text), spec.width, spec.align == '\0' ? '<' : spec.align, spec.fill);
}

namespace {

/// `name.attr[0]` of a replacement field.
Object FieldValue(Context& context, std::string_view field, const Arguments& arguments, size_t* automatic) {
  size_t end = field.find_first_of(".[");
  std::string_view head = field.substr(0, end);
  Object value;
  if (head.empty() || head.find_first_not_of("0123456789") == std::string_view::npos) {
    size_t index = head.empty() ? (*automatic)++ : static_cast<size_t>(std::stoul(std::string(head)));
    if (index >= arguments.positional.size()) {
      Raise(ErrorCode::kInvalidArgument, fmt::format("Replacement index {} out of range for positional args tuple", index));
    }
    value = arguments.positional[index];
  } else {
    const Object* named = arguments.FindNamed(head);
    if (named == nullptr) Raise(ErrorCode::kNotFound, "KeyError: " + ReprString(head));
    value = *named;
  }
  while (end != std::string_view::npos && end < field.size()) {
    if (field[end] == '.') {
      size_t next = field.find_first_of(".[", end + 1);
      value = GetAttribute(context, value, field.substr(end + 1, next == std::string_view::npos ? next : next - end - 1));
      end = next;
    } else {
      size_t close = field.find(']', end);
      if (close == std::string_view::npos) Raise(ErrorCode::kInvalidArgument, "expected '}' before end of string");
      std::string_view key = field.substr(end + 1, close - end - 1);
      int64_t index = 0;
      bool is_index = !key.empty() && key.find_first_not_of("0123456789") == std::string_view::npos && ParseInt(key, 10, &index);
      value = GetSubscript(context, value, is_index ? Object(index) : Object(key));
      end = close + 1;
    }
  }
  return value;
}

std::string BraceFormatAt(Context& context, std::string_view format, const Arguments& arguments, size_t* automatic, int depth) {
  std::string out;
  for (size_t i = 0; i < format.size(); ++i) {
    char c = format[i];
    bool doubled = i + 1 < format.size() && format[i + 1] == c;
    if ((c == '{' || c == '}') && doubled) {
      out += c;
      ++i;
      continue;
    }
    if (c == '}') Raise(ErrorCode::kInvalidArgument, "Single '}' encountered in format string");
    if (c != '{') {
      out += c;
      continue;
    }
    int nested = 1;
    size_t end = i + 1;
    for (; end < format.size() && nested > 0; ++end) nested += format[end] == '{' ? 1 : format[end] == '}' ? -1 : 0;
    if (nested > 0) {
      Raise(ErrorCode::kInvalidArgument,
            i + 1 >= format.size() ? "Single '{' encountered in format string" : "expected '}' before end of string");
    }
    std::string_view field = format.substr(i + 1, end - i - 2);
    i = end - 1;
    size_t colon = field.find(':');
    std::string spec;
    if (colon != std::string_view::npos) {
      if (depth > 1) Raise(ErrorCode::kInvalidArgument, "Max string recursion exceeded");
      std::string_view raw = field.substr(colon + 1);
      field = field.substr(0, colon);
      char conversion = '\0';
      size_t bang = field.find('!');
      if (bang != std::string_view::npos && bang + 1 < field.size()) {
        conversion = field[bang + 1];
        field = field.substr(0, bang);
      }
      Object value = FieldValue(context, field, arguments, automatic);
      spec = raw.find('{') == std::string_view::npos ? std::string(raw)
                                                     : BraceFormatAt(context, raw, arguments, automatic, depth + 1);
      if (conversion != '\0') value = Object(conversion == 's' ? value.Str() : value.Repr());
      out += FormatWithSpec(value, spec);
    } else {
      size_t bang = field.find('!');
      Object value = FieldValue(context, field.substr(0, bang), arguments, automatic);
      out += bang != std::string_view::npos && bang + 1 < field.size() && field[bang + 1] != 's' ? value.Repr() : value.Str();
    }
    CheckSize(context, out.size());
  }
  return out;
}

}  // namespace

std::string BraceFormat(Context& context, std::string_view format, const Arguments& arguments) {
  size_t automatic = 0;
  return BraceFormatAt(context, format, arguments, &automatic, 0);
}

}  // namespace dvt::tmpl
