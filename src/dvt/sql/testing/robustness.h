#pragma once

// What must hold for any bytes whatever, for fuzzers and the tests that replay what they found.
#include <string>
#include <string_view>
#include <vector>

#include "dvt/base/text/value.h"
#include "dvt/sql/parse/parser.h"
#include "dvt/sql/print/printer.h"
#include "dvt/sql/service/request.h"

namespace dvt::sql::robustness {

/// Every dialect, the neutral one first.
inline const std::vector<const Dialect*>& AllDialects() {
  static const std::vector<const Dialect*> all = [] {
    std::vector<const Dialect*> found = {FindDialect("")};
    for (const auto& name : DialectNames()) {
      const Dialect* dialect = FindDialect(name);
      if (dialect != nullptr && dialect != found.front()) found.push_back(dialect);
    }
    return found;
  }();
  return all;
}

struct Pair {
  const Dialect* read;
  const Dialect* write;
};

/// The dialects that a fuzzer's first byte stands for.
inline Pair PairOf(unsigned char byte) {
  const auto& all = AllDialects();
  return {all[byte % 16 % all.size()], all[byte / 16 % all.size()]};
}

inline std::string PrintAll(const Ast& ast, const Dialect& dialect) {
  std::string text;
  for (const Node* statement : ast.statements) text += (text.empty() ? "" : ";\n") + Print(statement, dialect);
  return text;
}

/// What is printed parses, and prints the same again. Empty if so (or if the text is not SQL), else what is wrong.
inline std::string CheckRoundTrip(std::string_view sql, const Dialect& dialect) {
  Diagnostics found;
  ParseOptions options;
  options.diagnostics = &found;
  auto first = ParseAny(sql, dialect, options);
  if (!first) {
    if (found.has_errors() && first.error().place().line > 0) return {};
    return "an error without a place: " + first.error().ToString();
  }
  const std::string once = PrintAll(*first, dialect);
  auto second = ParseAny(once, dialect);
  if (!second) return "printed as:\n" + once + "\nwhich does not parse: " + second.error().ToString();
  const std::string twice = PrintAll(*second, dialect);
  if (twice != once) return "printed as:\n" + once + "\nand then as:\n" + twice;
  return {};
}

/// Every verb answers. Empty if each answer holds a result or an error, else what is wrong.
inline std::string CheckAnswers(std::string_view sql, const Pair& dialects) {
  Value request = Value::MakeMap();
  request.Set("read", std::string(dialects.read->name));
  request.Set("write", std::string(dialects.write->name));
  request.Set("sql", std::string(sql));
  for (const char* level : {"RAISE", "IGNORE"}) {
    request.Set("unsupported_level", level);
    for (const char* verb : {"transpile", "format", "parse", "analyze", "lineage"}) {
      const Value answer = AnswerRequest(verb, request);
      const Value* error = answer.Find("error");
      if (error != nullptr ? error->as_string().empty() : answer.map().empty()) return std::string(verb) + " gives no answer";
      if (level[0] == 'I' && verb[0] == 't') break;  // only translating asks for the level
    }
  }
  return {};
}

}  // namespace dvt::sql::robustness
