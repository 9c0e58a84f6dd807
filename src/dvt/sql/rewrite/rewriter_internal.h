#pragma once

#include <optional>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "dvt/sql/parse/parser.h"
#include "dvt/sql/rewrite/transpile.h"

namespace dvt::sql {

/// Whether a text is a value of the type wherever texts are converted to it, with nothing to round or to ignore.
bool IsPlainValue(std::string_view text, const columnar::DataType& type);

/// Rewrites one tree top-down from a dialect into another. What it cannot keep exactly it notes; an unknown function is
/// unsupported.
class Rewriter {
 public:
  Rewriter(Arena& arena, const Dialect& from, const Dialect& to, const ColumnTypes& types, std::vector<TranspileNote>& notes,
           std::string_view source, bool normalize = false, bool customary = false)
      : arena_(arena),
        from_(from),
        to_(to),
        types_(types),
        notes_(notes),
        places_(source),
        has_source_(!source.empty()),
        normalize_(normalize),
        customary_(customary) {}

  void Run(Node*& slot);
  Verdict verdict() const { return verdict_; }

 private:
  void Walk(Node*& slot);
  Node* Visit(Node* node);
  Node* Query(Node* node);
  Node* TableOrJoin(Node* node);
  Node* Statement(Node* node);
  Node* NestedValue(Node* node);
  Node* Value(Node* node);
  /// What is still in the tree though the target has no such thing (rewrite_unsayable.cc).
  void Unsayable(const Node* root);
  void UnsayableCall(const Node* call);
  void UnsayableTable(const Node* table);
  void UnsayableAction(const Node* action);
  // One form of several spellings (rewrite_canonical.cc).
  Node* Canonical(Node* node);
  Node* CanonicalTest(Node* node);
  Node* CanonicalIn(Node* node);
  Node* CanonicalExtract(Node* node);
  Node* CanonicalPosition(Node* node);
  Node* CanonicalQuery(Node* node);
  Node* NotInFront(Node* node);
  Node* OneInterval(Node* node);
  Node* WithoutTruthTest(Node* node);
  void DistinctRow(Node* call);
  void Counter(Node* column);
  void NavigateUnnest(Node* table, Node* root);
  Node* CanonicalOperator(Node* node);
  Node* AnyAsExists(Node* node);
  Node* CanonicalCall(Node* node);
  Node* JoinedTexts(Node* node);
  Node* SeparatedTexts(Node* node);
  void AlterForTarget(Node* alter);
  Node* ExtractedField(Node* node);
  Node* JsonPath(Node* key);
  Node* SelectFromValues(Node* values);
  /// Marks a node that already belongs to the target: its children are walked, it is not.
  Node* Made(Node* node) {
    made_.insert(node);
    return node;
  }
  // What is exact beyond the customary text (exact_form.cc, exact_texts.cc …); nullptr: nothing better is known.
  Node* Exactly(Node* node);
  Node* ByExactForm(Node* node);
  Node* ExactDates(Node* node);
  Node* ExactTexts(Node* node);
  Node* ExactPatterns(Node* node);
  Node* ExactNumbers(Node* node);
  Node* ExactJson(Node* node);
  Node* FoldedComparison(Node* node);
  Node* FoldedFunction(Node* node);
  Node* FoldedPosition(Node* needle, Node* text, Node* start, const Node* source);
  Node* DistinctCount(Node* node, std::span<Node* const> args);
  void FoldedCase(Node* node);
  Node* TextKey(Node* node);
  bool IsPlainText(const Node* node) const;
  Node* CaselessPatterns(Node* node);
  Node* PosixPatterns(Node* node);
  Node* PosixFunction(Node* node, bool first);
  void FindResults(const Node* query);
  Node* ExactQuotient(Node* node);
  Node* UnsignedBits(Node* node);
  Node* ExactCall(Node* node);
  Node* LeadingNumber(Node* node);
  Node* ConvertedNumber(Node* node);
  Node* PlacedJson(Node* node);
  Node* JsonByParts(Node* node);
  Node* JsonContains(Node* node);
  Node* FormattedText(Node* node);
  Node* PaddedText(Node* node);
  Node* ExactStep(Node* node);
  Node* ExactMonths(Node* node);
  Node* ZoneStep(Node* node);
  Node* ExactFormat(Node* node);
  Node* MovedMoment(Node* value, Node* number, std::string_view unit, bool back, const Node* source);
  /// A text of the target over ARG1 …, which stand for source nodes.
  Node* Compose(const std::string& text, std::initializer_list<Node*> args, const Node* source);
  Node* Compose(const Node* shape, std::span<Node* const> args, const Node* source);
  const Node* ComposeShape(const std::string& text);
  /// Collations, time zone and modes are those of a fresh server, and the same session runs the translation: asked of texts for people,
  /// not of plans, where the server's own settings count.
  bool default_settings() const { return normalize_ && !customary_; }
  /// Marks a node that belongs to the target with all below it.
  Node* Settled(Node* node);
  /// Whether texts sort otherwise on the two sides: PostgreSQL's fresh databases sort by bytes.
  bool TextOrdersDiffer() const {
    return CollationsDiffer() ||
           (!default_settings() && from_.Has(Feature::kLocaleTextOrder) != to_.Has(Feature::kLocaleTextOrder));
  }
  bool FoldsTexts() const { return default_settings() && from_.Has(Feature::kCaseInsensitiveText) && HasExactForms(); }
  /// Whether what goes beyond the customary text is known for the two dialects.
  bool HasExactForms() const;
  bool CollationsDiffer() const { return from_.Has(Feature::kCaseInsensitiveText) || to_.Has(Feature::kCaseInsensitiveText); }
  // Arithmetic (rewrite_arithmetic.cc).
  Node* Binary(Node* node);
  Node* NullSafeComparison(Node* node);
  Node* ExclusiveOr(Node* node);
  Node* Power(Node* node);
  Node* Division(Node* node);
  Node* IntegerDivision(Node* node);
  Node* Modulo(Node* node);
  Node* Sum(Node* node);
  Node* DateArithmetic(Node* node, columnar::TypeKind left, columnar::TypeKind right);
  Node* Bits(Node* node);
  Node* ShiftCall(Node* node);
  void Operands(Node* node);
  Node* AsFloat(Node* node);
  Node* Interval(Node* node);
  // Comparisons and patterns (rewrite_comparison.cc).
  Node* Comparison(Node* node);
  void TextAgainstValue(const Node* node);
  Node* RowComparison(Node* node);
  Node* Between(Node* node);
  Node* In(Node* node);
  Node* Like(Node* node);
  Node* CustomaryLike(Node* node);
  Node* Regex(Node* node);
  void Truth(Node*& slot);
  Node* Concatenation(Node* node);
  // Literals, casts, fields (rewrite_operators.cc, rewrite_casts.cc).
  void Definition(Node* node);
  void TrimNotes(const Node* node);
  Node* Position(Node* node);
  Node* OwnPhrase(Node* node);
  Node* ExactCast(Node* node, const columnar::DataType& type, const std::string& name);
  Node* Cast(Node* node);
  Node* CustomaryCast(Node* node);
  Node* JsonCast(Node* node);
  void DescribedTable(Node* command);
  Node* TruthTest(Node* node);
  Node* CallOf(Node* node, std::string_view concept_name, std::initializer_list<Node*> args);
  Node* TabledCast(Node* node);
  void CastValue(const Node* node, const columnar::DataType& type, const columnar::DataType& source);
  Node* String(Node* node);
  Node* PlainText(Node* node);
  bool NumberOfDigits(Node* node);
  Node* Extract(Node* node);
  // Clauses (rewrite_query.cc).
  void Order(Node* list, const Node* query);
  Node* NullsKey(Node* item, const Node* query, std::optional<int64_t> ordinal);
  void Select(Node* select);
  void SemiJoins(Node* select);
  void SetOperation(Node* node);
  void Table(Node* node);
  void Star(const Node* select, const Node* star);
  void TableSample(Node* table);
  void Join(Node* node);
  void BareJoin(Node* join);
  void Limit(Node* query);
  bool TiesByRank(Node* query);
  void OrderByKey(Node* item, const Node* query);
  void Window(Node* node);
  void NamedValues(Node* table);
  void WrapBranches(Node* set);
  void AliasesInConditions(const Node* select);
  void TextKeys(const Node* list, std::string_view what);
  // Rows of arrays (rewrite_lateral.cc).
  Node* JoinOfView(Node* join);
  Node* ViewOfJoin(Node* join);
  Node* LateralQuery(Node* select);
  // Calls that give rows, samples, parameters (rewrite_rows.cc).
  void ExplodedItems(Node* select);
  void JoinedUnnest(Node* select);
  void SampledRows(Node* select);
  void Parameter(Node* parameter);
  void Command(Node* command);
  // Rows of arrays in a select list (rewrite_explode.cc).
  void ArraysAsJoins(Node* select);
  struct Exploded;
  std::vector<Exploded> ExplodedCalls(Node* select) const;
  Exploded NameExploded(Node* select, std::span<Exploded> found) const;
  Node* ExplodedColumn(const Exploded& rows, const std::string& name, bool quoted);
  Node* ExplodedTable(Node* array, const Exploded& rows);
  Node* ExplodedPart(std::string_view meaning, const std::vector<Node*>& args);
  Node* ExplodedCondition(const Exploded& each, const Exploded& places);
  void ReplaceExploded(const Exploded& each, const Exploded& places);
  void CrossJoinTables(Node* select, std::span<Node* const> tables);
  // Functions (rewrite_functions.cc, rewrite_aggregates.cc).
  Node* Function(Node* node);
  void CallClauses(Node* node);
  Node* UnknownFunction(Node* node);
  Node* KnownFunction(Node* node, const FunctionSpec& spec);
  Node* TargetFunction(Node* node, const FunctionSpec& spec);
  void FunctionNotes(const Node* node, const FunctionSpec& spec);
  bool MayLack(std::string_view what, int arguments) const;
  static bool IsDefaultOfLag(const FunctionSpec& spec, std::span<Node* const> args);
  Node* Special(Node* node, const FunctionSpec& spec);
  Node* Near(Node* node, const FunctionSpec& spec, const FunctionSpec* near, std::span<Node* const> args);
  Node* Dates(Node* node, std::string_view meaning);
  Node* DatePart(const Node* node, std::string_view meaning, bool stamp);
  Node* DatePartByName(const Node* args, bool word);
  Node* DateStep(const Node* args, Op sign);
  Node* DaysBetween(const Node* args);
  Node* Texts(Node* node, std::string_view meaning);
  Node* ConcatOrNull(const Node* args);
  Node* ConcatWithoutNulls(Node* node);
  Node* Padding(Node* node, std::string_view side);
  Node* RegexReplace(const Node* args);
  Node* Numbers(Node* node, std::string_view meaning);
  Node* TruthExtreme(Node* node, std::string_view meaning);
  Node* Aggregate(Node* node, std::string_view meaning);
  Node* Substring(Node* node, std::string_view target);
  Node* Conversion(Node* node);
  Node* DottedPart(Node* node, bool from_right);
  Node* Rename(Node* node, std::string_view concept_name);
  void ListedTexts(Node* call);
  // Forms of calls (rewrite_calls.cc).
  void PlainArguments(Node* call);
  void ParametersBehind(Node* call);
  void ValueWindow(Node* call);
  Node* FoldFilter(Node* call);
  Node* PlaceOrder(Node* call);
  void TableCall(Node* table);
  void PivotNames(Node* pivot);
  // By the function tables' templates (rewrite_by_table.cc).
  const FunctionSpec* SpecOf(const Node* node) const;
  const FunctionSpec* TargetOf(const FunctionSpec& spec, std::span<Node* const> args, bool& exact) const;
  bool CanonicalArguments(const Node* node, const FunctionSpec& spec, std::vector<Node*>& args);
  Node* Call(Node* node, const FunctionSpec& to, std::span<Node* const> args);
  Node* WithTail(Node* call, Node* made);
  Node* Preferred(Node* node);
  Node* Normalize(Node* node);
  Node* LimitedCast(Node* cast);
  // Paths into JSON (rewrite_json.cc).
  bool PathOfKeys(std::vector<Node*>& args, bool places);
  std::vector<Node*> PathArguments(const FunctionSpec& to, std::span<Node* const> args);
  Node* JsonOperator(Node* node);
  void TypeName(Node* type);
  bool UnboundedType(Node* type);
  void DefaultPrecision(Node* type, const TypeSpec& spec);
  const TypeSpec* TargetType(const Node* type, const TypeSpec& spec, bool known) const;
  const TypeSpec* LengthType(const Node* type, const TypeSpec* target) const;
  void TypeParameters(Node* type, const TypeSpec& spec, const TypeSpec* target);
  void Nullability(Node* type);
  // Arrays, structures and the tables made of them (rewrite_arrays.cc).
  void ArrayTables(Node* root);
  // Rows of arrays by FLATTEN (rewrite_flatten.cc).
  bool FlattenRows(Node* table);
  Node* FlattenCall(Node* value);
  Node* InFlattened(Node* in);
  void QuotedPaths(Node* root);
  void StructRows(Node* select);
  Node* InRows(Node* in);
  void ItemFields(Node* select);
  Node* FieldOf(Node* base, const Node* column, uint32_t from);
  Node* ReadUnnest(Node* table);
  void WriteUnnest(Node* table, Node* root);
  Node* Structure(Node* node);
  Node* NamedRow(Node* row, std::span<Node* const> names);
  Node* NamedFields(Node* node);
  Node* AggregatedArray(Node* call);
  void ItemsInStep(Node* select);
  void ReadInStep(Node* select, Node* series, std::span<Node* const> lengths, std::span<Node* const> tables,
                  std::span<Node* const> conditions);
  Node* RowsCall(Node* item) const;
  Node* Said(std::string_view text, std::span<Node* const> args);
  Node* Subscript(Node* node);
  Node* Filtered(Node* call);
  void CteColumns(Node* cte);
  void PlainOrders(Node* root);
  void HexCase(Node*& root);
  Node* ValuesAsUnnest(Node* table);
  // Keys and casts as BigQuery wants them (rewrite_arrays.cc).
  void AliasKeys(Node* select);
  void BareCast(Node* cast);
  void UnboundText(Node* type);

