// modules.re: Python's regular expressions as templates call them.
#include <fmt/format.h>

#include <algorithm>

#include "dvt/template/dbt/context_internal.h"
#include "dvt/template/dbt/python_pattern.h"
#include "dvt/template/lang/builtins.h"
#include "dvt/template/lang/iterators.h"
#include "dvt/template/lang/unicode.h"

namespace dvt::tmpl {
namespace {

using MaybeObject = Result<std::optional<Object>>;
using Spans = PythonPattern::Spans;
using Anchor = PythonPattern::Anchor;

class Pattern : public HostObject {
 public:
  explicit Pattern(std::shared_ptr<const PythonPattern> it) : it_(std::move(it)) {}
  static std::shared_ptr<Pattern> Compile(const std::string& text, int64_t flags) {
    auto compiled = PythonPattern::Compile(text, flags);
    if (compiled) return std::make_shared<Pattern>(*std::move(compiled));
    throw Raised{Error(ErrorCode::kInvalidArgument, fmt::format("the regular expression {} is not understood: {}",
                                                                ReprString(text), compiled.error().message()))};
  }
  std::string TypeName() const override { return "re.Pattern"; }
  std::string Repr() const override { return "re.compile(" + ReprString(it_->text()) + ")"; }
  const PythonPattern& it() const { return *it_; }
  MaybeObject GetAttr(Context&, std::string_view name) override;

 private:
  std::shared_ptr<const PythonPattern> it_;
};

std::string Expand(const std::string& replacement, const PythonPattern& pattern, const std::string& text, const Spans& spans);

class Match : public HostObject {
 public:
  Match(std::shared_ptr<Pattern> pattern, std::string text, Spans spans)
      : pattern_(std::move(pattern)), text_(std::move(text)), spans_(std::move(spans)) {}
  std::string TypeName() const override { return "re.Match"; }

  MaybeObject GetItem(Context&, const Object& key) override {
    const auto index = IndexOf(key);
    if (!index) return std::optional<Object>();
    return std::optional<Object>(Group(*index, Object()));
  }

  MaybeObject GetAttr(Context&, std::string_view name) override {
    auto self = std::static_pointer_cast<Match>(shared_from_this());
    std::string method(name);
    if (method == "string") return std::optional<Object>(Object(text_));
    if (method == "re") return std::optional<Object>(Object(pattern_));
    if (method == "lastindex" || method == "lastgroup") return std::optional<Object>(Last(method == "lastgroup"));
    static constexpr std::string_view kMethods[] = {"group", "groups", "groupdict", "start", "end", "span", "expand"};
    if (std::find(std::begin(kMethods), std::end(kMethods), name) == std::end(kMethods)) return std::optional<Object>();
    return std::optional<Object>(MakeFunction(method, [self, method](Context&, const Arguments& a) -> Result<Object> {
      try {
        return self->Method(method, a);
      } catch (Raised& raised) {
        return std::move(raised.error);
      }
    }));
  }

 private:
  Object Group(size_t index, const Object& otherwise) const {
    const auto [from, to] = spans_[index];
    return from < 0 ? otherwise : Object(text_.substr(static_cast<size_t>(from), static_cast<size_t>(to - from)));
  }

  std::optional<size_t> IndexOf(const Object& key) const {
    if (key.is_int() && key.as_int() >= 0 && key.as_int() < static_cast<int64_t>(spans_.size()))
      return static_cast<size_t>(key.as_int());
    if (!key.is_string()) return std::nullopt;
    const auto& names = pattern_->it().names();
    const auto at = names.find(key.as_string());
    return at == names.end() ? std::nullopt : std::optional<size_t>(at->second);
  }

  // The group that closed last.
  Object Last(bool name) const {
    size_t last = 0;
    for (size_t i = 1; i < spans_.size(); ++i) {
      if (spans_[i].first >= 0 && (last == 0 || spans_[i].second > spans_[last].second)) last = i;
    }
    if (last == 0) return {};
    if (!name) return Object(static_cast<int64_t>(last));
    for (const auto& [key, index] : pattern_->it().names()) {
      if (index == last) return Object(key);
    }
    return {};
  }

