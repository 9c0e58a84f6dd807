#include "dvt/sql/dialects/dialect.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <unordered_set>

#include "dvt/base/text/text.h"
#include "dvt/sql/dialects/core_sql.h"
#include "dvt/sql/lex/keywords.h"

namespace dvt::sql {

namespace {

std::span<const Dialect* const> All() {
  static const Dialect* const kAll[] = {
#define DVT_DIALECT(function) &function(),
#include "dvt/sql/dialects/all_dialects.inc"
#undef DVT_DIALECT
  };
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

using Specs = std::vector<const FunctionSpec*>;

// A dialect's tables and its parents', by name. Built once, at the first question.
struct Index {
  std::unordered_map<std::string_view, Specs> functions, concepts, families;
  std::unordered_map<std::string_view, const TypeSpec*> types, neutral_types;
  std::unordered_set<std::string_view> reserved;

  void Add(std::span<const FunctionSpec> specs) {
    for (const auto& spec : specs) {
      functions[spec.name].push_back(&spec);
      if (spec.read_only) continue;
      concepts[spec.concept_].push_back(&spec);
      families[spec.family_name()].push_back(&spec);
    }
  }

  explicit Index(const Dialect& dialect) {
    for (const Dialect* each = &dialect; each != nullptr; each = each->parent) {
      if (each->name == "duckdb") Add(DuckdbForms());
      Add(each->functions);
      Add(MoreDateFunctions(each->name));
      for (const auto& spec : each->types) {
        types.emplace(spec.name, &spec);
        if (!spec.read_only) neutral_types.emplace(spec.neutral.empty() ? spec.name : spec.neutral, &spec);
      }
      reserved.insert(each->reserved.begin(), each->reserved.end());
    }
  }
};

const Index& IndexOf(const Dialect& dialect) {
  static std::mutex mutex;
  static std::unordered_map<const Dialect*, std::unique_ptr<const Index>> indexes;
  static thread_local std::vector<std::pair<const Dialect*, const Index*>> seen;
  for (const auto& [known, index] : seen) {
    if (known == &dialect) return *index;
  }
  std::lock_guard lock(mutex);
  auto& index = indexes[&dialect];
  if (index == nullptr) index = std::make_unique<const Index>(dialect);
  seen.emplace_back(&dialect, index.get());
  return *index;
}

// The word in upper case, on the stack for all but absurd lengths.
class Upper {
 public:
  explicit Upper(std::string_view word) {
    char* out = buffer_;
    if (word.size() > sizeof(buffer_)) {
      long_.resize(word.size());
      out = long_.data();
    }
    for (size_t i = 0; i < word.size(); ++i)
      out[i] = word[i] >= 'a' && word[i] <= 'z' ? static_cast<char>(word[i] - 32) : word[i];
    text_ = {out, word.size()};
  }
  Upper(const Upper&) = delete;
  Upper& operator=(const Upper&) = delete;
  std::string_view text() const { return text_; }

 private:
  char buffer_[64];
  std::string long_;
  std::string_view text_;
};

const FunctionSpec* FirstTaking(const std::unordered_map<std::string_view, Specs>& table, std::string_view key, int args) {
  const auto found = table.find(key);
  if (found == table.end()) return nullptr;
  for (const FunctionSpec* spec : found->second) {
    if (Takes(*spec, args)) return spec;
  }
  return nullptr;
}

Specs AllTaking(const std::unordered_map<std::string_view, Specs>& table, std::string_view key, int args) {
  Specs out;
  const auto found = table.find(key);
  if (found == table.end()) return out;
  for (const FunctionSpec* spec : found->second) {
    if (Takes(*spec, args)) out.push_back(spec);
  }
  return out;
}

template <class T>
const T* Find(const std::unordered_map<std::string_view, const T*>& table, std::string_view key) {
  const auto found = table.find(key);
  return found == table.end() ? nullptr : found->second;
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
  const char close = dialect.quote == '[' ? ']' : dialect.quote;
  std::string out(1, dialect.quote);
  if (dialect.Has(Feature::kTripleQuotes)) {  // escaped like a string
    const std::string text = QuoteString(dialect, identifier);
    for (const char c : std::string_view(text).substr(1, text.size() - 2)) {
      if (c == '\'' && !out.empty() && out.back() == '\\') out.pop_back();
      if (c == close) out += '\\';
      out += c;
    }
    return out + close;
  }
  const bool escaped = dialect.Has(Feature::kEscapedNames);
  for (const char c : identifier) {
    if (c == close || (c == '\\' && escaped)) out += c;
    out += c;
  }
  return out + close;
}

std::string QuoteIdentifierIfNeeded(const Dialect& dialect, std::string_view identifier) {
  const bool plain =
      IsPlainName(identifier) && FoldIdentifier(dialect, identifier, false) == identifier && !IsReserved(dialect, identifier);
  return plain ? std::string(identifier) : QuoteIdentifier(dialect, identifier);
}

std::string QuoteString(const Dialect& dialect, std::string_view value) {
  std::string out = "'";
  const bool controls = dialect.Has(Feature::kEscapedControls), few = dialect.Has(Feature::kFewControls);
  for (const char c : value) {
    if (c == '\'') out += dialect.Has(Feature::kBackslashQuote) ? '\\' : '\'';
    if (c == '\\' && dialect.Has(Feature::kBackslashEscapes)) out += '\\';
    constexpr std::string_view kControls("\a\f\v\b\n\r\t\0\x1a", 9), kLetters = "afvbnrt0Z";
    const size_t control = controls ? kControls.find(c) : std::string_view::npos;
    if (control != std::string_view::npos && (few ? control > 2 : control < 7))
      (out += '\\') += kLetters[control];
    else
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
  return IndexOf(dialect).reserved.contains(Upper(word).text()) ||
         (IsStructural(LookUpKeyword(word)) && LookUpKeyword(word) != Kw::kTABLE);
}

const FunctionSpec* FindFunction(const Dialect& dialect, std::string_view name, int args) {
  return FirstTaking(IndexOf(dialect).functions, Upper(name).text(), args);
}

const FunctionSpec* FindConcept(const Dialect& dialect, std::string_view concept_name, int args) {
  return FirstTaking(IndexOf(dialect).concepts, concept_name, args);
}

const FunctionSpec* FindFamily(const Dialect& dialect, std::string_view family, int args) {
  return FirstTaking(IndexOf(dialect).families, family, args);
}

std::vector<const FunctionSpec*> FindFunctions(const Dialect& dialect, std::string_view name, int args) {
  return AllTaking(IndexOf(dialect).functions, Upper(name).text(), args);
}

std::vector<const FunctionSpec*> FindConcepts(const Dialect& dialect, std::string_view concept_name, int args) {
  return AllTaking(IndexOf(dialect).concepts, concept_name, args);
}

std::vector<const FunctionSpec*> FindFamilies(const Dialect& dialect, std::string_view family, int args) {
  return AllTaking(IndexOf(dialect).families, family, args);
}

const TypeSpec* FindType(const Dialect& dialect, std::string_view name) { return Find(IndexOf(dialect).types, name); }

const TypeSpec* FindNeutralType(const Dialect& dialect, std::string_view neutral) {
  return Find(IndexOf(dialect).neutral_types, neutral);
}

}  // namespace dvt::sql
