#include <algorithm>
#include <array>
#include <unordered_map>

#include <fmt/format.h>

#include "dvt/base/text/text.h"
#include "dvt/template/lang/iterators.h"
#include "dvt/template/lang/ops.h"
#include "dvt/template/lang/template.h"
#include "dvt/template/lang/unicode.h"

namespace dvt::tmpl {
namespace {

using Method = Object (*)(Context&, const std::string& text, const Arguments& arguments);

ObjectList BindOrRaise(const Arguments& arguments, std::string_view name, const std::vector<Parameter>& parameters) {
  return Unwrap(arguments.Bind(name, parameters));
}

std::string Strip(const std::string& text, const Object& characters, bool left, bool right) {
  auto points = ToCodePoints(text);
  std::vector<uint32_t> wanted;
  if (!characters.is_none()) wanted = ToCodePoints(RequireString(characters, "strip arg"));
  auto drop = [&](uint32_t c) {
    return characters.is_none() ? IsSpacePoint(c) : std::find(wanted.begin(), wanted.end(), c) != wanted.end();
  };
  size_t from = 0;
  size_t to = points.size();
  while (left && from < to && drop(points[from])) ++from;
  while (right && to > from && drop(points[to - 1])) --to;
  return FromCodePoints({points.begin() + static_cast<std::ptrdiff_t>(from), points.begin() + static_cast<std::ptrdiff_t>(to)});
}

template <bool kLeft, bool kRight>
Object StripMethod(Context&, const std::string& text, const Arguments& a) {
  return Object(Strip(text, BindOrRaise(a, "strip", {{"chars", Object()}})[0], kLeft, kRight));
}

ObjectList SplitSpace(const std::string& text, int64_t most, bool from_right) {
  auto points = ToCodePoints(text);
  ObjectList parts;
  auto take = [&](size_t from, size_t to) {
    parts.emplace_back(
        FromCodePoints({points.begin() + static_cast<std::ptrdiff_t>(from), points.begin() + static_cast<std::ptrdiff_t>(to)}));
  };
  if (!from_right) {
    size_t at = 0;
    while (true) {
      while (at < points.size() && IsSpacePoint(points[at])) ++at;
      if (at == points.size()) return parts;
      size_t end = at;
      if (most >= 0 && static_cast<int64_t>(parts.size()) == most) {
        end = points.size();
        while (end > at && IsSpacePoint(points[end - 1])) --end;
        take(at, end);
        return parts;
      }
      while (end < points.size() && !IsSpacePoint(points[end])) ++end;
      take(at, end);
      at = end;
    }
  }
  size_t at = points.size();
  while (true) {
    while (at > 0 && IsSpacePoint(points[at - 1])) --at;
    if (at == 0) break;
    size_t begin = at;
    if (most >= 0 && static_cast<int64_t>(parts.size()) == most) {
      begin = 0;
      while (begin < at && IsSpacePoint(points[begin])) ++begin;
    } else {
      while (begin > 0 && !IsSpacePoint(points[begin - 1])) --begin;
    }
    take(begin, at);
    if (most >= 0 && static_cast<int64_t>(parts.size()) > most) break;
    at = begin;
  }
  std::reverse(parts.begin(), parts.end());
  return parts;
}

template <bool kFromRight>
Object SplitMethod(Context&, const std::string& text, const Arguments& a) {
  auto args = BindOrRaise(a, "split", {{"sep", Object()}, {"maxsplit", Object(-1)}});
  int64_t most = RequireInt(args[1], "maxsplit must be an integer");
  if (args[0].is_none()) return Object::List(SplitSpace(text, most, kFromRight));
  const std::string& separator = RequireString(args[0], "separator");
  if (separator.empty()) Raise(ErrorCode::kInvalidArgument, "empty separator");
  ObjectList parts;
  if (!kFromRight) {
    size_t from = 0;
    while (most < 0 || static_cast<int64_t>(parts.size()) < most) {
      size_t at = text.find(separator, from);
      if (at == std::string::npos) break;
      parts.emplace_back(text.substr(from, at - from));
      from = at + separator.size();
    }
    parts.emplace_back(text.substr(from));
    return Object::List(std::move(parts));
  }
  size_t to = text.size();
  while (most < 0 || static_cast<int64_t>(parts.size()) < most) {
    size_t at = to < separator.size() ? std::string::npos : text.rfind(separator, to - separator.size());
    if (at == std::string::npos) break;
    parts.emplace_back(text.substr(at + separator.size(), to - at - separator.size()));
    to = at;
  }
  parts.emplace_back(text.substr(0, to));
  std::reverse(parts.begin(), parts.end());
  return Object::List(std::move(parts));
}

Object SplitLines(Context&, const std::string& text, const Arguments& a) {
  bool keep = BindOrRaise(a, "splitlines", {{"keepends", Object(false)}})[0].Truth();
  ObjectList lines;
  auto is_break = [](uint32_t c) {
    return c == '\n' || c == '\r' || c == 0x0B || c == 0x0C || (c >= 0x1C && c <= 0x1E) || c == 0x85 || c == 0x2028 ||
           c == 0x2029;
  };
  size_t from = 0;
  size_t size = 1;
  for (size_t i = 0; i < text.size(); i += size) {
    uint32_t c = DecodeUtf8(text, i, &size);
    if (!is_break(c)) continue;
    size_t end = i + size;
    if (c == '\r' && end < text.size() && text[end] == '\n') ++end;
    lines.emplace_back(text.substr(from, (keep ? end : i) - from));
    from = end;
    size = end - i;
  }
  if (from < text.size()) lines.emplace_back(text.substr(from));
  return Object::List(std::move(lines));
}

Object Replace(Context& context, const std::string& text, const Arguments& a) {
  auto args = BindOrRaise(a, "replace", {{"old", {}}, {"new", {}}, {"count", Object(-1)}});
  const std::string& from = RequireString(args[0], "replace() argument 1");
  const std::string& to = RequireString(args[1], "replace() argument 2");
  int64_t most = RequireInt(args[2], "count must be an integer");
  std::string out;
  size_t at = 0;
  while (most != 0) {
    if (from.empty()) {
      out += to;
      --most;
      if (at >= text.size()) break;
      size_t size = Utf8Size(text, at);
      out += text.substr(at, size);
      at += size;
      CheckSize(context, out.size());
      continue;
    }
    size_t hit = text.find(from, at);
    if (hit == std::string::npos) break;
    out.append(text, at, hit - at);
    out += to;
    at = hit + from.size();
    --most;
    CheckSize(context, out.size());
  }
  if (at < text.size()) out += text.substr(at);
  return Object(std::move(out));
}

/// The part of the text between optional code point bounds, and its byte offset.
std::string_view Range(const std::string& text, const Object& start, const Object& end, int64_t* first_point) {
  int64_t size = CodePoints(text);
  auto clamp = [&](const Object& o, int64_t missing) {
    if (o.is_none()) return missing;
    int64_t at = RequireInt(o, "slice indices must be integers or None");
    if (at < 0) at = std::max<int64_t>(at + size, 0);
    return at;
  };
  int64_t from = clamp(start, 0);
  int64_t to = std::min(clamp(end, size), size);
  *first_point = from;
  if (from > to) return {nullptr, 0};
  size_t a = ByteOffset(text, from);
  return std::string_view(text).substr(a, ByteOffset(text, to) - a);
}

template <bool kAtEnd>
Object Affix(Context&, const std::string& text, const Arguments& a) {
  auto args = BindOrRaise(a, kAtEnd ? "endswith" : "startswith", {{"prefix", {}}, {"start", Object()}, {"end", Object()}});
  int64_t first = 0;
  std::string_view part = Range(text, args[1], args[2], &first);
  ObjectList candidates = args[0].is_tuple() ? args[0].items() : ObjectList{args[0]};
  for (const auto& candidate : candidates) {
    if (!candidate.is_string()) {
      RequireDefined(candidate);
      RaiseType(fmt::format("{} first arg must be str or a tuple of str, not {}", kAtEnd ? "endswith" : "startswith",
                            candidate.TypeName()));
    }
    const std::string& affix = candidate.as_string();
    if (part.data() == nullptr) continue;
    if (kAtEnd ? part.ends_with(affix) : part.starts_with(affix)) return Object(true);
  }
  return Object(false);
}

enum class Search { kFind, kRightFind, kIndex, kRightIndex, kCount };

template <Search kWhat>
Object SearchMethod(Context&, const std::string& text, const Arguments& a) {
  auto args = BindOrRaise(a, "find", {{"sub", {}}, {"start", Object()}, {"end", Object()}});
  const std::string& sub = RequireString(args[0], "sub");
  int64_t first = 0;
  std::string_view part = Range(text, args[1], args[2], &first);
  if (kWhat == Search::kCount) {
    if (part.data() == nullptr) return Object(0);
    if (sub.empty()) return Object(CodePoints(part) + 1);
    int64_t count = 0;
    for (size_t at = 0; (at = part.find(sub, at)) != std::string_view::npos; at += sub.size()) ++count;
    return Object(count);
  }
  size_t at = std::string_view::npos;
  if (part.data() != nullptr) at = kWhat == Search::kRightFind || kWhat == Search::kRightIndex ? part.rfind(sub) : part.find(sub);
  if (at != std::string_view::npos) return Object(first + CodePoints(part.substr(0, at)));
  if (kWhat == Search::kIndex || kWhat == Search::kRightIndex) Raise(ErrorCode::kInvalidArgument, "substring not found");
  return Object(-1);
}

Object JoinMethod(Context& context, const std::string& text, const Arguments& a) {
  auto args = BindOrRaise(a, "join", {{"iterable", {}}});
  RequireDefined(args[0]);
  std::string out;
  size_t index = 0;
  for (const auto& item : IterateObject(context, args[0])) {
    if (!item.is_string()) {
      RequireDefined(item);
      RaiseType(fmt::format("sequence item {}: expected str instance, {} found", index, item.TypeName()));
    }
    if (index++ > 0) out += text;
    out += item.as_string();
    CheckSize(context, out.size());
  }
  return Object(std::move(out));
}

std::string Pad(const std::string& text, int64_t width, std::string fill, int align) {
  int64_t missing = width - CodePoints(text);
  if (missing <= 0) return text;
  if (missing > 50'000'000) Raise(ErrorCode::kMemory, "the text would become too long");
  int64_t left = align < 0 ? 0 : align > 0 ? missing : missing / 2 + (missing & width & 1);
  std::string out;
  for (int64_t i = 0; i < left; ++i) out += fill;
  out += text;
  for (int64_t i = left; i < missing; ++i) out += fill;
  return out;
}

template <int kAlign>
Object PadMethod(Context&, const std::string& text, const Arguments& a) {
  auto args = BindOrRaise(a, "center", {{"width", {}}, {"fillchar", Object(" ")}});
  const std::string& fill = RequireString(args[1], "The fill character");
  if (CodePoints(fill) != 1) RaiseType("The fill character must be exactly one character long");
  return Object(Pad(text, RequireInt(args[0], "width must be an integer"), fill, kAlign));
}

Object ZeroFill(Context&, const std::string& text, const Arguments& a) {
  int64_t width = RequireInt(BindOrRaise(a, "zfill", {{"width", {}}})[0], "width must be an integer");
  bool sign = !text.empty() && (text[0] == '-' || text[0] == '+');
  if (!sign) return Object(Pad(text, width, "0", 1));
  return Object(text.substr(0, 1) + Pad(text.substr(1), width - 1, "0", 1));
}

Object ExpandTabs(Context&, const std::string& text, const Arguments& a) {
  int64_t size = RequireInt(BindOrRaise(a, "expandtabs", {{"tabsize", Object(8)}})[0], "tabsize must be an integer");
  std::string out;
  int64_t column = 0;
  for (uint32_t c : ToCodePoints(text)) {
    if (c == '\t') {
      int64_t add = size > 0 ? size - column % size : 0;
      out.append(static_cast<size_t>(add), ' ');
      column += add;
      continue;
    }
    AppendUtf8(out, c);
    column = c == '\n' || c == '\r' ? 0 : column + 1;
  }
  return Object(std::move(out));
}

template <bool kRight>
Object Partition(Context&, const std::string& text, const Arguments& a) {
  auto args = BindOrRaise(a, "partition", {{"sep", {}}});
  const std::string& separator = RequireString(args[0], "separator");
  if (separator.empty()) Raise(ErrorCode::kInvalidArgument, "empty separator");
  size_t at = kRight ? text.rfind(separator) : text.find(separator);
  if (at == std::string::npos) {
    return kRight ? Object::Tuple({Object(""), Object(""), Object(text)}) : Object::Tuple({Object(text), Object(""), Object("")});
  }
  return Object::Tuple({Object(text.substr(0, at)), Object(separator), Object(text.substr(at + separator.size()))});
}

enum class Case { kCapitalize, kTitle, kSwap };

template <Case kCase>
Object CaseMethod(Context&, const std::string& text, const Arguments& a) {
  BindOrRaise(a, "title", {});
  std::string out;
  bool inside = false;
  for (uint32_t c : ToCodePoints(text)) {
    if (c == 0xDF && (kCase == Case::kSwap || !inside)) {  // sharp s has no capital of one letter
      out += kCase == Case::kSwap ? "SS" : "Ss";
      inside = true;
      continue;
    }
    if (kCase == Case::kSwap) {
      AppendUtf8(out, IsUpperPoint(c) ? ToLowerPoint(c) : ToUpperPoint(c));
      continue;
    }
    AppendUtf8(out, inside ? ToLowerPoint(c) : ToUpperPoint(c));
    inside = kCase == Case::kCapitalize || IsUpperPoint(c) || IsLowerPoint(c);
  }
  return Object(std::move(out));
}

template <bool (*kTest)(uint32_t)>
Object AllPoints(Context&, const std::string& text, const Arguments&) {
  auto points = ToCodePoints(text);
  return Object(!points.empty() && std::all_of(points.begin(), points.end(), kTest));
}
bool IsAlnumPoint(uint32_t c) { return IsAlphaPoint(c) || IsDigitPoint(c); }

template <bool kUpper>
Object IsCase(Context&, const std::string& text, const Arguments&) {
  bool cased = false;
  for (uint32_t c : ToCodePoints(text)) {
    if (kUpper ? IsLowerPoint(c) : IsUpperPoint(c)) return Object(false);
    cased = cased || IsUpperPoint(c) || IsLowerPoint(c);
  }
  return Object(cased);
}

Object IsTitle(Context&, const std::string& text, const Arguments&) {
  bool cased = false;
  bool inside = false;
  for (uint32_t c : ToCodePoints(text)) {
    bool upper = IsUpperPoint(c);
    bool lower = IsLowerPoint(c);
    if ((upper && inside) || (lower && !inside)) return Object(false);
    inside = upper || lower;
    cased = cased || inside;
  }
  return Object(cased);
}

Object IsIdentifier(Context&, const std::string& text, const Arguments&) {
  auto points = ToCodePoints(text);
  if (points.empty() || IsDigitPoint(points[0])) return Object(false);
  return Object(std::all_of(points.begin(), points.end(), [](uint32_t c) { return c == '_' || IsAlnumPoint(c); }));
}

template <bool kPrefix>
Object RemoveAffix(Context&, const std::string& text, const Arguments& a) {
  const Object affix = BindOrRaise(a, "removeprefix", {{"prefix", {}}})[0];
  const std::string& part = RequireString(affix, "removeprefix() argument");
  if (kPrefix && text.starts_with(part)) return Object(text.substr(part.size()));
  if (!kPrefix && !part.empty() && text.ends_with(part)) return Object(text.substr(0, text.size() - part.size()));
  return Object(text);
}

const std::unordered_map<std::string_view, Method>& Methods() {
  static const std::unordered_map<std::string_view, Method> methods = {
      {"upper",
       [](Context&, const std::string& t, const Arguments& a) {
         BindOrRaise(a, "upper", {});
         return Object(UpperText(t));
       }},
      {"lower",
       [](Context&, const std::string& t, const Arguments& a) {
         BindOrRaise(a, "lower", {});
         return Object(LowerText(t));
       }},
      {"casefold",
       [](Context&, const std::string& t, const Arguments&) { return Object(ReplaceAll(LowerText(t), "\u00DF", "ss")); }},
      {"strip", StripMethod<true, true>},
      {"lstrip", StripMethod<true, false>},
      {"rstrip", StripMethod<false, true>},
      {"split", SplitMethod<false>},
      {"rsplit", SplitMethod<true>},
      {"splitlines", SplitLines},
      {"replace", Replace},
      {"startswith", Affix<false>},
      {"endswith", Affix<true>},
      {"find", SearchMethod<Search::kFind>},
      {"rfind", SearchMethod<Search::kRightFind>},
      {"index", SearchMethod<Search::kIndex>},
      {"rindex", SearchMethod<Search::kRightIndex>},
      {"count", SearchMethod<Search::kCount>},
      {"join", JoinMethod},
      {"ljust", PadMethod<-1>},
      {"rjust", PadMethod<1>},
      {"center", PadMethod<0>},
      {"zfill", ZeroFill},
      {"expandtabs", ExpandTabs},
      {"partition", Partition<false>},
      {"rpartition", Partition<true>},
      {"title", CaseMethod<Case::kTitle>},
      {"capitalize", CaseMethod<Case::kCapitalize>},
      {"swapcase", CaseMethod<Case::kSwap>},
      {"isalpha", AllPoints<IsAlphaPoint>},
      {"isdigit", AllPoints<IsDigitPoint>},
      {"isnumeric", AllPoints<IsDigitPoint>},
      {"isdecimal", AllPoints<IsDigitPoint>},
      {"isalnum", AllPoints<IsAlnumPoint>},
      {"isspace", AllPoints<IsSpacePoint>},
      {"isupper", IsCase<true>},
      {"islower", IsCase<false>},
      {"istitle", IsTitle},
      {"isidentifier", IsIdentifier},
      {"removeprefix", RemoveAffix<true>},
      {"removesuffix", RemoveAffix<false>},
      {"isascii", [](Context&, const std::string& t, const Arguments&) { return Object(IsAscii(t)); }},
      {"format", [](Context& c, const std::string& t, const Arguments& a) { return Object(BraceFormat(c, t, a)); }},
      {"encode", [](Context&, const std::string& t, const Arguments&) { return Object(t); }},
  };
  return methods;
}

}  // namespace

bool HasStringMethod(std::string_view name) { return Methods().count(name) != 0; }

Object CallStringMethod(Context& context, const Object& object, std::string_view name, const Arguments& arguments) {
  return Methods().at(name)(context, object.as_string(), arguments);
}

}  // namespace dvt::tmpl
