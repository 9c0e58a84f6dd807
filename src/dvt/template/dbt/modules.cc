#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>

#include "dvt/template/dbt/context_internal.h"
#include "dvt/template/dbt/verbose_pattern.h"
#include "dvt/template/lang/builtins.h"
#include "dvt/template/lang/iterators.h"
#include "dvt/template/lang/unicode.h"

namespace dvt::tmpl {
namespace {

using MaybeObject = Result<std::optional<Object>>;

constexpr int64_t kIgnoreCase = 2;
constexpr int64_t kMultiline = 8;
constexpr int64_t kDotAll = 16;
constexpr int64_t kVerbose = 64;

class Pattern : public HostObject {
 public:
  static Object Compile(const std::string& given, int64_t flags) {
    std::string text = given;
    if (TakeVerboseFlag(text) || (flags & kVerbose) != 0) text = WithoutLayout(text);
    RE2::Options options;
    options.set_log_errors(false);
    options.set_case_sensitive((flags & kIgnoreCase) == 0);
    options.set_dot_nl((flags & kDotAll) != 0);
    std::string source = (flags & kMultiline) != 0 ? "(?m)" + text : text;
    auto pattern = std::make_shared<Pattern>(source, options);
    if (!pattern->re_.ok()) {
      throw Raised{Error(ErrorCode::kUnsupported,
                         fmt::format("the regular expression {} is not understood: {}", ReprString(given), pattern->re_.error()))
                       .WithHint("look-ahead, look-behind and back-references are not supported")};
    }
    pattern->text_ = given;
    return Object(pattern);
  }
  Pattern(const std::string& source, const RE2::Options& options) : re_(source, options) {}
  std::string TypeName() const override { return "re.Pattern"; }
  std::string Repr() const override { return "re.compile(" + ReprString(text_) + ")"; }
  const RE2& re() const { return re_; }
  MaybeObject GetAttr(Context&, std::string_view name) override;

 private:
  RE2 re_;
  std::string text_;
};

class Match : public HostObject {
 public:
  Match(std::shared_ptr<Pattern> pattern, std::string text, std::vector<std::pair<int64_t, int64_t>> spans)
      : pattern_(std::move(pattern)), text_(std::move(text)), spans_(std::move(spans)) {}
  std::string TypeName() const override { return "re.Match"; }
  Object Group(size_t index) const {
    auto [from, to] = spans_[index];
    return from < 0 ? Object() : Object(text_.substr(static_cast<size_t>(from), static_cast<size_t>(to - from)));
  }
  std::optional<size_t> IndexOf(const Object& key) const {
    if (key.is_int() && key.as_int() >= 0 && key.as_int() < static_cast<int64_t>(spans_.size()))
      return static_cast<size_t>(key.as_int());
    if (!key.is_string()) return std::nullopt;
    auto at = pattern_->re().NamedCapturingGroups().find(key.as_string());
    if (at == pattern_->re().NamedCapturingGroups().end()) return std::nullopt;
    return static_cast<size_t>(at->second);
  }
  MaybeObject GetItem(Context&, const Object& key) override {
    auto index = IndexOf(key);
    if (!index) return std::optional<Object>();
    return std::optional<Object>(Group(*index));
  }
  MaybeObject GetAttr(Context&, std::string_view name) override {
    auto self = std::static_pointer_cast<Match>(shared_from_this());
    std::string method(name);
    if (method == "string") return std::optional<Object>(Object(text_));
    if (method != "group" && method != "groups" && method != "groupdict" && method != "start" && method != "end" &&
        method != "span") {
      return std::optional<Object>();
    }
    return std::optional<Object>(
        MakeFunction(method, [self, method](Context&, const Arguments& a) -> Result<Object> { return self->Method(method, a); }));
  }

