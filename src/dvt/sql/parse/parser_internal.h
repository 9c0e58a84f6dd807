#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "dvt/sql/ast/node.h"
#include "dvt/sql/dialects/dialect.h"
#include "dvt/sql/lex/lexer.h"
#include "dvt/sql/parse/parse_failure.h"
#include "dvt/sql/parse/parser.h"
#include "dvt/sql/parse/tree_builder.h"

namespace dvt::sql {

/// Recursive descent over the tokens of one text; expressions by precedence climbing. Looks ahead instead of trying and throwing.
class Parser : public TreeBuilder {
 public:
  Parser(Ast& ast, const Dialect& dialect, std::vector<Token> tokens, const ParseOptions& options)
      : TreeBuilder(ast, dialect, std::move(tokens)), options_(options) {
    if (options.comments) AttachComments();
  }

  Node* Statement();
  Node* Query();  ///< with WITH, set operations, ORDER BY, LIMIT
  Node* Expression(int power = 0);
  Node* TopExpression();  ///< an expression that is all of a text, perhaps with an alias
  bool AtQuery() const { return QueryAhead(0); }
  bool AtStatement() const;
  [[noreturn]] void Unexpected(std::string_view expected);
  /// Notes a failure, unless it only follows from an earlier one; false once there is no room for more.
  bool Report(const ParseFailure& failure);
  /// Behind a failure in the statement that began at `start`: to the next one. False at the end of the text.
  bool SkipStatement(size_t start);
  bool failed() const { return !failures_.empty(); }
  const std::vector<ParseFailure>& failures() const { return failures_; }

 private:
  static constexpr std::ptrdiff_t kMostStack = 4 << 20;  ///< bytes; a thread has eight million of them
  struct Depth {
    explicit Depth(Parser& p) : p(p) {
      const auto used = p.stack_base_ - static_cast<const char*>(__builtin_frame_address(0));
      if (++p.depth_ > p.options_.max_depth || used > kMostStack || used < -kMostStack) p.TooDeep();
    }
    ~Depth() { --p.depth_; }
    Parser& p;
  };

  // Tokens.
  void Expect(Kw kw, std::string_view text);
  void ExpectSymbol(std::string_view s);
  [[noreturn]] void Fail(std::string message);
  [[noreturn]] void Refuse(std::string message);
  void CheckRoutineClause();
  void CheckStage(size_t start);
  void CheckBalance(size_t start);
  void CheckEnd(size_t start);
  bool IsIncomplete(const ParseFailure& failure) const;
  [[noreturn]] void TooDeep();
  void AttachComments();
  std::string Suggestion() const;
  bool RecoverInClause(const ParseFailure& failure, size_t start);
  /// Reads one clause; behind an error in it reading goes on with the next clause, if errors are collected.
  template <class Read>
  void Clause(Read read) {
    const size_t start = at_;
    try {
      read();
    } catch (const ParseFailure& failure) {
      if (!RecoverInClause(failure, start)) throw;
    }
  }
  std::string_view RawUntilStatementEnd(uint32_t begin);
  void SkipBalanced();
  void TakeComments(Node* node, size_t from_token);
  const Comment* CommentsSince(size_t from, bool before);
  void AddComments(Node* node, const Comment* comments);

  // Names.
  bool NameAhead(size_t n = 0) const;  ///< a quoted name or a word that is not structural
  bool IsImplicitAlias(bool table) const;
  bool AliasKeyword(bool table) const;
  Node* Identifier(std::string_view expected);
  Node* AnyWord(std::string_view expected);  ///< also reserved words: after a dot or AS
  Node* DottedName();
  Node* UsingColumns();  ///< ( a, t.b ): the columns only
  Node* NameList();      ///< ( a, b )

