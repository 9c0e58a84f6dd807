#include <charconv>
#include <cmath>
#include <cstring>
#include <unordered_set>

#include "dvt/base/text/text.h"
#include "dvt/base/text/utf8.h"
#include "dvt/base/text/value.h"

namespace dvt {
namespace {

constexpr int kMaxDepth = 500;

/// A recursive-descent reader of RFC 8259 that knows the place of every node.
class JsonReader {
 public:
  JsonReader(std::string_view text, std::string_view file) : text_(text), file_(file) {}

  Result<Value> Document() {
    if (text_.substr(0, 3) == "\xef\xbb\xbf") pos_ = line_start_ = 3;
    Value value;
    DVT_TRY(Node(value, 0));
    SkipSpace();
    if (pos_ < text_.size()) return Fail("unexpected text after the end of the JSON document");
    return value;
  }

 private:
  Error Fail(std::string message) const {
    return Error(ErrorCode::kSyntax, "Invalid JSON: " + message).At({std::string(file_), line_, Column()});
  }
  int Column() const { return static_cast<int>(pos_ - line_start_) + 1; }
  bool AtEnd() const { return pos_ >= text_.size(); }

  void SkipSpace() {
    while (pos_ < text_.size()) {
      char c = text_[pos_];
      if (c == '\n') {
        ++line_;
        line_start_ = pos_ + 1;
      } else if (c != ' ' && c != '\t' && c != '\r') {
        return;
      }
      ++pos_;
    }
  }

  Error Unexpected(std::string_view wanted) const {
    if (AtEnd()) return Fail("the text ends where " + std::string(wanted) + " was expected");
    unsigned char c = static_cast<unsigned char>(text_[pos_]);
    std::string found = c >= 0x20 && c < 0x7f ? std::string(1, text_[pos_]) : "\\x" + std::to_string(c);
    return Fail("found '" + found + "' where " + std::string(wanted) + " was expected");
  }

  Status Node(Value& out, int depth) {
    if (depth > kMaxDepth) return Fail("nested deeper than " + std::to_string(kMaxDepth) + " levels");
    SkipSpace();
    Mark mark{line_, Column()};
    DVT_TRY(Unmarked(out, depth));
    out.set_mark(mark);
    return {};
  }

  Status Unmarked(Value& out, int depth) {
    if (AtEnd()) return Unexpected("a value");
    switch (text_[pos_]) {
      case '{': return Object(out, depth);
      case '[': return Array(out, depth);
      case '"': {
        std::string text;
        DVT_TRY(String(text));
        out = Value(std::move(text));
        out.set_quoted(true);
        return {};
      }
      case 't': return Word("true", Value(true), out);
      case 'f': return Word("false", Value(false), out);
      case 'n': return Word("null", Value(), out);
      default: return Number(out);
    }
  }

  Status Word(std::string_view word, Value value, Value& out) {
    if (text_.substr(pos_, word.size()) != word) return Unexpected("a value");
    pos_ += word.size();
    out = std::move(value);
    return {};
  }

  Status Object(Value& out, int depth) {
    Value::Map map;
    std::unordered_set<std::string> seen;
    ++pos_;
    SkipSpace();
    if (!AtEnd() && text_[pos_] == '}') {
      ++pos_;
      out = Value(std::move(map));
      return {};
    }
    while (true) {
      SkipSpace();
      if (AtEnd() || text_[pos_] != '"') return Unexpected("a quoted key");
      Value::Entry entry;
      entry.key_mark = {line_, Column()};
      DVT_TRY(String(entry.key));
      if (!seen.insert(entry.key).second) return Fail("the key '" + entry.key + "' is given twice");
      SkipSpace();
      if (AtEnd() || text_[pos_] != ':') return Unexpected("':'");
      ++pos_;
      DVT_TRY(Node(entry.value, depth + 1));
      map.push_back(std::move(entry));
      SkipSpace();
      if (AtEnd()) return Unexpected("',' or '}'");
      char c = text_[pos_];
      if (c != ',' && c != '}') return Unexpected("',' or '}'");
      ++pos_;
      if (c == '}') break;
    }
    out = Value(std::move(map));
    return {};
  }

  Status Array(Value& out, int depth) {
    Value::List list;
    ++pos_;
    SkipSpace();
    if (!AtEnd() && text_[pos_] == ']') {
      ++pos_;
      out = Value(std::move(list));
      return {};
    }
    while (true) {
      DVT_TRY(Node(list.emplace_back(), depth + 1));
      SkipSpace();
      if (AtEnd()) return Unexpected("',' or ']'");
      char c = text_[pos_];
      if (c != ',' && c != ']') return Unexpected("',' or ']'");
      ++pos_;
      if (c == ']') break;
    }
    out = Value(std::move(list));
    return {};
  }