  Object Method(const std::string& method, const Arguments& a) const {
    if (method == "expand")
      return Object(Expand(BindArgs(a, "expand", {{"template", std::nullopt}})[0].Str(), pattern_->it(), text_, spans_));
    if (method == "groups") {
      const Object otherwise = BindArgs(a, "groups", {{"default", Object()}})[0];
      ObjectList groups;
      for (size_t i = 1; i < spans_.size(); ++i) groups.push_back(Group(i, otherwise));
      return Object::Tuple(std::move(groups));
    }
    if (method == "groupdict") {
      const Object otherwise = BindArgs(a, "groupdict", {{"default", Object()}})[0];
      Object out = Object::MakeDict();
      std::map<size_t, std::string> in_order;
      for (const auto& [key, index] : pattern_->it().names()) in_order.emplace(index, key);
      for (const auto& [index, key] : in_order) out.dict().Set(Object(key), Group(index, otherwise));
      return out;
    }
    const ObjectList wanted = a.positional.empty() ? ObjectList{Object(0)} : a.positional;
    ObjectList values;
    for (const auto& key : wanted) values.push_back(About(method, key));
    return values.size() == 1 ? values[0] : Object::Tuple(std::move(values));
  }

  Object About(const std::string& method, const Object& key) const {
    const auto index = IndexOf(key);
    if (!index) Raise(ErrorCode::kInvalidArgument, "no such group");
    if (method == "group") return Group(*index, Object());
    auto point = [&](int64_t byte) {
      return byte < 0 ? byte : CodePoints(std::string_view(text_).substr(0, static_cast<size_t>(byte)));
    };
    const Object from(point(spans_[*index].first));
    const Object to(point(spans_[*index].second));
    return method == "start" ? from : method == "end" ? to : Object::Tuple({from, to});
  }

  std::shared_ptr<Pattern> pattern_;
  std::string text_;
  Spans spans_;
};

// What a replacement says: groups by number or name, and escapes.
class Replacement {
 public:
  Replacement(const std::string& given, const PythonPattern& pattern, const std::string& text, const Spans& spans)
      : given_(given), pattern_(pattern), text_(text), spans_(spans) {}

  std::string Run() {
    while (at_ < given_.size()) {
      if (given_[at_] != '\\' || at_ + 1 >= given_.size()) {
        out_ += given_[at_++];
      } else {
        Escape(given_[at_ + 1]);
      }
    }
    return std::move(out_);
  }

 private:
  void Group(size_t group) {
    if (group >= spans_.size()) Raise(ErrorCode::kInvalidArgument, fmt::format("invalid group reference {}", group));
    const auto [from, to] = spans_[group];
    if (from >= 0) out_ += text_.substr(static_cast<size_t>(from), static_cast<size_t>(to - from));
  }

  void Escape(char c) {
    static constexpr std::string_view kLetters = "abfnrtv";
    static constexpr std::string_view kMeaning = "\a\b\f\n\r\t\v";
    if (c >= '0' && c <= '9') return Number();
    if (c == 'g') return Named();
    if (const size_t known = kLetters.find(c); known != std::string_view::npos) {
      out_ += kMeaning[known];
    } else if (std::isalpha(static_cast<unsigned char>(c)) != 0 && static_cast<unsigned char>(c) < 128) {
      Raise(ErrorCode::kInvalidArgument, fmt::format("bad escape \\{} at position {}", c, at_));
    } else {
      if (c != '\\') out_ += '\\';
      out_ += c;
    }
    at_ += 2;
  }

  void Number() {
    const std::string rest = given_.substr(at_ + 1, 3);
    const size_t digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
    const size_t octals = std::min(rest.find_first_not_of("01234567"), rest.size());
    if (rest[0] == '0' || octals == 3) {
      const size_t size = rest[0] == '0' ? std::min<size_t>(octals, 3) : 3;
      out_ += static_cast<char>(std::stoi(rest.substr(0, size), nullptr, 8));
      at_ += 1 + size;
      return;
    }
    const size_t size = std::min<size_t>(digits, 2);
    Group(static_cast<size_t>(std::stoi(rest.substr(0, size))));
    at_ += 1 + size;
  }

