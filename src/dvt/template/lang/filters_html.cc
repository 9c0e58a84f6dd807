#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "dvt/base/text/text.h"
#include "dvt/template/lang/builtins.h"
#include "dvt/template/lang/unicode.h"

namespace dvt::tmpl {

std::string EscapeHtml(std::string_view text) {
  std::string out;
  for (char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '\'': out += "&#39;"; break;
      case '"': out += "&#34;"; break;
      default: out += c;
    }
  }
  return out;
}

namespace {

void AppendPythonJsonString(std::string& out, std::string_view text) {
  out += '"';
  size_t size = 1;
  for (size_t i = 0; i < text.size(); i += size) {
    uint32_t c = DecodeUtf8(text, i, &size);
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      case '\b': out += "\\b"; break;
      case '\f': out += "\\f"; break;
      default:
        if (c >= 0x20 && c < 0x7F) {
          out += static_cast<char>(c);
        } else if (c < 0x10000) {
          out += fmt::format("\\u{:04x}", c);
        } else {
          out += fmt::format("\\u{:04x}\\u{:04x}", 0xD800 + ((c - 0x10000) >> 10), 0xDC00 + ((c - 0x10000) & 0x3FF));
        }
    }
  }
  out += '"';
}

void WriteJson(std::string& out, const Value& value, int indent, bool sort_keys, int level) {
  auto newline = [&](int at) {
    if (indent >= 0) out += '\n' + std::string(static_cast<size_t>(at * indent), ' ');
  };
  std::string_view separator = indent >= 0 ? "," : ", ";
  if (value.is_string()) {
    AppendPythonJsonString(out, value.as_string());
  } else if (value.is_float()) {
    double number = value.as_float();
    out += std::isnan(number) ? "NaN" : std::isinf(number) ? (number > 0 ? "Infinity" : "-Infinity") : ReprFloat(number);
  } else if (value.is_list()) {
    if (value.list().empty()) {
      out += "[]";
      return;
    }
    out += '[';
    for (size_t i = 0; i < value.list().size(); ++i) {
      if (i > 0) out += separator;
      newline(level + 1);
      WriteJson(out, value.list()[i], indent, sort_keys, level + 1);
    }
    newline(level);
    out += ']';
  } else if (value.is_map()) {
    if (value.map().empty()) {
      out += "{}";
      return;
    }
    std::vector<const Value::Entry*> entries;
    for (const auto& entry : value.map()) entries.push_back(&entry);
    if (sort_keys) std::stable_sort(entries.begin(), entries.end(), [](auto* x, auto* y) { return x->key < y->key; });
    out += '{';
    for (size_t i = 0; i < entries.size(); ++i) {
      if (i > 0) out += separator;
      newline(level + 1);
      AppendPythonJsonString(out, entries[i]->key);
      out += ": ";
      WriteJson(out, entries[i]->value, indent, sort_keys, level + 1);
    }
    newline(level);
    out += '}';
  } else {
    out += value.is_null() ? "null" : value.is_bool() ? (value.as_bool() ? "true" : "false") : std::to_string(value.as_int());
  }
}

void RequireJson(const Object& object) {
  if (StackIsLow()) Raise(ErrorCode::kInvalidArgument, "Circular reference detected");
  if (object.is_undefined()) RaiseType("Object of type Undefined is not JSON serializable");
  if (object.is_set()) RaiseType("Object of type set is not JSON serializable");
  if (object.is_sequence()) {
    for (const auto& item : object.items()) RequireJson(item);
  }
  if (object.is_dict()) {
    for (const auto& [key, value] : object.dict().entries()) {
      if (!key.is_string() && !key.is_number() && !key.is_none()) {
        RaiseType("keys must be str, int, float, bool or None, not " + key.TypeName());
      }
      RequireJson(value);
    }
  }
  if (object.is_host() && (object.is_callable() || object.TypeName() == "generator")) {
    RaiseType(fmt::format("Object of type {} is not JSON serializable", object.TypeName()));
  }
}

Object ToJsonFilter(Context&, const Arguments& a) {
  auto args = BindArgs(a, "tojson", {{"value", {}}, {"indent", Object()}});
  RequireJson(args[0]);
  int indent = args[1].is_none() ? -1 : static_cast<int>(RequireInt(args[1], "indent must be an integer"));
  std::string json = PythonJson(args[0].ToValue(), indent, true);
  std::string out;
  for (char c : json) {
    if (c == '<' || c == '>' || c == '&' || c == '\'') {
      out += fmt::format("\\u{:04x}", static_cast<int>(c));
    } else {
      out += c;
    }
  }
  return Object::Markup(std::move(out));
}

Object Escape(Context&, const Arguments& a) {
  Object value = BindArgs(a, "escape", {{"s", {}}})[0];
  return value.is_markup() ? value : Object::Markup(EscapeHtml(value.Str()));
}

Object StripTags(Context& context, const Arguments& a) {
  std::string text = BindArgs(a, "striptags", {{"value", {}}})[0].Str();
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '<') {
      bool comment = text.compare(i, 4, "<!--") == 0;
      size_t close = text.find(comment ? "-->" : ">", i);
      if (close != std::string::npos) {
        i = close + (comment ? 2 : 0);
        continue;
      }
    }
    out += text[i];
  }
  Object words = CallStringMethod(context, Object(out), "split", {});
  std::string joined = CallStringMethod(context, Object(" "), "join", {{words}, {}}).as_string();
  for (auto [from, to] : {std::pair{"&lt;", "<"},
                          {"&gt;", ">"},
                          {"&#39;", "'"},
                          {"&#34;", "\""},
                          {"&quot;", "\""},
                          {"&nbsp;", "\u00A0"},
                          {"&amp;", "&"}}) {
    joined = ReplaceAll(std::move(joined), from, to);
  }
  return Object(std::move(joined));
}

