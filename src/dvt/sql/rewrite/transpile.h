#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "dvt/base/result/diagnostics.h"
#include "dvt/base/result/result.h"
#include "dvt/columnar/types/data_type.h"
#include "dvt/sql/ast/node.h"
#include "dvt/sql/dialects/dialect.h"
#include "dvt/sql/fwd.h"
#include "dvt/sql/print/printer.h"

namespace dvt::sql {

/// How faithful a translation is, best first.
enum class Verdict : uint8_t {
  kExact,            ///< the same meaning for all values
  kExactGivenTypes,  ///< the same meaning because the operands' types are known
  kDifferent,        ///< may differ; the note says when (DVT003)
  kJsonDifferent,    ///< JSON is handled differently (DVT004)
  kUnsupported,      ///< cannot be expressed (DVT006)
};
std::string_view VerdictName(Verdict verdict);
/// "DVT003", "DVT004", "DVT006", or "" for the exact ones.
std::string_view VerdictCode(Verdict verdict);

/// One construct whose translation is worth a word.
struct TranspileNote {
  Verdict verdict = Verdict::kExact;
  std::string construct;  ///< "integer division", "ILIKE", "function GROUP_CONCAT"
  std::string message;    ///< when and how the results differ, or what is missing
  Place place;            ///< in the source text
};

struct Transpiled {
  std::string sql;
  std::vector<TranspileNote> notes;
  Verdict verdict = Verdict::kExact;  ///< the worst of the notes
};

/// The type of a column node, kUnknown where not known. Called for kColumn nodes only.
using ColumnTypes = std::function<columnar::DataType(const Node& column)>;

struct TranspileOptions {
  PrintOptions print;
  std::string file;
  SchemaProvider* schema = nullptr;    ///< gives column types; without it verdicts are more cautious
  bool fail_on_unsupported = false;    ///< kUnsupported becomes an error instead of a note
  bool fail_on_difference = false;     ///< so do kDifferent and kJsonDifferent
  Diagnostics* diagnostics = nullptr;  ///< gets every syntax error (see ParseOptions)
  bool normalize = false;              ///< same dialect: functions and types are written in their preferred spelling
};

/// Statements read in `from`, written in `to`. Errors: kSyntax, and kUnsupported if asked for. Never different without a note.
Result<Transpiled> Transpile(std::string_view sql, const Dialect& from, const Dialect& to, const TranspileOptions& options = {});

/// Rewrites a tree (a whole statement, a query or an expression) from one dialect to another, in place where it can; `slot` may be replaced.
/// New nodes go into `arena`. Appends what deserves a note, and returns the worst verdict.
Verdict TranspileTree(Arena& arena, Node*& slot, const Dialect& from, const Dialect& to, const ColumnTypes& types,
                      std::vector<TranspileNote>& notes, std::string_view source = {});

/// Whether `expression`, read in `from`, can be written in `to` with the same meaning. Never optimistic: an unknown function, or a
/// text comparison under another collation, is not expressible. `reason` (may be null) says why not. The tree is not changed.
Verdict CanExpress(const Node* expression, const Dialect& from, const Dialect& to, const ColumnTypes& types, std::string* reason);

}  // namespace dvt::sql
