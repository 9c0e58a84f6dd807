// Places in a source text: lines, columns, and the line with a caret under the place.
#include <cstring>
#include <string>

#include "dvt/sql/lex/lexer.h"
#include "dvt/sql/parse/parser.h"

namespace dvt::sql {

namespace {

bool Continues(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// The character that begins at `at`, and in *length its bytes. The text is valid UTF-8 up to a cut end.
uint32_t Decode(std::string_view text, size_t at, size_t* length) {
  const auto first = static_cast<unsigned char>(text[at]);
  const size_t want = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  uint32_t code = want == 1 ? first : first & (0xFFu >> (want + 1));
  size_t n = 1;
  while (n < want && at + n < text.size() && Continues(text[at + n])) code = code << 6 | (text[at + n++] & 0x3Fu);
  *length = n;
  return code;
}

struct Range {
  uint32_t first, last;
};
// Blocks that terminals draw two columns wide, and marks that take no column (by the Unicode blocks' charts).
constexpr Range kWide[] = {{0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0xA4CF},   {0xA960, 0xA97C},  {0xAC00, 0xD7A3},
                           {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},  {0x1F300, 0x1F64F},
                           {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x1FA70, 0x1FAFF}, {0x20000, 0x3FFFD}};
constexpr Range kMarks[] = {{0x0300, 0x036F}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x200B, 0x200F},
                            {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}};

size_t Columns(uint32_t code) {
  if (code < 0x300) return 1;
  for (const Range& range : kMarks) {
    if (code >= range.first && code <= range.last) return 0;
  }
  for (const Range& range : kWide) {
    if (code >= range.first && code <= range.last) return 2;
  }
  return 1;
}

// How many bytes the valid character at `p` has; 0 if it is none.
size_t ValidLength(const unsigned char* p, const unsigned char* end) {
  const size_t length = *p < 0x80 ? 1 : (*p & 0xE0) == 0xC0 ? 2 : (*p & 0xF0) == 0xE0 ? 3 : (*p & 0xF8) == 0xF0 ? 4 : 0;
  if (length <= 1 || static_cast<size_t>(end - p) < length) return length == 1 ? 1 : 0;
  uint32_t code = *p & (0xFFu >> (length + 1));
  for (size_t i = 1; i < length; ++i) {
    if ((p[i] & 0xC0) != 0x80) return 0;
    code = code << 6 | (p[i] & 0x3Fu);
  }
  constexpr uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  return code < kLeast[length] || code > 0x10FFFF || surrogate ? 0 : length;
}

}  // namespace

size_t FirstInvalidUtf8(std::string_view text) {
  const auto* begin = reinterpret_cast<const unsigned char*>(text.data());
  const auto* end = begin + text.size();
  for (const auto* p = begin; p < end;) {
    uint64_t eight = 0;
    if (end - p >= 8 && (std::memcpy(&eight, p, 8), (eight & 0x8080808080808080u) == 0)) {
      p += 8;
      continue;
    }
    const size_t length = ValidLength(p, end);
    if (length == 0) return static_cast<size_t>(p - begin);
    p += length;
  }
  return text.size();
}

Place PlaceAt(std::string_view source, size_t offset, std::string_view file) {
  offset = std::min(offset, source.size());
  Place place;
  place.file = std::string(file);
  place.line = 1;
  size_t line_start = 0;
  for (size_t end = source.find('\n'); end < offset; end = source.find('\n', line_start)) {
    ++place.line;
    line_start = end + 1;
  }
  place.column = 1;
  for (size_t i = line_start; i < offset; ++i) place.column += !Continues(source[i]);
  return place;
}

Place PlaceIndex::At(size_t offset) {
  constexpr size_t kStep = 512;
  auto pass = [this](Mark mark, size_t from, size_t to) {
    for (size_t i = from; i < to; ++i) {
      if (source_[i] == '\n')
        ++mark.line, mark.column = 1;
      else
        mark.column += !Continues(source_[i]);
    }
    return mark;
  };
  if (marks_.empty()) {
    marks_.reserve(source_.size() / kStep + 1);
    marks_.push_back({1, 1});
    for (size_t at = kStep; at <= source_.size(); at += kStep) marks_.push_back(pass(marks_.back(), at - kStep, at));
  }
  offset = std::min(offset, source_.size());
  const size_t mark = offset / kStep;
  const Mark found = pass(marks_[mark], mark * kStep, offset);
  Place place;
  place.line = found.line;
  place.column = found.column;
  return place;
}

Error SyntaxError(std::string_view source, size_t offset, std::string message, std::string_view file) {
  constexpr size_t kBefore = 100, kShown = 160;
  Place place = PlaceAt(source, offset, file);
  offset = std::min(offset, source.size());
  size_t start = offset == 0 ? std::string_view::npos : source.rfind('\n', offset - 1);
  start = start == std::string_view::npos ? 0 : start + 1;
  if (offset - start > kBefore) start = offset - kBefore;
  while (start < offset && Continues(source[start])) ++start;
  std::string line, caret;
  for (size_t at = start; at < source.size() && at - start < kShown && source[at] != '\n';) {
    size_t length = 0;
    const uint32_t code = Decode(source, at, &length);
    const bool odd = code < 32 || code == 127 ||
                     ValidLength(reinterpret_cast<const unsigned char*>(source.data()) + at,
                                 reinterpret_cast<const unsigned char*>(source.data()) + source.size()) == 0;
    // A tab stays one in both lines, so that the caret stands right however wide the terminal draws it.
    if (code == '\t')
      line += '\t';
    else if (odd)
      line += code == '\r' ? "" : code == 127 || code < 32 ? " " : "?";
    else
      line += source.substr(at, length);
    if (at < offset) {
      if (code == '\t')
        caret += '\t';
      else
        caret.append(odd ? (code == '\r' ? 0 : 1) : Columns(code), ' ');
    }
    at += length;
  }
  return Error(ErrorCode::kSyntax, std::move(message)).At(std::move(place)).WithHint(line + "\n        " + caret + "^");
}

}  // namespace dvt::sql