  // NULLs of aggregates and arrays (rewrite_null_treatment.cc); definitions and literals of fewer forms (rewrite_definitions.cc).
  Node* NullTreatment(Node* call);
  Node* InArray(Node* in);
  Node* PatternList(Node* like);
  void PlainDefinition(Node* node);
  bool PlainRoutine(Node* create);
  void LikeInside(Node* create);
  void AlterActions(const Node* alter);
  void ColumnsAddedInTurn(Node* alter);
  void DecimalNumber(Node* number);
  void WideDecimal(Node* type, const TypeSpec& target);

  columnar::DataType TypeOf(const Node* node) const;
  bool IsText(const Node* node) const;
  void Note(Verdict verdict, const Node* node, std::string construct, std::string message);
  void Unsupported(const Node* node, std::string_view construct);

  Arena& arena_;
  const Dialect& from_;
  const Dialect& to_;
  const ColumnTypes& types_;
  std::vector<TranspileNote>& notes_;
  PlaceIndex places_;
  bool has_source_;
  Verdict verdict_ = Verdict::kExact;
  bool normalize_ = false;                       ///< the text is for people: preferred spellings, upper-case function names
  std::unordered_set<const Node*> plain_types_;  ///< written without Nullable
  bool assigns_ = false;                         ///< the statement has assignments: not every = compares
  int unnested_ = 0;                             ///< tables that got a name
  bool customary_ = false;  ///< differences are only noted: the customary text is written, even where a longer one would be exact
  std::unordered_set<const Node*> made_;
  std::unordered_set<const Node*> settled_;
  std::unordered_set<const Node*> table_calls_;  ///< calls in the place of a table
  int views_ = 0;                                ///< how many queries in place of lateral views had to be named
  std::unordered_set<const Node*> results_;      ///< expressions that are output columns of the whole query
};

bool IsNumber(const Node* node, int64_t* value);  ///< a whole number literal
bool IsNonZeroNumber(const Node* node);           ///< a number literal other than zero
/// Whether a regular expression means the same in PostgreSQL and RE2; for replacing, also which match is taken.
bool IsPortableRegex(std::string_view pattern, bool replacing);

}  // namespace dvt::sql
