#pragma once

#include <cstdint>
#include <string_view>

namespace dvt::sql {

/// Operators and variants of nodes (Node::op).
enum class Op : uint8_t {
  kNone,
  // kBinary, loosest first
  kOr,
  kXor,
  kAnd,
  kEq,
  kNeq,
  kLt,
  kLe,
  kGt,
  kGe,
  kNullSafeEq,  ///< <=> (MySQL); equals kNotDistinctFrom
  kDistinctFrom,
  kNotDistinctFrom,
  kBitOr,
  kBitXor,
  kBitAnd,
  kShiftLeft,
  kShiftRight,
  kAdd,
  kSub,
  kMul,
  kDiv,
  kIntDiv,  ///< DIV, //
  kMod,
  kPow,
  kConcat,  ///< || where it concatenates
  kJsonGet,
  kJsonGetText,  ///< -> ->>
  kJsonPath,
  kJsonPathText,  ///< #> #>>
  kContains,
  kContainedBy,  ///< @> <@
  kHasKey,
  kHasAny,
  kHasAll,    ///< ? ?| ?&
  kOverlaps,  ///< &&  as an operator on arrays and ranges
  kRegexMatch,
  kRegexNoMatch,
  kRegexIMatch,
  kRegexINoMatch,  ///< ~ !~ ~* !~*
  kIsOp,           ///< SQLite's general a IS b
  kCustom,
  // kUnary
  kNot,
  kNeg,
  kPlus,
  kBitNot,
  kPrior,
  kSpread,  ///< *COLUMNS(…): the columns as several arguments
  kConnectByRoot,
  // kSetOperation
  kUnion,
  kExcept,
  kIntersect,
  // kJoin
  kInner,
  kLeft,
  kRight,
  kFull,
  kCross,
  kSemi,
  kAnti,
  kPositional,
  kArrayJoin,    ///< the right side is a kList of expressions
  kLateralView,  ///< the right side is a kTableFunction over the left's rows; kOuterWord keeps rows without any
  kComma,
  // kLike
  kLikeOp,
  kIlikeOp,
  kSimilarTo,
  kRegexp,
  kGlob,
  // kString
  kPlain,
  kNational,
  kHex,
  kBit,
  kBytes,
  kUnicode,
  // kBoolean
  kTrue,
  kFalse,
  // kQuantified
  kAny,
  kEvery,
  // kTrim
  kBoth,
  kLeading,
  kTrailing,
  // kFrame, kFrameBound
  kRows,
  kRange,
  kGroups,
  kPreceding,
  kFollowing,
  kCurrentRow,
  // kTypeName
  kScalarType,
  kArrayType,
  kStructType,
  kMapType,
  // kNamedArg
  kArrowArg,
  kAssignArg,
  kPairArg,
  // kDrop
  kCascade,
  kRestrict,
};

}  // namespace dvt::sql
