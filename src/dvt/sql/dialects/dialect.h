#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dvt/base/result/result.h"
#include "dvt/columnar/types/data_type.h"
#include "dvt/sql/ast/op.h"
#include "dvt/sql/dialects/feature.h"
#include "dvt/sql/dialects/nested_forms.h"
#include "dvt/sql/dialects/precedence.h"

namespace dvt::sql {

/// How an unquoted identifier is stored, and how names are compared.
enum class Folding : uint8_t {
  kLower,  ///< unquoted names fold to lower case; quoted ones are exact
  kUpper,
  kInsensitive,  ///< stored as written, compared ignoring case, quoted or not
  kSensitive,    ///< as written, compared exactly (MySQL tables on Linux)
};

/// One row of a type table. The first row whose spelling matches reads a name; the first whose kind matches writes one.
struct TypeSpec {
  std::string_view name;  ///< upper case, words separated by one blank
  columnar::TypeKind kind;
  uint8_t parameters = 0;         ///< most parameters it takes: (length) or (precision, scale)
  uint8_t default_precision = 0;  ///< decimals and times without parameters
  uint8_t default_scale = 0;
  bool fixed = false;
  bool read_only = false;  ///< never written: an alias of another name
  /// The neutral dialect's name of the type, by which it is found in other dialects before its kind is asked; empty: the same name.
  std::string_view neutral = {};
  /// How it is written where case matters ("Int64"); empty: as `name`.
  std::string_view spelling = {};

  std::string_view written() const { return spelling.empty() ? name : spelling; }
};

/// How a function's result type follows from its arguments.
enum class TypeRule : uint8_t {
  kUnknown,
  kFirst,
  kSecond,
  kCommon,
  kBool,
  kInt32,
  kInt64,
  kFloat64,
  kString,
  kBinary,
  kDate,
  kTime,
  kTimestamp,
  kTimestampTz,
  kInterval,
  kJson,
  kUuid,
  kList,
  kSum,
  kAvg,
  kRound,
  kElement,
  kDecimalOfFirst,
};

/// What a function is, beyond its name.
enum FunctionFlag : uint8_t {
  kPure = 0,
  kAggregate = 1,
  kWindowOnly = 2,
  kVolatile = 4,
  kTableValued = 8,
  kNoParentheses = 16,
  kStable = 32,       ///< fixed within a statement (NOW)
  kTextCompare = 64,  ///< its result depends on how text is compared (MIN of strings, NULLIF, REPLACE …)
  kSession = 128,     ///< depends on user, database or settings
};

/// One spelling of a function in a dialect; without a name it is only written. Spellings of equal `concept` mean exactly the same, for every argument that their
/// signature admits; what differs has another concept, and a rewrite or a note between them.
struct FunctionSpec {
  std::string_view name;      ///< upper case
  std::string_view concept_;  ///< meaning, lower case; shared by all dialects
  int8_t min_args = 0;
  int8_t max_args = 0;  ///< -1: any number
  TypeRule type = TypeRule::kUnknown;
  uint8_t flags = kPure;
  bool read_only = false;  ///< an alias that is never written
  /// Spellings of one family do the same in the common case, though not for every argument: written where no spelling of the concept
  /// exists, with a note. Empty: the concept is its own family.
  std::string_view family = {};
  /// How the call's arguments ARG1, ARG2 … become the concept's own: "ARG2, ARG1", "ARG3, ARG2, UNIT(ARG1)"; the word ARGS stands for all
  /// from the highest named one on. With a leading '=': an expression of this dialect that the call stands for. Empty: as they are.
  std::string_view read = {};
  /// How this dialect says the concept over its arguments, any expression: "CAST(ARG1 AS DATE)", "DATEADD(ARG3, ARG2, ARG1)". A unit may stand
  /// as a word, in a string 'ARG3' and behind INTERVAL or EXTRACT(. Empty: a call of `name`.
  std::string_view write = {};
  /// Which calls of `name` the row reads, and which canonical arguments it writes; the first row whose condition holds is taken. Terms joined by
  /// ';', each "ARG2=DAY|WEEK" or "ARG2!=…" (the word of a unit, or the text of a string) or "ARG1:string" or "ARG1!:…" (the shape of the
  /// argument: string, number, interval, null, cast, date, timestamp, time, or missing). Empty: all.
  std::string_view when_read = {};
  std::string_view when_write = {};