  // Queries.
  bool QueryAhead(size_t n) const;
  Node* With();
  Node* Cte();
  Node* SetExpression(int power);
  Node* QueryPrimary();
  Node* Select();
  void SelectTail(Node* select);
  void QueryTail(Node* query);
  void OrderClause(Node* query, bool siblings);
  void LimitClause(Node* query);
  void FetchClause(Node* query);
  Node* Lock();
  Node* SelectItems();
  Node* SelectItem(bool alone = false);
  Node* FromList();
  Node* GroupBy();
  Node* GroupItem();
  Node* OrderList();
  Node* OrderItem();
  void OrderWords(Node* item);  ///< ASC, DESC, NULLS FIRST …
  Node* NamedWindows();
  Node* ValuesRows();
  Node* Subquery();
  bool TailAhead() const;
  Node* Top();
  void SelectModifiers(Node* select);
  Node* Into();
  Node* Connect();
  bool ClauseWordAhead(bool table) const;
  bool PartitionAhead() const;
  void Partition(Node* table);
  // Hints (parse_hints.cc).
  Node* OptimizerHint();
  Node* RawItems();
  bool TableHintsAhead() const;
  void TableHints(Node* table);
  bool QueryOptionsAhead() const;
  Node* QueryOptions();
  void CheckQueryHint(size_t n);
  Node* ForXml();
  bool TailClause(Node* query);
  // BigQuery's own syntax (parse_warehouse.cc).
  Node* TablePart();
  Node* DigitName();
  void InformationSchema(Node* table);
  void UnnestOffset(Node* table);
  Node* CrossJoined(Node* left, Node* right);
  bool SidesAhead() const;
  std::string_view JsonTest();
  bool OptionsAhead() const;
  Node* Options();
  Node* Export();
  size_t BlockEnd(size_t n) const;
  Node* RoutineBlock();
  bool DescAhead() const;
  Node* Desc();
  std::string_view SetSides();
  void SetByName(Node* set);
  Node* ModelArgument();
  bool ModelArgumentAhead() const;
  Node* DeclareVariables();
  Node* ParsedByFormat(Node* cast);
  bool ScriptAhead() const;
  // Clauses of column stores (parse_clauses.cc).
  bool StoreClauseAhead(bool table) const;
  bool StrictJoinAhead() const;
  void StrictJoinHead(Node* join);
  Node* ArrayJoin(Node* join);
  Node* LimitBy(Node* limit, Node* offset);
  Node* WithFill();
  Node* Settings();
  void FinalAndSample(Node* table);
  Node* Ternary(Node* condition);
  Node* WordOperator();
  std::string_view PlainNumber(std::string_view text);
  Node* BraceParameter();
  Node* BraceMap();
  Node* EngineClause();
  Node* LifeAction();
  Node* DictionaryPart();
  Node* EngineColumnClause();
  Node* EngineConstraint();
  bool OpenActionAhead() const;
  Node* ScalarCte();
  // Pipe syntax (parse_pipe.cc).
  struct Pipe;
  Node* PipeOperators(Node* query, bool from_first);
  void PipeOperator(Pipe& pipe);
  void PipeStep(Pipe& pipe, Node* name = nullptr);
  void PipeSelectable(Pipe& pipe);
  void PipeWhere(Pipe& pipe);
  void PipeLimit(Pipe& pipe);
  Node* PipeItem(Node* order);
  void PipeAggregate(Pipe& pipe);
  void PipeSet(Pipe& pipe);
  void PipeJoin(Pipe& pipe);
  Node*& PipeTable(Pipe& pipe);
  Node* SelectAll(Node* table);

