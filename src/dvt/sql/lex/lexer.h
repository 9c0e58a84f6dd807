#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dvt/base/result/result.h"
#include "dvt/sql/ast/arena.h"
#include "dvt/sql/dialects/dialect.h"
#include "dvt/sql/lex/keywords.h"

namespace dvt::sql {

enum class Tok : uint8_t {
  kEnd,
  kWord,
  kQuotedName,
  kNumber,
  kString,
  kEString,
  kNationalString,
  kUnicodeString,  ///< U&'…', its escapes as written
  kHexString,
  kBitString,
  kBytesString,
  kParameter,
  kSymbol,
  kComment,
  kError,  ///< where the text cannot be cut into tokens; only if failures are collected
  kHint,   ///< the inside of /*+ … */
};

struct Token {
  Tok type = Tok::kEnd;
  Kw kw = Kw::kNone;    ///< of a kWord
  uint32_t symbol = 0;  ///< of a kSymbol: its characters, first one lowest (see Symbol())
  uint32_t begin = 0;
  uint32_t end = 0;
  std::string_view text;  ///< names and strings: the value without quotes; else as written
};

/// The code of an operator or punctuation of up to four characters.
constexpr uint32_t Symbol(std::string_view s) {
  uint32_t code = 0;
  for (size_t i = 0; i < s.size(); ++i) code |= static_cast<uint32_t>(static_cast<uint8_t>(s[i])) << (8 * i);
  return code;
}

/// Something unterminated or odd, at a byte offset.
struct LexFailure {
  size_t offset = 0;
  std::string message;
};

/// All tokens of `source`, ending with kEnd; comments only if asked for. Each failure leaves a kError token and is appended to
/// `failures`; behind an odd character reading goes on, an unterminated piece reaches to the end.
std::vector<Token> Lex(std::string_view source, const Dialect& dialect, Arena& arena, bool comments,
                       std::vector<LexFailure>& failures);

/// The offset of the first byte that is not part of valid UTF-8; the length if there is none.
size_t FirstInvalidUtf8(std::string_view text);

/// An Error of kSyntax at a byte offset, with the line and a caret in its hint.
Error SyntaxError(std::string_view source, size_t offset, std::string message, std::string_view file);

}  // namespace dvt::sql
