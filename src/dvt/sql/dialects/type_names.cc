// Type names as written, to neutral types and back, by the dialects' tables.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "dvt/base/text/text.h"
#include "dvt/sql/dialects/dialect.h"

namespace dvt::sql {

using columnar::DataType;
using columnar::TypeKind;

namespace {

struct WrittenType {
  std::string name;  // upper case, one blank between words
  std::vector<int64_t> parameters;
  int array_depth = 0;
  bool text_parameters = false;  // ENUM('a', 'b')
};

// "character varying(10)[]", "timestamp(3) with time zone", "bigint(20) unsigned".
WrittenType Read(std::string_view text) {
  WrittenType out;
  std::string word;
  auto flush = [&] {
    if (word.empty()) return;
    if (!out.name.empty()) out.name += ' ';
    out.name += ToUpper(word);
    word.clear();
  };
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '(') {
      flush();
      const size_t end = std::min(text.find(')', i), text.size());
      for (const auto& part : Split(text.substr(i + 1, end - i - 1), ',')) {
        const auto trimmed = TrimView(part);
        int64_t value = 0;
        const auto parsed = std::from_chars(trimmed.data(), trimmed.data() + trimmed.size(), value);
        if (parsed.ec == std::errc() && parsed.ptr == trimmed.data() + trimmed.size())
          out.parameters.push_back(value);
        else
          out.text_parameters = true;
      }
      i = end;
    } else if (c == '[') {
      flush();
      ++out.array_depth;
      i = std::min(text.find(']', i), text.size());
    } else if (c == ' ' || c == '\t' || c == '\n') {
      flush();
    } else if (c != '"' && c != '`') {
      word += c;
    }
  }
  flush();
  if (out.name.size() > 6 && out.name.substr(out.name.size() - 6) == " ARRAY") {
    out.name.resize(out.name.size() - 6);
    ++out.array_depth;
  }
  return out;
}

DataType FromSpec(const TypeSpec& spec, const std::vector<int64_t>& parameters) {
  DataType type(spec.kind);
  type.fixed = spec.fixed && (spec.kind == TypeKind::kString || spec.kind == TypeKind::kBinary);
  auto parameter = [&](size_t i, int fallback) { return i < parameters.size() ? static_cast<int>(parameters[i]) : fallback; };
  switch (spec.kind) {
    case TypeKind::kDecimal:
      type.precision = parameter(0, spec.default_precision);
      type.scale = parameters.empty() ? spec.default_scale : parameter(1, 0);
      break;
    case TypeKind::kString:
    case TypeKind::kBinary: type.length = parameters.empty() ? (type.fixed ? 1 : 0) : parameters[0]; break;
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz: type.precision = parameter(0, 0); break;
    default: break;
  }
  return type;
}

}  // namespace

Result<DataType> ParseTypeName(const Dialect& dialect, std::string_view text) {
  const WrittenType written = Read(text);
  if (written.name.empty()) return Error(ErrorCode::kType, fmt::format("'{}' is no type name", text));
  const TypeSpec* spec = FindType(dialect, written.name);
  // Dynamic typing takes any name: what it holds follows from parts of the name.
  if (spec == nullptr && dialect.Has(Feature::kDynamicTyping)) {
    if (written.name.find("INT") != std::string::npos)
      spec = FindType(dialect, "INTEGER");
    else if (written.name.find("CHAR") != std::string::npos || written.name.find("TEXT") != std::string::npos)
      spec = FindType(dialect, "VARCHAR");
    else if (written.name.find("REAL") != std::string::npos || written.name.find("FLOA") != std::string::npos ||
             written.name.find("DOUB") != std::string::npos)
      spec = FindType(dialect, "REAL");
  }
  DataType type = spec == nullptr ? DataType(TypeKind::kUnknown) : FromSpec(*spec, written.parameters);
  for (int i = 0; i < written.array_depth; ++i) type = DataType::List(std::move(type));
  return type;
}

Result<std::string> RenderTypeName(const Dialect& dialect, const DataType& type) {
  if (type.kind == TypeKind::kList && !type.children.empty() && dialect.Has(Feature::kArrayBrackets)) {
    DVT_ASSIGN(const std::string element, RenderTypeName(dialect, type.children[0].type));
    return element + "[]";
  }
  if (type.kind == TypeKind::kUnknown || type.kind == TypeKind::kNull) return std::string(dialect.unlimited_text);
  if (type.kind == TypeKind::kString && type.length == 0) return std::string(dialect.unlimited_text);
  for (const Dialect* each = &dialect; each != nullptr; each = each->parent) {
    for (const auto& spec : each->types) {
      if (spec.kind != type.kind || spec.read_only) continue;
      if (type.kind == TypeKind::kString && (spec.fixed != type.fixed || spec.parameters == 0)) continue;
      std::string text(spec.name);
      if (type.kind == TypeKind::kDecimal && type.precision > 0)
        return text + fmt::format("({}, {})", type.precision, type.scale);
      if (type.kind == TypeKind::kString && spec.parameters > 0) return text + fmt::format("({})", type.length);
      if (type.is_temporal() && type.precision > 0 && spec.parameters > 0)
        return text + fmt::format("({})", std::min(type.precision, 6));
      return text;
    }
  }
  if (type.kind == TypeKind::kString) return std::string(dialect.unlimited_text);
  return Error(ErrorCode::kType, fmt::format("{} has no type for {}", dialect.name, type.ToString()));
}

}  // namespace dvt::sql