  std::string_view family_name() const { return family.empty() ? concept_ : family; }
};

/// The texts of a row, by name.
struct FunctionForms {
  std::string_view read = {};
  std::string_view when_read = {};
  std::string_view write = {};
  std::string_view when_write = {};
  std::string_view family = {};
};

/// A spelling that is read and written.
constexpr FunctionSpec Spelled(std::string_view name, std::string_view concept_, int8_t min_args, int8_t max_args, TypeRule type,
                               const FunctionForms& forms, uint8_t flags = kPure) {
  return {name,       concept_,    min_args,        max_args,        type, flags, false, forms.family,
          forms.read, forms.write, forms.when_read, forms.when_write};
}

/// A spelling that is only read: the concept is written otherwise.
constexpr FunctionSpec Read(std::string_view name, std::string_view concept_, int8_t min_args, int8_t max_args, TypeRule type,
                            const FunctionForms& forms, uint8_t flags = kPure) {
  return {name, concept_, min_args, max_args, type, flags, true, forms.family, forms.read, {}, forms.when_read, {}};
}

/// A row without a spelling of its own: how a dialect says `concept_` as `text`, where `when` (a `when_write`) holds.
constexpr FunctionSpec Written(std::string_view concept_, int8_t min_args, int8_t max_args, TypeRule type, std::string_view text,
                               std::string_view when = {}, std::string_view family = {}) {
  return {.concept_ = concept_,
          .min_args = min_args,
          .max_args = max_args,
          .type = type,
          .family = family,
          .write = text,
          .when_write = when};
}

/// One dialect, as data. All are constexpr and live for ever. Children inherit what they leave empty (tables: child first, then parent).
struct Dialect {
  std::string_view name;
  const Dialect* parent = nullptr;
  std::span<const std::string_view> aliases;
  char quote = '"';                   ///< identifiers are written between this, doubled inside
  Folding folding = Folding::kLower;  ///< of columns and aliases
  Folding table_folding = Folding::kLower;
  FeatureSet features;
  std::span<const std::string_view> reserved;  ///< upper case, sorted: must be quoted as any identifier
  std::span<const FunctionSpec> functions;
  std::span<const TypeSpec> types;
  const Precedence* precedence = nullptr;
  std::string_view default_schema;  ///< "public", "main", …
  std::string_view unlimited_text = "TEXT";
  NestedForms nested = {};
  std::string_view time_format = {};  ///< the alphabet of its time formats (time_formats.h); empty: strftime's

  /// What only some systems or versions of the dialect have: concepts with their number of arguments, and clauses.
  std::span<const std::string_view> not_everywhere = {};

  bool Has(Feature f) const { return features.Has(f); }
};

/// The dialect of that name or alias (ignoring case), or nullptr.
const Dialect* FindDialect(std::string_view name);
/// All dialects' own names.
std::vector<std::string> DialectNames();

/// The identifier in this dialect's quotes, always.
std::string QuoteIdentifier(const Dialect& dialect, std::string_view identifier);
/// Quoted only where an unquoted spelling would be read differently: keywords, folding, odd characters.
std::string QuoteIdentifierIfNeeded(const Dialect& dialect, std::string_view identifier);
/// A string literal of that value.
std::string QuoteString(const Dialect& dialect, std::string_view value);
/// How an identifier is stored: folded if unquoted, exact if quoted.
std::string FoldIdentifier(const Dialect& dialect, std::string_view identifier, bool quoted);
/// Whether two stored (folded) names denote the same column or alias.
bool SameName(const Dialect& dialect, std::string_view a, std::string_view b);
/// `word` in any case.
bool IsReserved(const Dialect& dialect, std::string_view word);

/// The neutral type of a type as written ("numeric(15,2)", "varchar(10)[]", "struct(a int)"). kType if it cannot be read; a name that the
/// dialect does not know gives kUnknown inside the result's kind.
Result<columnar::DataType> ParseTypeName(const Dialect& dialect, std::string_view text);
/// How this dialect writes a neutral type in DDL and casts. kType if it has no home there.
Result<std::string> RenderTypeName(const Dialect& dialect, const columnar::DataType& type);

/// The function of that name (any case) taking `args` arguments (-1: any), or nullptr.
const FunctionSpec* FindFunction(const Dialect& dialect, std::string_view name, int args = -1);
/// All functions of that name taking `args` arguments, best first.
std::vector<const FunctionSpec*> FindFunctions(const Dialect& dialect, std::string_view name, int args = -1);
/// All spellings of a concept (or of its family) that are written, best first.
std::vector<const FunctionSpec*> FindConcepts(const Dialect& dialect, std::string_view concept_name, int args = -1);
std::vector<const FunctionSpec*> FindFamilies(const Dialect& dialect, std::string_view family, int args = -1);
/// How this dialect spells a concept, or nullptr.
const FunctionSpec* FindConcept(const Dialect& dialect, std::string_view concept_name, int args = -1);
/// How this dialect spells a family's nearest member, or nullptr.
const FunctionSpec* FindFamily(const Dialect& dialect, std::string_view family, int args = -1);
/// The type of that name (upper case), or nullptr.
const TypeSpec* FindType(const Dialect& dialect, std::string_view name);
/// The type of that neutral name that is written, or nullptr.
const TypeSpec* FindNeutralType(const Dialect& dialect, std::string_view neutral);

#define DVT_DIALECT(function) const Dialect& function();
#include "dvt/sql/dialects/all_dialects.inc"
#undef DVT_DIALECT

}  // namespace dvt::sql