 private:
  Result<Object> Method(const std::string& method, const Arguments& a) const {
    if (method == "groups") {
      ObjectList groups;
      for (size_t i = 1; i < spans_.size(); ++i) groups.push_back(Group(i));
      return Object::Tuple(std::move(groups));
    }
    if (method == "groupdict") {
      Object out = Object::MakeDict();
      for (const auto& [key, index] : pattern_->re().NamedCapturingGroups())
        out.dict().Set(Object(key), Group(static_cast<size_t>(index)));
      return out;
    }
    ObjectList wanted = a.positional.empty() ? ObjectList{Object(0)} : a.positional;
    ObjectList values;
    for (const auto& key : wanted) {
      auto index = IndexOf(key);
      if (!index) return Error(ErrorCode::kInvalidArgument, "no such group");
      auto point = [&](int64_t byte) {
        return byte < 0 ? byte : CodePoints(std::string_view(text_).substr(0, static_cast<size_t>(byte)));
      };
      Object from(point(spans_[*index].first));
      Object to(point(spans_[*index].second));
      values.push_back(method == "group"   ? Group(*index)
                       : method == "start" ? from
                       : method == "end"   ? to
                                           : Object::Tuple({from, to}));
    }
    return values.size() == 1 ? values[0] : Object::Tuple(std::move(values));
  }

