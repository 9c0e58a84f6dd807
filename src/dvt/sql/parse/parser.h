#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dvt/base/result/diagnostics.h"
#include "dvt/base/result/result.h"
#include "dvt/sql/ast/node.h"
#include "dvt/sql/dialects/dialect.h"

namespace dvt::sql {

struct ParseOptions {
  std::string file;      ///< named in errors
  int max_depth = 1000;  ///< deepest nesting of expressions and queries before a clean error
  bool comments = true;  ///< keep comments on nodes
  /// Gets every error of the text (code "token" or "parse"), in source order: behind an error reading goes on with the next clause
  /// or statement. Null: reading ends at the first one.
  Diagnostics* diagnostics = nullptr;
  int max_errors = 20;        ///< how many errors are collected
  bool placeholders = false;  ///< ARG1, ARG2 … may stand for the unit of an interval: the text is a template of a function table
};

/// Parses one or more statements separated by semicolons. The source is copied into the result's arena. Errors are kSyntax with line,
/// column, what was found, what was expected, and the line with a caret as hint; the first one is returned. Thread-safe.
Result<Ast> Parse(std::string_view sql, const Dialect& dialect, const ParseOptions& options = {});
/// Exactly one query (kSelect, kSetOperation, kValues or kSubquery); a trailing semicolon is allowed.
Result<Ast> ParseQuery(std::string_view sql, const Dialect& dialect, const ParseOptions& options = {});
/// Exactly one expression.
Result<Ast> ParseExpression(std::string_view sql, const Dialect& dialect, const ParseOptions& options = {});
/// A query if it begins as one, any other statement, else an expression.
Result<Ast> ParseAny(std::string_view sql, const Dialect& dialect, const ParseOptions& options = {});

/// Line and column (from 1, in characters) of a byte offset.
Place PlaceAt(std::string_view source, size_t offset, std::string_view file = {});

/// Many places of one text: built in one pass over it at the first question, then each costs the same. The text must outlive it.
class PlaceIndex {
 public:
  explicit PlaceIndex(std::string_view source) : source_(source) {}
  Place At(size_t offset);

 private:
  struct Mark {
    int line, column;
  };
  std::string_view source_;
  std::vector<Mark> marks_;  ///< the place of every 512th byte
};

}  // namespace dvt::sql