std::string UrlQuote(std::string_view text, bool for_query) {
  std::string out;
  for (char c : text) {
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-' ||
                 c == '~' || (c == '/' && !for_query);
    if (plain) {
      out += c;
    } else if (c == ' ' && for_query) {
      out += '+';
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

Object UrlEncode(Context& context, const Arguments& a) {
  Object value = BindArgs(a, "urlencode", {{"value", {}}})[0];
  bool pairs =
      value.is_dict() || (!value.is_string() && (value.is_sequence() || (value.is_host() && value.host()->is_iterable())));
  if (!pairs) return Object(UrlQuote(value.Str(), false));
  std::string out;
  auto append = [&](const Object& key, const Object& item) {
    out += (out.empty() ? "" : "&") + UrlQuote(key.Str(), true) + "=" + UrlQuote(item.Str(), true);
  };
  if (value.is_dict()) {
    for (const auto& [key, item] : value.dict().entries()) append(key, item);
  } else {
    for (const auto& pair : IterateObject(context, value)) {
      ObjectList parts = IterateObject(context, pair);
      if (parts.size() != 2) Raise(ErrorCode::kInvalidArgument, "urlencode needs pairs");
      append(parts[0], parts[1]);
    }
  }
  return Object(std::move(out));
}

Object XmlAttr(Context&, const Arguments& a) {
  auto args = BindArgs(a, "xmlattr", {{"d", {}}, {"autospace", Object(true)}});
  if (!args[0].is_dict()) RaiseType(fmt::format("'{}' object has no attribute 'items'", args[0].TypeName()));
  std::string out;
  for (const auto& [key, value] : args[0].dict().entries()) {
    if (value.is_none() || value.is_undefined()) continue;
    std::string name = key.Str();
    if (name.find_first_of(" \t\n\f\r/>=") != std::string::npos) {
      Raise(ErrorCode::kInvalidArgument, "Invalid character in attribute name: " + ReprString(name));
    }
    out += (out.empty() ? "" : " ") + EscapeHtml(name) + "=\"" + EscapeHtml(value.Str()) + "\"";
  }
  if (args[1].Truth() && !out.empty()) out.insert(0, " ");
  return Object(std::move(out));
}

Object Urlize(Context& context, const Arguments& a) {
  auto args = BindArgs(a, "urlize",
                       {{"value", {}},
                        {"trim_url_limit", Object()},
                        {"nofollow", Object(false)},
                        {"target", Object()},
                        {"rel", Object()},
                        {"extra_schemes", Object()}});
  std::string rel = args[2].Truth() ? "nofollow noopener" : "noopener";
  std::string attributes = " rel=\"" + rel + "\"" + (args[3].is_none() ? "" : " target=\"" + EscapeHtml(args[3].Str()) + "\"");
  std::string out;
  std::string text = EscapeHtml(args[0].Str());
  for (size_t i = 0; i < text.size();) {
    if (IsSpacePoint(static_cast<unsigned char>(text[i]))) {
      out += text[i++];
      continue;
    }
    size_t end = i;
    while (end < text.size() && !IsSpacePoint(static_cast<unsigned char>(text[end]))) ++end;
    std::string word = text.substr(i, end - i);
    std::string tail;
    while (!word.empty() && std::string_view(".,\n)").find(word.back()) != std::string_view::npos) {
      tail.insert(0, 1, word.back());
      word.pop_back();
    }
    bool url = word.starts_with("http://") || word.starts_with("https://");
    bool www = word.starts_with("www.") && word.size() > 4;
    if (url || www) {
      std::string shown = word;
      if (!args[1].is_none() && static_cast<int64_t>(shown.size()) > args[1].as_int())
        shown = shown.substr(0, static_cast<size_t>(args[1].as_int())) + "...";
      word = "<a href=\"" + (www ? "https://" : std::string()) + word + "\"" + attributes + ">" + shown + "</a>";
    }
    out += word + tail;
    i = end;
  }
  (void)context;
  return Object(std::move(out));
}

}  // namespace

std::string PythonJson(const Value& value, int indent, bool sort_keys) {
  std::string out;
  WriteJson(out, value, indent, sort_keys, 0);
  return out;
}

void AddHtmlFilters(Environment& e) {
  auto add = [&](const char* name, RawFunction function) { e.SetFilter(name, Builtin(function)); };
  add("escape", Escape);
  add("e", Escape);
  add("forceescape", [](Context&, const Arguments& a) {
    return Object::Markup(EscapeHtml(BindArgs(a, "forceescape", {{"value", {}}})[0].Str()));
  });
  add("safe", [](Context&, const Arguments& a) { return Object::Markup(BindArgs(a, "safe", {{"value", {}}})[0].Str()); });
  add("tojson", ToJsonFilter);
  add("striptags", StripTags);
  add("urlencode", UrlEncode);
  add("xmlattr", XmlAttr);
  add("urlize", Urlize);
}

}  // namespace dvt::tmpl
