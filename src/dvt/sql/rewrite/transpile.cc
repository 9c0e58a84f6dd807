#include "dvt/sql/rewrite/transpile.h"

#include "dvt/sql/analyze/scope.h"
#include "dvt/sql/parse/parser.h"
#include "dvt/sql/rewrite/rewriter_internal.h"

namespace dvt::sql {

std::string_view VerdictName(Verdict verdict) {
  switch (verdict) {
    case Verdict::kExact: return "exact";
    case Verdict::kExactGivenTypes: return "exact given types";
    case Verdict::kDifferent: return "different";
    case Verdict::kJsonDifferent: return "json different";
    case Verdict::kUnsupported: return "unsupported";
  }
  return "";
}

std::string_view VerdictCode(Verdict verdict) {
  switch (verdict) {
    case Verdict::kDifferent: return "DVT003";
    case Verdict::kJsonDifferent: return "DVT004";
    case Verdict::kUnsupported: return "DVT006";
    default: return "";
  }
}

Verdict TranspileTree(Arena& arena, Node*& slot, const Dialect& from, const Dialect& to, const ColumnTypes& types,
                      std::vector<TranspileNote>& notes, std::string_view source) {
  if (&from == &to || slot == nullptr) return Verdict::kExact;
  Rewriter rewriter(arena, from, to, types, notes, source);
  rewriter.Run(slot);
  return rewriter.verdict();
}

Result<Transpiled> Transpile(std::string_view sql, const Dialect& from, const Dialect& to, const TranspileOptions& options) {
  DVT_ASSIGN(Ast ast, ParseAny(sql, from, {.file = options.file, .diagnostics = options.diagnostics}));
  Transpiled out;
  for (Node*& statement : ast.statements) {
    ColumnTypes types;
    std::optional<Analysis> analysis;
    if (options.schema != nullptr && statement->IsQuery()) {
      AnalyzeOptions analyze;
      analyze.strict = false;
      analyze.file = options.file;
      analyze.source = ast.source;
      DVT_ASSIGN(analysis, Analyze(statement, from, options.schema, analyze));
      types = analysis->column_types();
    }
    if (&from != &to || options.normalize) {
      Rewriter rewriter(ast.arena, from, to, types, out.notes, ast.source, options.normalize,
                        options.normalize && !options.fail_on_difference);
      rewriter.Run(statement);
      out.verdict = std::max(out.verdict, rewriter.verdict());
    }
    out.sql += (out.sql.empty() ? "" : options.print.pretty ? ";\n" : "; ") + Print(statement, to, options.print);
  }
  for (const auto& note : out.notes) {
    const bool fails = note.verdict == Verdict::kUnsupported ? options.fail_on_unsupported
                                                             : note.verdict >= Verdict::kDifferent && options.fail_on_difference;
    if (fails) return Error(ErrorCode::kUnsupported, note.construct + ": " + note.message).At(note.place);
  }
  return out;
}

Verdict CanExpress(const Node* expression, const Dialect& from, const Dialect& to, const ColumnTypes& types,
                   std::string* reason) {
  Arena arena;
  std::vector<TranspileNote> notes;
  // The clone loses the bindings of its columns: types are asked of the originals, node by node in the same order.
  Node* copy = Clone(arena, expression);
  std::unordered_map<const Node*, const Node*> origin;
  std::vector<const Node*> originals, copies;
  Visit(expression, [&](const Node* node) {
    originals.push_back(node);
    return true;
  });
  Visit(copy, [&](const Node* node) {
    copies.push_back(node);
    return true;
  });
  for (size_t i = 0; i < copies.size() && i < originals.size(); ++i) origin[copies[i]] = originals[i];
  const ColumnTypes through = [&](const Node& column) {
    const auto found = origin.find(&column);
    return found == origin.end() || !types ? columnar::DataType() : types(*found->second);
  };
  const Verdict verdict = TranspileTree(arena, copy, from, to, through, notes);
  if (reason != nullptr && !notes.empty()) *reason = notes.front().construct + ": " + notes.front().message;
  return verdict;
}

}  // namespace dvt::sql
