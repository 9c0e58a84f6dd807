#pragma once

#include "dvt/plan/split/join_regions.h"
#include "dvt/plan/split/join_sides.h"

namespace dvt::plan {

/// Under this name what is left of a transform reads the join that was cut out.
inline constexpr std::string_view kJoinedInput = "dvt_joined";

/// A join of two inputs in a transform.
struct CutPlace {
  enum class Shape {
    kJoin,  ///< `node`, an explicit join
    kPair,  ///< the tables `kept` and `gone` of a region
    kTest,  ///< `node`, a condition of a region, which asks whether rows of another input (in `inner`) exist for those of `kept`
  };
  Shape shape = Shape::kJoin;
  JoinSide left, right;  ///< of kPair and kTest, `left` is that of `kept`
  JoinKeys keys;
  sql::Node* node = nullptr;
  sql::Node* inner = nullptr;
  JoinRegion* region = nullptr;
  RegionTable kept, gone;
};

/// Cuts a transform in two: a join, and what is left over its rows. Changes the tree.
class JoinCutter {
 public:
  JoinCutter(sql::Arena& arena, const sql::Dialect& engine, const JoinSides& sides, const sql::Analysis& analysis,
             sql::Node* tree)
      : arena_(arena), engine_(engine), sides_(sides), analysis_(analysis), tree_(tree) {}
  /// Nothing if what is left would still read an input of the join.
  std::optional<PartedJoin> Cut(CutPlace& place, int parts);

 private:
  void NameSides(const CutPlace& place, PartedJoin& out) const;
  sql::Node* TakeOut(CutPlace& place, const PartedJoin& out);
  std::vector<sql::Node*> TakeConditions(CutPlace& place);
  void NameItems(const CutPlace& place);
  void DropCtes(const CutPlace& place);
  void ReadJoined(const CutPlace& place, sql::Node* columns);
  void CountRows(sql::Node* columns);
  bool IsJoinAlone(const CutPlace& place) const;
  bool ItemsArePlain(const CutPlace& place);
  bool IsLeft(const ExtractFragment* extract) const;
  std::string Printed(const sql::Node* tree) const;

  sql::Arena& arena_;
  const sql::Dialect& engine_;
  const JoinSides& sides_;
  const sql::Analysis& analysis_;
  sql::Node* tree_;
  bool alone_ = false;  ///< the join is all that the query does
  std::optional<PartedJoin::Plain> plain_;
  bool possible_ = true;
};

}  // namespace dvt::plan
