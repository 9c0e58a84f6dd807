#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dvt/template/lang/template.h"

namespace dvt::tmpl {

enum class TokenType : uint8_t {
  kData,
  kVariableBegin,
  kVariableEnd,
  kBlockBegin,
  kBlockEnd,
  kName,
  kInteger,
  kFloat,
  kString,
  kAdd,
  kSub,
  kMul,
  kDiv,
  kFloorDiv,
  kMod,
  kPow,
  kTilde,
  kEq,
  kNe,
  kGt,
  kGe,
  kLt,
  kLe,
  kAssign,
  kDot,
  kColon,
  kPipe,
  kComma,
  kSemicolon,
  kLeftParen,
  kRightParen,
  kLeftBracket,
  kRightBracket,
  kLeftBrace,
  kRightBrace,
  kEnd,
};

struct Token {
  TokenType type;
  std::string text;  ///< data, name, decoded string, or the number's digits
  int line = 0;
  int column = 0;
  size_t begin = 0;  ///< byte range in the source
  size_t end = 0;
};

/// How a token is called in messages.
std::string DescribeToken(const Token& token);
std::string_view DescribeTokenType(TokenType type);

/// The tokens of a whole text, ended by kEnd; throws Raised with a place.
std::vector<Token> Tokenize(std::string_view text, const std::string& file, const ParseOptions& options);

}  // namespace dvt::tmpl