  Status Number(Value& out) {
    size_t start = pos_;
    bool is_float = false;
    auto digits = [&] {
      size_t from = pos_;
      while (!AtEnd() && text_[pos_] >= '0' && text_[pos_] <= '9') ++pos_;
      return pos_ > from;
    };
    if (text_[pos_] == '-') ++pos_;
    size_t first = pos_;
    if (!digits()) {
      pos_ = start;
      return Unexpected("a value");
    }
    if (text_[first] == '0' && pos_ > first + 1) return Fail("a number must not begin with 0");
    if (!AtEnd() && text_[pos_] == '.') {
      is_float = true;
      ++pos_;
      if (!digits()) return Unexpected("a digit");
    }
    if (!AtEnd() && (text_[pos_] == 'e' || text_[pos_] == 'E')) {
      is_float = true;
      ++pos_;
      if (!AtEnd() && (text_[pos_] == '+' || text_[pos_] == '-')) ++pos_;
      if (!digits()) return Unexpected("a digit");
    }
    const char* begin = text_.data() + start;
    const char* end = text_.data() + pos_;
    int64_t integer = 0;
    if (!is_float && std::from_chars(begin, end, integer).ec == std::errc()) {
      out = Value(integer);
      return {};
    }
    double number = 0;
    auto parsed = std::from_chars(begin, end, number);
    if (parsed.ec == std::errc::result_out_of_range) number = std::strtod(std::string(begin, end).c_str(), nullptr);
    out = Value(number);
    return {};
  }

  Result<uint32_t> Hex4() {
    uint32_t code = 0;
    if (pos_ + 4 > text_.size()) return Fail("incomplete \\u escape");
    auto parsed = std::from_chars(text_.data() + pos_, text_.data() + pos_ + 4, code, 16);
    if (parsed.ec != std::errc() || parsed.ptr != text_.data() + pos_ + 4) return Fail("bad \\u escape");
    pos_ += 4;
    return code;
  }

  Status Escape(std::string& out) {
    if (AtEnd()) return Fail("unterminated string");
    char c = text_[pos_++];
    switch (c) {
      case '"':
      case '\\':
      case '/': out += c; return {};
      case 'b': out += '\b'; return {};
      case 'f': out += '\f'; return {};
      case 'n': out += '\n'; return {};
      case 'r': out += '\r'; return {};
      case 't': out += '\t'; return {};
      case 'u': break;
      default: return Fail(std::string("unknown escape '\\") + c + "'");
    }
    DVT_ASSIGN(uint32_t code, Hex4());
    if (code >= 0xd800 && code < 0xdc00) {
      if (text_.substr(pos_, 2) != "\\u") return Fail("a high surrogate without its low surrogate");
      pos_ += 2;
      DVT_ASSIGN(uint32_t low, Hex4());
      if (low < 0xdc00 || low > 0xdfff) return Fail("a high surrogate without its low surrogate");
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    } else if (code >= 0xdc00 && code <= 0xdfff) {
      return Fail("a low surrogate without its high surrogate");
    }
    AppendUtf8(out, code);
    return {};
  }

  Status String(std::string& out) {
    ++pos_;
    while (true) {
      size_t start = pos_;
      while (pos_ < text_.size() && text_[pos_] != '"' && text_[pos_] != '\\' && static_cast<unsigned char>(text_[pos_]) >= 0x20)
        ++pos_;
      out.append(text_.substr(start, pos_ - start));
      if (AtEnd()) return Fail("unterminated string");
      char c = text_[pos_++];
      if (c == '"') return {};
      if (c != '\\') {
        --pos_;
        return Fail("a control character must be escaped in a string");
      }
      DVT_TRY(Escape(out));
    }
  }

  std::string_view text_;
  std::string_view file_;
  size_t pos_ = 0;
  size_t line_start_ = 0;
  int line_ = 1;
};

void NewLine(std::string& out, int indent, int depth) {
  if (indent < 0) return;
  out += '\n';
  out.append(static_cast<size_t>(indent) * static_cast<size_t>(depth), ' ');
}

void Print(std::string& out, const Value& value, int indent, int depth) {
  if (value.is_string()) {
    AppendJsonString(out, value.as_string());
  } else if (value.is_list()) {
    out += '[';
    bool first = true;
    for (const auto& item : value.list()) {
      if (!first) out += indent < 0 ? ", " : ",";
      first = false;
      NewLine(out, indent, depth + 1);
      Print(out, item, indent, depth + 1);
    }
    if (!first) NewLine(out, indent, depth);
    out += ']';
  } else if (value.is_map()) {
    out += '{';
    bool first = true;
    for (const auto& entry : value.map()) {
      if (!first) out += indent < 0 ? ", " : ",";
      first = false;
      NewLine(out, indent, depth + 1);
      AppendJsonString(out, entry.key);
      out += ": ";
      Print(out, entry.value, indent, depth + 1);
    }
    if (!first) NewLine(out, indent, depth);
    out += '}';
  } else if (value.is_float() && !std::isfinite(value.as_float())) {
    out += "null";
  } else {
    out += value.ToText();
  }
}

}  // namespace

Result<Value> ParseJson(std::string_view text, std::string_view file) { return JsonReader(text, file).Document(); }

std::string ToJson(const Value& value, int indent) {
  std::string out;
  Print(out, value, indent, 0);
  return out;
}

void AppendJsonString(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  size_t start = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    unsigned char c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f) continue;
    out.append(text.substr(start, i - start));
    start = i + 1;
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        out += "\\u00";
        out += kHex[c >> 4];
        out += kHex[c & 15];
    }
  }
  out.append(text.substr(start));
  out += '"';
}

}  // namespace dvt
