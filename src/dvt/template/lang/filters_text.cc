#include <algorithm>

#include <fmt/format.h>

#include "dvt/template/lang/builtins.h"
#include "dvt/template/lang/unicode.h"

namespace dvt::tmpl {
namespace {

Object OnText(Context& context, const Arguments& a, const char* method) {
  return CallStringMethod(context, Object(BindArgs(a, method, {{"s", {}}})[0].Str()), method, {});
}

Object Title(Context&, const Arguments& a) {
  // A word begins after white space, a hyphen or an opening bracket.
  std::string out;
  bool start = true;
  for (uint32_t c : ToCodePoints(BindArgs(a, "title", {{"s", {}}})[0].Str())) {
    if (start && c == 0xDF) {
      out += "SS";  // sharp s has no capital of one letter
    } else {
      AppendUtf8(out, start ? ToUpperPoint(c) : ToLowerPoint(c));
    }
    start = IsSpacePoint(c) || c == '-' || c == '(' || c == '{' || c == '[' || c == '<';
  }
  return Object(std::move(out));
}

Object Trim(Context& context, const Arguments& a) {
  auto args = BindArgs(a, "trim", {{"value", {}}, {"chars", Object()}});
  return CallStringMethod(context, Object(args[0].Str()), "strip", {{args[1]}, {}});
}

Object Replace(Context& context, const Arguments& a) {
  auto args = BindArgs(a, "replace", {{"s", {}}, {"old", {}}, {"new", {}}, {"count", Object()}});
  Object count = args[3].is_none() ? Object(-1) : args[3];
  return CallStringMethod(context, Object(args[0].Str()), "replace", {{Object(args[1].Str()), Object(args[2].Str()), count}, {}});
}

Object Center(Context& context, const Arguments& a) {
  auto args = BindArgs(a, "center", {{"value", {}}, {"width", Object(80)}});
  return CallStringMethod(context, Object(args[0].Str()), "center", {{args[1]}, {}});
}

Object Format(Context& context, const Arguments& a) {
  if (a.positional.empty()) RaiseType("format needs a value");
  std::string text = a.positional[0].Str();
  ObjectList rest(a.positional.begin() + 1, a.positional.end());
  if (!rest.empty() && !a.named.empty()) RaiseType("can't handle positional and keyword arguments at the same time");
  if (a.named.empty()) return Object(PercentFormat(context, text, Object::Tuple(std::move(rest))));
  Object named = Object::MakeDict();
  for (const auto& [key, value] : a.named) named.dict().Set(Object(key), value);
  return Object(PercentFormat(context, text, named));
}

/// The text of a filter's value that must be text already.
std::string TextValue(const Object& value) {
  RequireDefined(value);
  if (!value.is_string()) RaiseType(fmt::format("'{}' object has no attribute 'splitlines'", value.TypeName()));
  return value.as_string();
}

Object Indent(Context& context, const Arguments& a) {
  auto args = BindArgs(a, "indent", {{"s", {}}, {"width", Object(4)}, {"first", Object(false)}, {"blank", Object(false)}});
  std::string prefix =
      args[1].is_string()
          ? args[1].as_string()
          : std::string(static_cast<size_t>(std::max<int64_t>(0, RequireInt(args[1], "width must be an integer"))), ' ');
  std::string text = TextValue(args[0]) + "\n";
  Object lines = CallStringMethod(context, Object(text), "splitlines", {});
  std::string out;
  size_t index = 0;
  for (const auto& line : lines.items()) {
    if (index > 0) out += '\n';
    bool indented = index == 0 ? args[2].Truth() : args[3].Truth() || !line.as_string().empty();
    out += (indented ? prefix : "") + line.as_string();
    ++index;
    CheckSize(context, out.size());
  }
  return Object(std::move(out));
}

Object Truncate(Context&, const Arguments& a) {
  auto args =
      BindArgs(a, "truncate",
               {{"s", {}}, {"length", Object(255)}, {"killwords", Object(false)}, {"end", Object("...")}, {"leeway", Object()}});
  std::string end = args[3].Str();
  int64_t length = RequireInt(args[1], "length must be an integer");
  int64_t leeway = args[4].is_none() ? 5 : RequireInt(args[4], "leeway must be an integer");
  int64_t end_length = CodePoints(end);
  if (length < end_length) Raise(ErrorCode::kInvalidArgument, fmt::format("expected length >= {}, got {}", end_length, length));
  if (leeway < 0) Raise(ErrorCode::kInvalidArgument, fmt::format("expected leeway >= 0, got {}", leeway));
  auto size = LengthOf(args[0]);
  if (!size) RaiseType(fmt::format("object of type '{}' has no len()", args[0].TypeName()));
  if (*size <= length + leeway) return args[0];
  std::string text = TextValue(args[0]);
  std::string cut = text.substr(0, ByteOffset(text, length - end_length));
  if (!args[2].Truth()) {
    size_t space = cut.rfind(' ');
    if (space != std::string::npos) cut.resize(space);
  }
  return Object(cut + end);
}

Object WordCount(Context&, const Arguments& a) {
  int64_t count = 0;
  bool inside = false;
  for (uint32_t c : ToCodePoints(BindArgs(a, "wordcount", {{"s", {}}})[0].Str())) {
    bool word = IsAlphaPoint(c) || IsDigitPoint(c) || c == '_';
    if (word && !inside) ++count;
    inside = word;
  }
  return Object(count);
}

struct WrapOptions {
  int64_t width;
  bool break_long;
  bool break_hyphens;
};

/// Splits a line into words and white space, hyphenated words after their hyphens.
std::vector<std::vector<uint32_t>> WrapChunks(const std::vector<uint32_t>& line, const WrapOptions& options) {
  std::vector<std::vector<uint32_t>> chunks;
  auto is_letter = [](uint32_t c) { return IsAlphaPoint(c); };
  for (size_t i = 0; i < line.size();) {
    size_t end = i;
    if (IsSpacePoint(line[i])) {
      while (end < line.size() && IsSpacePoint(line[end])) ++end;
    } else {
      while (end < line.size() && !IsSpacePoint(line[end])) {
        ++end;
        bool hyphen = options.break_hyphens && line[end - 1] == '-' && end >= i + 3 && is_letter(line[end - 2]) &&
                      (is_letter(line[end - 3]) || line[end - 3] == '-') && end + 1 < line.size() && is_letter(line[end]) &&
                      is_letter(line[end + 1]);
        if (hyphen) break;
      }
    }
    chunks.emplace_back(line.begin() + static_cast<std::ptrdiff_t>(i), line.begin() + static_cast<std::ptrdiff_t>(end));
    i = end;
  }
  return chunks;
}

std::vector<std::string> WrapLine(const std::string& text, const WrapOptions& options) {
  auto chunks = WrapChunks(ToCodePoints(text), options);
  std::reverse(chunks.begin(), chunks.end());
  std::vector<std::string> lines;
  auto is_space = [](const std::vector<uint32_t>& chunk) { return IsSpacePoint(chunk[0]); };
  while (!chunks.empty()) {
    std::vector<std::vector<uint32_t>> line;
    int64_t length = 0;
    if (!lines.empty() && is_space(chunks.back())) chunks.pop_back();
    while (!chunks.empty() && length + static_cast<int64_t>(chunks.back().size()) <= options.width) {
      length += static_cast<int64_t>(chunks.back().size());
      line.push_back(std::move(chunks.back()));
      chunks.pop_back();
    }
    if (!chunks.empty() && static_cast<int64_t>(chunks.back().size()) > options.width) {
      int64_t room = std::max<int64_t>(options.width - length, options.width < 1 ? 1 : 0);
      if (options.break_long && room > 0) {
        auto& word = chunks.back();
        line.emplace_back(word.begin(), word.begin() + room);
        word.erase(word.begin(), word.begin() + room);
      } else if (!options.break_long && line.empty()) {
        line.push_back(std::move(chunks.back()));
        chunks.pop_back();
      }
    }
    if (!line.empty() && is_space(line.back())) line.pop_back();
    std::string joined;
    for (const auto& chunk : line) joined += FromCodePoints(chunk);
    if (!line.empty()) lines.push_back(std::move(joined));
  }
  return lines;
}

Object WordWrap(Context& context, const Arguments& a) {
  auto args = BindArgs(a, "wordwrap",
                       {{"s", {}},
                        {"width", Object(79)},
                        {"break_long_words", Object(true)},
                        {"wrapstring", Object()},
                        {"break_on_hyphens", Object(true)}});
  WrapOptions options{RequireInt(args[1], "width must be an integer"), args[2].Truth(), args[4].Truth()};
  if (options.width <= 0) Raise(ErrorCode::kInvalidArgument, fmt::format("invalid width {} (must be > 0)", options.width));
  std::string separator = args[3].is_none() ? "\n" : args[3].Str();
  Object lines = CallStringMethod(context, Object(TextValue(args[0])), "splitlines", {});
  std::string out;
  bool first = true;
  for (const auto& line : lines.items()) {
    if (!first) out += separator;
    first = false;
    auto wrapped = WrapLine(line.as_string(), options);
    for (size_t i = 0; i < wrapped.size(); ++i) out += (i > 0 ? separator : "") + wrapped[i];
  }
  return Object(std::move(out));
}

Object PrettyPrint(Context&, const Arguments& a) { return Object(BindArgs(a, "pprint", {{"value", {}}})[0].Repr()); }

}  // namespace

void AddTextFilters(Environment& e) {
  auto add = [&](const char* name, RawFunction function) { e.SetFilter(name, Builtin(function)); };
  add("upper", [](Context& c, const Arguments& a) { return OnText(c, a, "upper"); });
  add("lower", [](Context& c, const Arguments& a) { return OnText(c, a, "lower"); });
  add("capitalize", [](Context& c, const Arguments& a) { return OnText(c, a, "capitalize"); });
  add("string", [](Context&, const Arguments& a) {
    Object value = BindArgs(a, "string", {{"value", {}}})[0];
    return value.is_string() ? value : Object(value.Str());
  });
  add("title", Title);
  add("trim", Trim);
  add("replace", Replace);
  add("center", Center);
  add("format", Format);
  add("indent", Indent);
  add("truncate", Truncate);
  add("wordcount", WordCount);
  add("wordwrap", WordWrap);
  add("pprint", PrettyPrint);
}

}  // namespace dvt::tmpl