  // Tables.
  Node* TableExpression();
  Node* Joins(Node* left);  ///< what is joined to a table
  Node* ApplyJoin(Node* left);
  void NestedJoin(Node* join);
  void JoinCondition(Node* join);
  Node* PrefixAliased();
  Node* StructuredValues(uint32_t begin);
  Node* NamedTable(uint32_t begin, bool applied);
  Node* TablePrimary(bool applied = false);
  Node* ParenthesisedTable();
  bool JoinHead(Node* join);
  Node* TableAlias(bool with_columns = true, bool plain = false);
  void TableSuffix(Node* table);
  Node* Sampled(Node* table);
  Node* Sample();
  Node* BucketSample(Node* sample);
  bool SampleAhead() const;
  bool PrefixAliasAhead() const;
  bool PivotStatementAhead(size_t n = 0) const;
  Node* PivotStatement();
  Node* PivotCommand();
  Node* SampleClause();
  void SampleSize(Node* sample);
  Node* StagedFile();
  bool StageCommandAhead() const;
  Node* StageCommand();
  Node* Show();
  Node* TimeTravel();
  bool TimeTravelAhead() const;
  Node* TravelPoint();
  Node* Pivots(Node* table);
  Node* Pivot(Node* table);
  Node* PivotField();
  Node* PivotValue();
  Node* UnpivotColumns();
  Node* MatchRecognize(Node* table);
  Node* SemanticView();
  // Expressions.
  Node* Prefix(int power);
  Node* Infix(Node* left, int power, bool& matched);
  Node* Predicate(Node* left, int power, bool& matched);
  Node* SpecialOperator(Node* left, int power);
  Node* IsTail(Node* left);
  Node* InTail(Node* left, bool negated);
  Node* Postfix(Node* value);
  Op BinaryOp(int* power) const;
  Op WordOp(Kw kw) const;
  Op PatternOp(Kw kw) const;
  Node* BetweenTail(Node* left, bool negated);
  Node* LikeTail(Node* left, Op op, bool negated);
  Node* Subscript(Node* value);
  Node* FieldAccess(Node* value);
  Node* Comparand(int power);
  Node* Primary();
  Node* WordPrimary();
  Node* BracePrimary();
  Node* Parenthesised();
  Node* StringLiteral();
  Node* SymbolPrimary();
  Node* OddWordPrimary();
  bool NameAfterAll() const;
  Node* Transformers(Node* value);
  Node* ApproximateCall();
  void ExcludeBehind(Node* select);
  bool ExcludeAhead() const;
  bool ExceptedAhead() const;
  bool OperandAhead() const;
  void BranchTail(Node* left);
  void OperandAlias(Node* operand);
  Node* Subcolumn(Node* value);
  bool SubcolumnAhead() const;
  void InsertModifier(Node* insert);
  Node* RowsFrom();
  Node* OddTable();
  Node* InsertColumns();
  void UnnestPlace(Node* table);
  Node* UnpivotedObject();
  Node* ColumnOrCall();
  Node* Call(Node* name);
  Node* MethodCall(Node* value, Node* function);
  Node* CallTail(Node* call);
  bool TakesCallClauses(const Node* call) const;
  Node* JsonArgument();
  Node* JsonFormat(Node* value);
  Node* CallTailClauses();
  void FromEnd(Node* call);
  bool InsertAllAhead() const;
  Node* InsertAll();
  Node* AsOf();
  Node* SystemTime();
  Node* Argument();
  Node* BareCall();
  bool HasRawArguments(const Node* call) const;
  void Arguments(Node* call);
  Node* Star(Node* qualifier);
  Node* Case();
  Node* CastCall(bool is_try);
  Node* ConvertCall();
  Node* ConvertToType();
  Node* Extract();
  Node* Substring();
  Node* Trim();
  Node* Position();
  Node* Overlay();
  Node* Interval();
  std::string_view IntervalUnit(bool required);
  Node* TypedLiteral();
  Node* WindowSpec();
  Node* Frame();
  Node* FrameBound();
  Node* ArrayElements(std::string_view close);
  Node* Braces();
  Node* ObjectStar();
  Node* ColonPath(Node* value);
  bool PathKey(std::string& path);
  Node* MatchAgainst(uint32_t begin);
  bool LambdaAhead() const;
  bool LambdaParameterTyped(size_t n) const;
  size_t BehindParenthesis(size_t n) const;  ///< the token behind the one that closes the n-th ahead
  bool SpreadAhead() const;                  ///< *COLUMNS(…)
  Node* Spread();
  Node* RawParenthesised();
  Node* StarPattern();
  Node* Comprehension(Node* value);
  Node* CopyFile();  ///< what stands up to the closing parenthesis, as written
  void JoinByType(Node* join);
  Node* Nearest();
  Node* Lambda();
  Node* ExpressionList();
  Node* Scope(Node* type);
  Node* ScopeCall();
  Node* RowColumns();
  Node* NextValue();
  // Reserved words (parse_reserved.cc).
  Node* ReservedPrimary();
  Node* WordedCall();
  bool IntervalAhead() const;
  Node* RowConstructor();
  Node* MapLiteral();
  Node* NiladicFunction();
  // Types.
  Node* TypeName();
  void TypeSuffix(Node* type);
  Node* Charset();
  bool TypeAhead() const;
  size_t BehindAngles(size_t n) const;
  bool TypedConstructorAhead() const;
  Node* TypedConstructor();
  void CloseType(std::string_view close);
  Node* TypeField();
  Node* TypeArgument();
  void TypeArguments(Node* type, std::string_view name);
  std::string TypeWords();
  void TypeTail(std::string& name, const Node* type);
  // Clauses of Hive's family (parse_hive_clauses.cc).
  bool InlineFunctionAhead() const;
  bool RoutineBlockAhead(bool statement_begins) const;
  void SkipRoutineBody();
  Node* InlineFunction();
  Node* ArrayOf(Node* call);
  Node* LiteralType(Node* type, std::string_view text);
  bool LateralViewAhead() const;
  Node* JoinedLiterals();
  bool LakeCommandAhead() const;
  std::string_view PlainPartitions(std::string_view text);
  Node* LateralView(Node* left);
  bool SortClause(Node* query);
  bool MultiInsertAhead() const;
  Node* MultiInsert();
  void InsertTarget(Node* insert);
  Node* InsertDirectory();
  bool CacheAhead() const;
  bool VariableAhead() const;
  Node* DeclareVariable();
  Node* StreamTable();
  Node* Cache();
  // What only the neutral dialect reads (parse_neutral.cc).
  Node* AliasedElement();
  Node* NumberAlias();
  Node* IfThen();
  bool TypeValueAhead() const;
  Node* TypeValue();
  bool DottedCallAhead() const;
  bool VersionAhead() const;
  Node* Version();
  Node* Number();
  Node* Transformed(Node* call);
  Node* IntervalSum(Node* interval);
  Node* DecimalOf(std::string_view digits);
  // Other statements.
  Node* Insert(Node* with);
  void InsertSource(Node* insert);
  Node* Update(Node* with);
  Node* Delete(Node* with);
  Node* Merge(Node* with);
  Node* MergeWhen();
  Node* QualifiedColumns();
  Node* Drop();
  Node* Truncate();
  Node* Command();
  size_t WordsAhead(std::string_view words) const;
  Node* KnownCommand();
  Node* Grant();
  Node* ServerCreate();
  Node* ServerCopy();
  Node* CommentOn();
  Node* ShowNames(Node* command);
  Node* Assignments();
  Node* OnConflict();
  Node* Returning();
  Node* Output();
  void InsertSuffix(Node* table);
  // Definitions (parse_create.cc, parse_column_def.cc, parse_properties.cc, parse_alter.cc).
  Node* PhrasePiece();
  Node* RawSince(uint32_t begin);
  Node* SettingTuple();
  Node* RestPhrase(bool stop_at_comma);
  Node* Create();
  bool CreateHead(Node* create);
  bool CreateRest(Node* create);
  bool CreateIndex(Node* create);
  bool CreateRoutine(Node* create);
  Node* RoutineText();
  Node* RoutineParameters();
  Node* Returns();
  void CreateBody(Node* create);
  Node* CreateColumns();
  Node* ColumnDef();
  Node* ColumnConstraint();
  Node* ColumnKey();
  Node* IdentityColumn();
  Node* ColumnCharset();
  void TableKey(Node* phrase);
  Node* TableConstraint();
  bool TableConstraintAhead() const;
  Node* References();
  Node* Generated();
  Node* KeyColumns();
  Node* ParenExpression();
  Node* Properties(bool may_have_columns = false);
  Node* SequenceNumber();
  Node* SequenceOptions();
  void PolicyWord(Node* list, bool of_column);
  Node* Tags();
  void RoutineSetting(Node* properties, Node* late);
  std::string TightTuple(bool apart = false);
  std::string TightValue(bool apart);
  std::string_view RawPiece(uint32_t begin);
  Node* CopyPlace();
  Node* CopyParts();
  Node* CopyInto();
  std::string_view StagedKind() const;
  Node* CreateStage(std::string_view kind);
  Node* Property();
  Node* PartitionColumns();
  Node* PropertySettings();
  Node* PartitionClause();
  Node* ShapedProperty();
  Node* TableOption();
  Node* Storage();
  Node* SettingValue();
  bool BodyAhead() const;
  Node* Alter();
  Node* AlterAction();
  Node* AlterSet();
  Node* AlterAdd();
  Node* AlterDrop();
  Node* AlterRename();
  Node* AlterModify();
  Node* AlterSettings();
  Node* AlterColumn();
  bool MoreColumnsAhead(const Node* last) const;
  // Procedural statements (parse_procedure.cc).
  bool ProceduralAhead() const;
  Node* Procedural();
  Node* Declare();
  Node* Block();
  Node* IfStatement();
  Node* WhileStatement();
  Node* Execute();
  Node* SetVariable();
  Node* Transaction();
  bool ProceduralRoutine(Node* create);
  Node* RoutineParameter();
  Node* InnerStatement();

  const ParseOptions& options_;
  int depth_ = 0;
  const char* stack_base_ = static_cast<const char*>(__builtin_frame_address(0));  ///< where the parser was made
  std::vector<const Comment*> comments_;  ///< by token index: the comments that belong to it
  int pipe_steps_ = 0;
  bool no_in_ = false;  ///< inside POSITION(x IN y)
  std::vector<ParseFailure> failures_;
  size_t resumed_at_ = SIZE_MAX;    ///< offset where reading went on behind the last failure
  mutable size_t paren_begin_ = 0;  ///< the run of '(' last looked over: its first token
  mutable size_t paren_end_ = 0;    ///< and the token behind it

  friend Result<columnar::DataType> ParseTypeName(const Dialect&, std::string_view);
};

/// The neutral type of a kTypeName.
Result<columnar::DataType> TypeOfTypeName(const Dialect& dialect, const Node* type);

}  // namespace dvt::sql