  std::shared_ptr<Pattern> pattern_;
  std::string text_;
  std::vector<std::pair<int64_t, int64_t>> spans_;
};

using Spans = std::vector<std::pair<int64_t, int64_t>>;

bool FindAt(const RE2& re, const std::string& text, size_t from, RE2::Anchor anchor, Spans* spans) {
  std::vector<re2::StringPiece> parts(static_cast<size_t>(re.NumberOfCapturingGroups()) + 1);
  if (!re.Match(text, from, text.size(), anchor, parts.data(), static_cast<int>(parts.size()))) return false;
  spans->clear();
  for (const auto& part : parts) {
    if (part.data() == nullptr) {
      spans->emplace_back(-1, -1);
    } else {
      int64_t begin = part.data() - text.data();
      spans->emplace_back(begin, begin + static_cast<int64_t>(part.size()));
    }
  }
  return true;
}

/// Every match from left to right, empty ones included, as Python finds them.
std::vector<Spans> FindEach(const RE2& re, const std::string& text, int64_t most) {
  std::vector<Spans> found;
  size_t at = 0;
  Spans spans;
  while (at <= text.size() && (most <= 0 || static_cast<int64_t>(found.size()) < most) &&
         FindAt(re, text, at, RE2::UNANCHORED, &spans)) {
    auto end = static_cast<size_t>(spans[0].second);
    at = spans[0].second > spans[0].first ? end : end + (end < text.size() ? Utf8Size(text, end) : 1);
    found.push_back(spans);
  }
  return found;
}

std::string Expand(const std::string& replacement, const RE2& re, const std::string& text, const Spans& spans) {
  std::string out;
  auto append = [&](size_t group) {
    if (group >= spans.size()) Raise(ErrorCode::kInvalidArgument, fmt::format("invalid group reference {}", group));
    auto [from, to] = spans[group];
    if (from >= 0) out += text.substr(static_cast<size_t>(from), static_cast<size_t>(to - from));
  };
  for (size_t i = 0; i < replacement.size(); ++i) {
    if (replacement[i] != '\\' || i + 1 >= replacement.size()) {
      out += replacement[i];
      continue;
    }
    char c = replacement[++i];
    if (c >= '0' && c <= '9') {
      append(static_cast<size_t>(c - '0'));
    } else if (c == 'g' && i + 1 < replacement.size() && replacement[i + 1] == '<') {
      size_t close = replacement.find('>', i);
      if (close == std::string::npos) Raise(ErrorCode::kInvalidArgument, "missing >, unterminated name");
      std::string name = replacement.substr(i + 2, close - i - 2);
      auto named = re.NamedCapturingGroups().find(name);
      append(named != re.NamedCapturingGroups().end() ? static_cast<size_t>(named->second)
                                                      : static_cast<size_t>(std::atoi(name.c_str())));
      i = close;
    } else {
      out += c == 'n' ? '\n' : c == 't' ? '\t' : c;
    }
  }
  return out;
}

Object Substitute(Context& c, const std::shared_ptr<Pattern>& pattern, const Object& replacement, const std::string& text,
                  int64_t count) {
  std::string out;
  size_t at = 0;
  for (const auto& spans : FindEach(pattern->re(), text, count)) {
    out += text.substr(at, static_cast<size_t>(spans[0].first) - at);
    if (replacement.is_callable()) {
      out += CallObject(c, replacement, Arguments{{Object(std::make_shared<Match>(pattern, text, spans))}, {}}).Str();
    } else {
      out += Expand(replacement.Str(), pattern->re(), text, spans);
    }
    at = static_cast<size_t>(spans[0].second);
  }
  return Object(out + text.substr(at));
}

Object RunPattern(Context& c, const std::shared_ptr<Pattern>& pattern, const std::string& method, const Arguments& a) {
  if (method == "sub") {
    auto args =
        BindArgs(a, "sub", {{"repl", std::nullopt}, {"string", std::nullopt}, {"count", Object(0)}, {"flags", Object(0)}});
    return Substitute(c, pattern, args[0], RequireString(args[1], "expected string"),
                      RequireInt(args[2], "count must be an integer"));
  }
  auto args = BindArgs(a, method, {{"string", std::nullopt}, {"maxsplit", Object(0)}, {"flags", Object(0)}});
  std::string text = RequireString(args[0], "expected string");
  auto group = [&](const Spans& spans, size_t i) {
    return spans[i].first < 0
               ? std::string()
               : text.substr(static_cast<size_t>(spans[i].first), static_cast<size_t>(spans[i].second - spans[i].first));
  };
  if (method == "match" || method == "search" || method == "fullmatch") {
    Spans spans;
    RE2::Anchor anchor = method == "match" ? RE2::ANCHOR_START : method == "search" ? RE2::UNANCHORED : RE2::ANCHOR_BOTH;
    if (!FindAt(pattern->re(), text, 0, anchor, &spans)) return Object();
    return Object(std::make_shared<Match>(pattern, text, std::move(spans)));
  }
  ObjectList out;
  if (method == "split") {
    size_t at = 0;
    for (const auto& spans : FindEach(pattern->re(), text, RequireInt(args[1], "maxsplit must be an integer"))) {
      out.emplace_back(text.substr(at, static_cast<size_t>(spans[0].first) - at));
      for (size_t i = 1; i < spans.size(); ++i) out.push_back(spans[i].first < 0 ? Object() : Object(group(spans, i)));
      at = static_cast<size_t>(spans[0].second);
    }
    out.emplace_back(text.substr(at));
    return Object::List(std::move(out));
  }
  for (const auto& spans : FindEach(pattern->re(), text, 0)) {
    if (method == "finditer") {
      out.emplace_back(std::make_shared<Match>(pattern, text, spans));
    } else if (spans.size() <= 2) {
      out.emplace_back(group(spans, spans.size() - 1));
    } else {
      ObjectList groups;
      for (size_t i = 1; i < spans.size(); ++i) groups.emplace_back(group(spans, i));
      out.push_back(Object::Tuple(std::move(groups)));
    }
  }
  return Object::List(std::move(out));
}

constexpr const char* kPatternMethods[] = {"match", "search", "fullmatch", "findall", "finditer", "split", "sub"};

MaybeObject Pattern::GetAttr(Context&, std::string_view name) {
  if (name == "pattern") return std::optional<Object>(Object(text_));
  for (const char* method : kPatternMethods) {
    if (name != method) continue;
    auto self = std::static_pointer_cast<Pattern>(shared_from_this());
    std::string which = method;
    return std::optional<Object>(MakeFunction(which, [self, which](Context& c, const Arguments& a) -> Result<Object> {
      try {
        return RunPattern(c, self, which, a);
      } catch (Raised& raised) {
        return std::move(raised.error);
      }
    }));
  }
  return std::optional<Object>();
}

std::shared_ptr<Pattern> PatternOf(const Object& pattern, int64_t flags) {
  if (auto compiled = pattern.host_as<Pattern>()) return compiled;
  return Pattern::Compile(RequireString(pattern, "first argument"), flags).host_as<Pattern>();
}

}  // namespace

Object MakeRegexModule() {
  std::vector<std::pair<std::string, Object>> members;
  for (const char* method : kPatternMethods) {
    std::string which = method;
    members.emplace_back(which, MakeFunction(which, [which](Context& c, const Arguments& a) -> Result<Object> {
                           try {
                             if (a.positional.empty()) RaiseType(which + "() missing the pattern");
                             Arguments rest = a;
                             rest.positional.erase(rest.positional.begin());
                             int64_t flags = 0;
                             size_t flags_at = which == "sub" || which == "split" ? SIZE_MAX : 1;
                             if (const Object* named = a.FindNamed("flags")) flags = RequireInt(*named, "flags");
                             if (flags_at < rest.positional.size()) {
                               flags = RequireInt(rest.positional[flags_at], "flags");
                               rest.positional.erase(rest.positional.begin() + 1);
                             }
                             return RunPattern(c, PatternOf(a.positional[0], flags), which, rest);
                           } catch (Raised& raised) {
                             return std::move(raised.error);
                           }
                         }));
  }
  members.emplace_back("compile",
                       MakeFunction("compile", Builtin([](Context&, const Arguments& a) {
                                      auto args = BindArgs(a, "compile", {{"pattern", std::nullopt}, {"flags", Object(0)}});
                                      return Object(PatternOf(args[0], RequireInt(args[1], "flags")));
                                    })));
  members.emplace_back("escape",
                       MakeFunction("escape", Builtin([](Context&, const Arguments& a) {
                                      std::string out;
                                      for (char c : BindArgs(a, "escape", {{"pattern", std::nullopt}})[0].Str()) {
                                        if (std::string_view("()[]{}?*+-|^$\\.&~# \t\n\r\v\f").find(c) != std::string_view::npos)
                                          out += '\\';
                                        out += c;
                                      }
                                      return Object(std::move(out));
                                    })));
  for (auto [name, flag] : {std::pair{"IGNORECASE", kIgnoreCase},
                            {"I", kIgnoreCase},
                            {"MULTILINE", kMultiline},
                            {"M", kMultiline},
                            {"DOTALL", kDotAll},
                            {"S", kDotAll},
                            {"VERBOSE", kVerbose},
                            {"X", kVerbose}}) {
    members.emplace_back(name, Object(flag));
  }
  return MakeRecord("module 're'", std::move(members));
}

namespace {

void Combine(const ObjectList& items, size_t length, size_t from, bool repeat, ObjectList& current, ObjectList& out) {
  if (out.size() > 1'000'000) Raise(ErrorCode::kMemory, "too many combinations");
  if (current.size() == length) {
    out.push_back(Object::Tuple(current));
    return;
  }
  for (size_t i = from; i < items.size(); ++i) {
    current.push_back(items[i]);
    Combine(items, length, repeat ? i : i + 1, repeat, current, out);
    current.pop_back();
  }
}

void Permute(const ObjectList& items, size_t length, std::vector<bool>& used, ObjectList& current, ObjectList& out) {
  if (out.size() > 1'000'000) Raise(ErrorCode::kMemory, "too many permutations");
  if (current.size() == length) {
    out.push_back(Object::Tuple(current));
    return;
  }
  for (size_t i = 0; i < items.size(); ++i) {
    if (used[i]) continue;
    used[i] = true;
    current.push_back(items[i]);
    Permute(items, length, used, current, out);
    current.pop_back();
    used[i] = false;
  }
}

Object Product(Context& c, const Arguments& a) {
  std::vector<ObjectList> lists;
  for (const auto& each : a.positional) lists.push_back(IterateObject(c, each));
  if (const Object* repeat = a.FindNamed("repeat")) {
    auto once = lists;
    for (int64_t i = 1; i < std::min<int64_t>(RequireInt(*repeat, "repeat"), 100); ++i)
      lists.insert(lists.end(), once.begin(), once.end());
  }
  ObjectList rows{Object::Tuple({})};
  for (const auto& list : lists) {
    ObjectList next;
    if (rows.size() * list.size() > 1'000'000) Raise(ErrorCode::kMemory, "the product is too large");
    for (const auto& row : rows) {
      for (const auto& item : list) {
        ObjectList longer = row.items();
        longer.push_back(item);
        next.push_back(Object::Tuple(std::move(longer)));
      }
    }
    rows = std::move(next);
  }
  return MakeGenerator(std::move(rows), "itertools.product");
}

template <bool kRepeat>
Object Combinations(Context& c, const Arguments& a) {
  auto args = BindArgs(a, "combinations", {{"iterable", std::nullopt}, {"r", std::nullopt}});
  ObjectList current;
  ObjectList out;
  Combine(IterateObject(c, args[0]), static_cast<size_t>(std::max<int64_t>(0, RequireInt(args[1], "r"))), 0, kRepeat, current,
          out);
  return MakeGenerator(std::move(out), "itertools.combinations");
}

Object Permutations(Context& c, const Arguments& a) {
  auto args = BindArgs(a, "permutations", {{"iterable", std::nullopt}, {"r", Object()}});
  ObjectList items = IterateObject(c, args[0]);
  size_t length = args[1].is_none() ? items.size() : static_cast<size_t>(std::max<int64_t>(0, RequireInt(args[1], "r")));
  std::vector<bool> used(items.size(), false);
  ObjectList current;
  ObjectList out;
  Permute(items, length, used, current, out);
  return MakeGenerator(std::move(out), "itertools.permutations");
}

Object Chain(Context& c, const Arguments& a) {
  ObjectList out;
  for (const auto& each : a.positional) {
    for (auto& item : IterateObject(c, each)) out.push_back(std::move(item));
  }
  return MakeGenerator(std::move(out), "itertools.chain");
}

Object SliceItems(Context& c, const Arguments& a) {
  if (a.positional.size() < 2) RaiseType("islice expected at least 2 arguments");
  Object list = Object::List(IterateObject(c, a.positional[0]));
  Object start = a.positional.size() > 2 ? a.positional[1] : Object();
  Object stop = a.positional.size() > 2 ? a.positional[2] : a.positional[1];
  Object step = a.positional.size() > 3 ? a.positional[3] : Object();
  return MakeGenerator(SliceOf(list, start, stop, step).items(), "itertools.islice");
}

Object Repeat(Context&, const Arguments& a) {
  auto args = BindArgs(a, "repeat", {{"object", std::nullopt}, {"times", std::nullopt}});
  int64_t times = std::clamp<int64_t>(RequireInt(args[1], "times"), 0, 1'000'000);
  return MakeGenerator(ObjectList(static_cast<size_t>(times), args[0]), "itertools.repeat");
}

Object ZipLongest(Context& c, const Arguments& a) {
  const Object* fill = a.FindNamed("fillvalue");
  std::vector<ObjectList> columns;
  size_t longest = 0;
  for (const auto& each : a.positional) {
    columns.push_back(IterateObject(c, each));
    longest = std::max(longest, columns.back().size());
  }
  ObjectList out;
  for (size_t i = 0; i < longest; ++i) {
    ObjectList row;
    for (const auto& column : columns) row.push_back(i < column.size() ? column[i] : fill != nullptr ? *fill : Object());
    out.push_back(Object::Tuple(std::move(row)));
  }
  return MakeGenerator(std::move(out), "itertools.zip_longest");
}

}  // namespace

Object MakeItertoolsModule() {
  auto function = [](const char* name, RawFunction raw) {
    return std::pair<std::string, Object>(name, MakeFunction(name, Builtin(raw)));
  };
  return MakeRecord("module 'itertools'",
                    {function("chain", Chain), function("product", Product), function("combinations", Combinations<false>),
                     function("combinations_with_replacement", Combinations<true>), function("permutations", Permutations),
                     function("islice", SliceItems), function("repeat", Repeat), function("zip_longest", ZipLongest)});
}

void AddModules(Context& context, const Shared&) {
  // Immutable, so all contexts share it.
  static const Object modules = MakeRecord("modules", {{"datetime", MakeDateTimeModule()},
                                                       {"re", MakeRegexModule()},
                                                       {"itertools", MakeItertoolsModule()},
                                                       {"pytz", MakePytzModule()}});
  context.Set("modules", modules);
}

}  // namespace dvt::tmpl
