#include "dvt/sql/dialects/dialect.h"

#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/sql/lex/keywords.h"

namespace dvt::sql {

namespace {

std::span<const Dialect* const> All() {
  static const Dialect* const kAll[] = {&Postgres(), &Mysql(), &Sqlite(), &Duckdb()};
  return kAll;
}

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

bool IsPlainName(std::string_view name) {
  if (name.empty() || !IsLetter(name[0])) return false;
  return std::all_of(name.begin(), name.end(), [](char c) { return IsLetter(c) || (c >= '0' && c <= '9'); });
}

bool Takes(const FunctionSpec& spec, int args) {
  return args < 0 || (args >= spec.min_args && (spec.max_args < 0 || args <= spec.max_args));
}

}  // namespace

const Dialect* FindDialect(std::string_view name) {
  for (const Dialect* dialect : All()) {
    if (EqualsIgnoreCase(dialect->name, name)) return dialect;
    for (const auto alias : dialect->aliases) {
      if (EqualsIgnoreCase(alias, name)) return dialect;
    }
  }
  return nullptr;
}

std::vector<std::string> DialectNames() {
  std::vector<std::string> names;
  for (const Dialect* dialect : All()) names.emplace_back(dialect->name);
  return names;
}

std::string QuoteIdentifier(const Dialect& dialect, std::string_view identifier) {
  std::string out(1, dialect.quote);
  for (const char c : identifier) {
    if (c == dialect.quote) out += c;
    out += c;
  }
  return out + dialect.quote;
}

std::string QuoteIdentifierIfNeeded(const Dialect& dialect, std::string_view identifier) {
  const bool plain =
      IsPlainName(identifier) && FoldIdentifier(dialect, identifier, false) == identifier && !IsReserved(dialect, identifier);
  return plain ? std::string(identifier) : QuoteIdentifier(dialect, identifier);
}

std::string QuoteString(const Dialect& dialect, std::string_view value) {
  std::string out = "'";
  for (const char c : value) {
    if (c == '\'') out += '\'';
    if (c == '\\' && dialect.Has(Feature::kBackslashEscapes)) out += '\\';
    out += c;
  }
  return out + "'";
}

std::string FoldIdentifier(const Dialect& dialect, std::string_view identifier, bool quoted) {
  if (quoted) return std::string(identifier);
  switch (dialect.folding) {
    case Folding::kLower: return ToLower(identifier);
    case Folding::kUpper: return ToUpper(identifier);
    default: return std::string(identifier);
  }
}

bool SameName(const Dialect& dialect, std::string_view a, std::string_view b) {
  return dialect.folding == Folding::kInsensitive ? EqualsIgnoreCase(a, b) : a == b;
}

bool IsReserved(const Dialect& dialect, std::string_view word) {
  const std::string upper = ToUpper(word);
  for (const Dialect* each = &dialect; each != nullptr; each = each->parent) {
    if (std::find(each->reserved.begin(), each->reserved.end(), upper) != each->reserved.end()) return true;
  }
  return IsStructural(LookUpKeyword(word));
}

const FunctionSpec* FindFunction(const Dialect& dialect, std::string_view name, int args) {
  for (const Dialect* each = &dialect; each != nullptr; each = each->parent) {
    for (const auto& spec : each->functions) {
      if (EqualsIgnoreCase(spec.name, name) && Takes(spec, args)) return &spec;
    }
  }
  return nullptr;
}

const FunctionSpec* FindConcept(const Dialect& dialect, std::string_view concept_name, int args) {
  for (const Dialect* each = &dialect; each != nullptr; each = each->parent) {
    for (const auto& spec : each->functions) {
      if (spec.concept_ == concept_name && !spec.read_only && Takes(spec, args)) return &spec;
    }
  }
  return nullptr;
}

}  // namespace dvt::sql