  void Named() {
    const size_t close = given_.find('>', at_);
    if (at_ + 2 >= given_.size() || given_[at_ + 2] != '<') Raise(ErrorCode::kInvalidArgument, "missing <");
    if (close == std::string::npos) Raise(ErrorCode::kInvalidArgument, "missing >, unterminated name");
    const std::string name = given_.substr(at_ + 3, close - at_ - 3);
    const auto known = pattern_.names().find(name);
    if (known != pattern_.names().end()) {
      Group(known->second);
    } else if (!name.empty() && name.size() < 6 && name.find_first_not_of("0123456789") == std::string::npos) {
      Group(static_cast<size_t>(std::stoi(name)));
    } else {
      Raise(ErrorCode::kInvalidArgument, fmt::format("unknown group name '{}'", name));
    }
    at_ = close + 1;
  }

  const std::string& given_;
  const PythonPattern& pattern_;
  const std::string& text_;
  const Spans& spans_;
  size_t at_ = 0;
  std::string out_;
};

std::string Expand(const std::string& replacement, const PythonPattern& pattern, const std::string& text, const Spans& spans) {
  return Replacement(replacement, pattern, text, spans).Run();
}

// The text with its replacements, and their number.
std::pair<std::string, int64_t> Substitute(Context& c, const std::shared_ptr<Pattern>& pattern, const Object& replacement,
                                           const std::string& text, int64_t count) {
  std::string out;
  size_t at = 0;
  const auto all = Unwrap(pattern->it().MatchAll(text, count));
  for (const auto& spans : all) {
    out += text.substr(at, static_cast<size_t>(spans[0].first) - at);
    if (replacement.is_callable()) {
      out += CallObject(c, replacement, Arguments{{Object(std::make_shared<Match>(pattern, text, spans))}, {}}).Str();
    } else {
      out += Expand(replacement.Str(), pattern->it(), text, spans);
    }
    at = static_cast<size_t>(spans[0].second);
  }
  return {out + text.substr(at), static_cast<int64_t>(all.size())};
}

Object SplitAll(const Pattern& pattern, const std::string& text, int64_t most) {
  ObjectList out;
  size_t at = 0;
  for (const auto& spans : Unwrap(pattern.it().MatchAll(text, most))) {
    out.emplace_back(text.substr(at, static_cast<size_t>(spans[0].first) - at));
    for (size_t i = 1; i < spans.size(); ++i) {
      const auto [from, to] = spans[i];
      out.push_back(from < 0 ? Object() : Object(text.substr(static_cast<size_t>(from), static_cast<size_t>(to - from))));
    }
    at = static_cast<size_t>(spans[0].second);
  }
  out.emplace_back(text.substr(at));
  return Object::List(std::move(out));
}

Object FindAll(const std::shared_ptr<Pattern>& pattern, const std::string& text, bool matches) {
  ObjectList out;
  auto group = [&](const Spans& spans, size_t i) {
    const auto [from, to] = spans[i];
    return from < 0 ? std::string() : text.substr(static_cast<size_t>(from), static_cast<size_t>(to - from));
  };
  for (const auto& spans : Unwrap(pattern->it().MatchAll(text, 0))) {
    if (matches) {
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

Object RunPattern(Context& c, const std::shared_ptr<Pattern>& pattern, const std::string& method, const Arguments& a) {
  if (method == "sub" || method == "subn") {
    auto args = BindArgs(a, method, {{"repl", std::nullopt}, {"string", std::nullopt}, {"count", Object(0)}});
    const std::string text = RequireString(args[1], "expected string");
    auto [out, count] = Substitute(c, pattern, args[0], text, RequireInt(args[2], "count must be an integer"));
    return method == "sub" ? Object(std::move(out)) : Object::Tuple({Object(std::move(out)), Object(count)});
  }
  if (method == "split") {
    auto args = BindArgs(a, method, {{"string", std::nullopt}, {"maxsplit", Object(0)}});
    return SplitAll(*pattern, RequireString(args[0], "expected string"), RequireInt(args[1], "maxsplit must be an integer"));
  }
  auto args = BindArgs(a, method, {{"string", std::nullopt}});
  const std::string text = RequireString(args[0], "expected string");
  if (method == "findall" || method == "finditer") return FindAll(pattern, text, method == "finditer");
  Spans spans;
  const Anchor anchor = method == "match" ? Anchor::kStart : method == "search" ? Anchor::kNone : Anchor::kBoth;
  if (!Unwrap(pattern->it().Match(text, 0, anchor, false, spans))) return {};
  return Object(std::make_shared<Match>(pattern, text, std::move(spans)));
}

constexpr const char* kPatternMethods[] = {"match", "search", "fullmatch", "findall", "finditer", "split", "sub", "subn"};

MaybeObject Pattern::GetAttr(Context&, std::string_view name) {
  if (name == "pattern") return std::optional<Object>(Object(it_->text()));
  if (name == "flags") return std::optional<Object>(Object(it_->flags() | PythonPattern::kUnicode));
  if (name == "groups") return std::optional<Object>(Object(static_cast<int64_t>(it_->groups())));
  if (name == "groupindex") {
    Object out = Object::MakeDict();
    for (const auto& [key, index] : it_->names()) out.dict().Set(Object(key), Object(static_cast<int64_t>(index)));
    return std::optional<Object>(out);
  }
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
  return Pattern::Compile(RequireString(pattern, "first argument"), flags);
}

// A function of the module: the pattern comes first, flags last.
Object CallModule(Context& c, const std::string& method, const Arguments& a) {
  Arguments rest = a;
  int64_t flags = 0;
  Object pattern;
  auto take = [&rest](std::string_view name, size_t at, Object& into) {
    const auto named = std::find_if(rest.named.begin(), rest.named.end(), [&](const auto& each) { return each.first == name; });
    if (named != rest.named.end()) {
      into = named->second;
      rest.named.erase(named);
    } else if (at < rest.positional.size()) {
      into = rest.positional[at];
      rest.positional.erase(rest.positional.begin() + static_cast<std::ptrdiff_t>(at));
    } else {
      return false;
    }
    return true;
  };
  if (!take("pattern", 0, pattern)) RaiseType(method + "() missing the pattern");
  Object given;
  if (take("flags", method == "sub" || method == "subn" ? 3 : method == "split" ? 2 : 1, given))
    flags = RequireInt(given, "flags");
  return RunPattern(c, PatternOf(pattern, flags), method, rest);
}

Object EscapeText(Context&, const Arguments& a) {
  std::string out;
  for (const char c : BindArgs(a, "escape", {{"pattern", std::nullopt}})[0].Str()) {
    if (std::string_view("()[]{}?*+-|^$\\.&~# \t\n\r\v\f").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return Object(std::move(out));
}

}  // namespace

Object MakeRegexModule() {
  std::vector<std::pair<std::string, Object>> members;
  for (const char* method : kPatternMethods) {
    std::string which = method;
    members.emplace_back(which, MakeFunction(which, [which](Context& c, const Arguments& a) -> Result<Object> {
                           try {
                             return CallModule(c, which, a);
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
  members.emplace_back("escape", MakeFunction("escape", Builtin(EscapeText)));
  using P = PythonPattern;
  for (const auto& [name, letter, flag] :
       std::initializer_list<std::tuple<const char*, const char*, int64_t>>{{"IGNORECASE", "I", P::kIgnoreCase},
                                                                            {"MULTILINE", "M", P::kMultiline},
                                                                            {"DOTALL", "S", P::kDotAll},
                                                                            {"VERBOSE", "X", P::kVerbose},
                                                                            {"ASCII", "A", P::kAscii},
                                                                            {"UNICODE", "U", P::kUnicode},
                                                                            {"LOCALE", "L", P::kLocale}}) {
    members.emplace_back(name, Object(flag));
    members.emplace_back(letter, Object(flag));
  }
  members.emplace_back("NOFLAG", Object(0));
  return MakeRecord("module 're'", std::move(members));
}

}  // namespace dvt::tmpl
