#pragma once

#include <memory>
#include <string>
#include <vector>

#include "dvt/template/lang/object.h"

/// Syntax trees of templates; immutable after parsing.
namespace dvt::tmpl::ast {

struct Pos {
  int line = 0;
  int column = 0;
};

enum class ExprType : uint8_t {
  kConst,
  kName,
  kList,
  kTuple,
  kDict,
  kConcat,
  kAnd,
  kOr,
  kNot,
  kNeg,
  kPos,
  kBinary,
  kCompare,
  kCond,
  kAttr,
  kItem,
  kSlice,
  kCall,
  kFilter,
  kTest,
};

struct Expr {
  Expr(ExprType t, Pos p) : type(t), pos(p) {}
  virtual ~Expr() = default;
  ExprType type;
  Pos pos;
};
using ExprPtr = std::unique_ptr<Expr>;

struct Const : Expr {
  Const(Pos p, Object v) : Expr(ExprType::kConst, p), value(std::move(v)) {}
  Object value;
};
struct Name : Expr {
  Name(Pos p, std::string n) : Expr(ExprType::kName, p), name(std::move(n)) {}
  std::string name;
};
/// kList, kTuple, kConcat, kAnd, kOr, kNot, kNeg, kPos: operands in order.
struct Group : Expr {
  Group(ExprType t, Pos p) : Expr(t, p) {}
  std::vector<ExprPtr> items;
};
struct DictLiteral : Expr {
  explicit DictLiteral(Pos p) : Expr(ExprType::kDict, p) {}
  std::vector<std::pair<ExprPtr, ExprPtr>> entries;
};
struct Binary : Expr {
  Binary(Pos p, BinaryOp o) : Expr(ExprType::kBinary, p), op(o) {}
  BinaryOp op;
  ExprPtr left, right;
};
enum class CompareOp : uint8_t { kEq, kNe, kLt, kLe, kGt, kGe, kIn, kNotIn };
struct Compare : Expr {
  explicit Compare(Pos p) : Expr(ExprType::kCompare, p) {}
  ExprPtr first;
  std::vector<std::pair<CompareOp, ExprPtr>> rest;
};
/// `then if test else otherwise`; `otherwise` may be null.
struct Cond : Expr {
  explicit Cond(Pos p) : Expr(ExprType::kCond, p) {}
  ExprPtr test, then, otherwise;
};
struct Attr : Expr {
  Attr(Pos p, ExprPtr o, std::string n) : Expr(ExprType::kAttr, p), object(std::move(o)), name(std::move(n)) {}
  ExprPtr object;
  std::string name;
};
struct Item : Expr {
  Item(Pos p, ExprPtr o, ExprPtr k) : Expr(ExprType::kItem, p), object(std::move(o)), key(std::move(k)) {}
  ExprPtr object, key;
};
/// Parts may be null.
struct Slice : Expr {
  explicit Slice(Pos p) : Expr(ExprType::kSlice, p) {}
  ExprPtr start, stop, step;
};
struct CallArgs {
  std::vector<ExprPtr> positional;
  std::vector<std::pair<std::string, ExprPtr>> named;
  ExprPtr star;         ///< *args
  ExprPtr double_star;  ///< **kwargs
};
struct Call : Expr {
  explicit Call(Pos p) : Expr(ExprType::kCall, p) {}
  ExprPtr callee;
  CallArgs args;
};
/// A filter or, as kTest, a test. A filter block's filter has a null innermost operand.
struct Filter : Expr {
  Filter(ExprType t, Pos p) : Expr(t, p) {}
  ExprPtr operand;
  std::string name;
  CallArgs args;
  bool negated = false;  ///< is not
};

enum class StmtType : uint8_t {
  kData,
  kOutput,
  kIf,
  kFor,
  kSet,
  kSetBlock,
  kMacro,
  kCallBlock,
  kFilterBlock,
  kDo,
  kBreak,
  kContinue,
  kWith,
  kScope,
  kDefinition
};

struct Stmt {
  Stmt(StmtType t, Pos p) : type(t), pos(p) {}
  virtual ~Stmt() = default;
  StmtType type;
  Pos pos;
};
using StmtPtr = std::unique_ptr<Stmt>;
struct Body {
  std::vector<StmtPtr> statements;
};

struct Data : Stmt {
  Data(Pos p, std::string t) : Stmt(StmtType::kData, p), text(std::move(t)) {}
  std::string text;
};
/// kBreak and kContinue.
struct LoopJump : Stmt {
  LoopJump(StmtType t, Pos p) : Stmt(t, p) {}
};
/// kOutput and kDo.
struct ExprStmt : Stmt {
  ExprStmt(StmtType t, Pos p, ExprPtr e) : Stmt(t, p), expr(std::move(e)) {}
  ExprPtr expr;
};
struct If : Stmt {
  explicit If(Pos p) : Stmt(StmtType::kIf, p) {}
  std::vector<std::pair<ExprPtr, Body>> branches;
  Body otherwise;
};
/// What an assignment writes to: a name, a namespace attribute, or a tuple of targets.
struct Target {
  Pos pos;
  std::string name;
  std::string attribute;
  std::vector<Target> parts;
  bool is_tuple = false;
};
struct For : Stmt {
  explicit For(Pos p) : Stmt(StmtType::kFor, p) {}
  Target target;
  ExprPtr iterable, filter;
  Body body, otherwise;
  bool recursive = false;
};
struct Set : Stmt {
  explicit Set(Pos p) : Stmt(StmtType::kSet, p) {}
  Target target;
  ExprPtr value;
};
struct SetBlock : Stmt {
  explicit SetBlock(Pos p) : Stmt(StmtType::kSetBlock, p) {}
  Target target;
  ExprPtr filter;  ///< may be null
  Body body;
};
struct MacroParam {
  std::string name;
  ExprPtr default_value;  ///< null: none
  Pos pos;
};
struct Macro : Stmt {
  explicit Macro(Pos p) : Stmt(StmtType::kMacro, p) {}
  std::string name;
  std::vector<MacroParam> params;
  Body body;
  bool uses_varargs = false;
  bool uses_kwargs = false;
  bool uses_caller = false;
  bool explicit_caller = false;  ///< `caller` is a declared parameter
};
struct CallBlock : Stmt {
  explicit CallBlock(Pos p) : Stmt(StmtType::kCallBlock, p) {}
  std::shared_ptr<const Macro> body;  ///< what caller() runs
  ExprPtr call;                       ///< a Call, perhaps below filters
};
struct FilterBlock : Stmt {
  explicit FilterBlock(Pos p) : Stmt(StmtType::kFilterBlock, p) {}
  ExprPtr filter;
  Body body;
};
struct With : Stmt {
  explicit With(Pos p) : Stmt(StmtType::kWith, p) {}
  std::vector<std::pair<Target, ExprPtr>> values;
  Body body;
};
/// autoescape and block: a body with its own scope.
struct Scope : Stmt {
  explicit Scope(Pos p) : Stmt(StmtType::kScope, p) {}
  Body body;
};
/// A macro, and dbt's blocks like it. Plain macros bind their name where they stand; the others only define.
struct DefinitionStmt : Stmt {
  DefinitionStmt(Pos p, std::shared_ptr<const Macro> m, bool b) : Stmt(StmtType::kDefinition, p), macro(std::move(m)), binds(b) {}
  std::shared_ptr<const Macro> macro;
  bool binds;
};

}  // namespace dvt::tmpl::ast
