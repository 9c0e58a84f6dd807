#include "dvt/base/text/text.h"
#include "dvt/sql/parse/parser_internal.h"

namespace dvt::sql {

// ORDER [SIBLINGS] BY …, at ORDER or behind it: the items go to the end of the query's order.
void Parser::OrderClause(Node* query, bool siblings) {
  at_ += 2;
  const Comment* comments = comments_.empty() ? nullptr : CommentsSince(at_ - 2, true);
  Node* order = OrderList();
  if (query->children[kOrderSlot] == nullptr) query->children[kOrderSlot] = New(Kind::kList);
  AddComments(query->children[kOrderSlot], comments);
  if (siblings) query->children[kOrderSlot]->text = "SIBLINGS";
  for (Node* item : order->Children()) Add(query->children[kOrderSlot], item);
}

// LIMIT n, LIMIT offset, n, LIMIT n BY a: sets the query's limit and perhaps its offset.
void Parser::LimitClause(Node* query) {
  Node* limit = New(Kind::kLimit);
  Next();
  if (Is(Kw::kALL) && Has(Feature::kCanonicalNames)) {
    Add(limit, New(Kind::kColumn, {AnyWord("ALL")}));
    query->children[kLimitSlot] = limit;
    return;
  }
  if (Eat(Kw::kALL)) return;
  const bool percent = Cur().type == Tok::kNumber && SymbolAhead(1, "%") && Has(Feature::kLimitPercent);
  Node* count = percent ? Primary() : Expression();
  if ((Has(Feature::kLimitComma) || Has(Feature::kWithFill)) && EatSymbol(",")) {
    query->children[kOffsetSlot] = count;
    count = Expression();
  }
  if (Has(Feature::kLimitPercent) && (EatSymbol("%") || Eat(Kw::kPERCENT))) limit->Set(kPercent);
  Add(limit, count);
  if (Has(Feature::kWithFill) && Is(Kw::kWITH) && IsAhead(1, Kw::kTIES)) limit->Set(kWithTies), at_ += 2;
  if (Has(Feature::kLimitBy) && (Is(Kw::kBY) || Is(Kw::kOFFSET)) && query->Is(Kind::kSelect)) {
    Node* offset = query->children[kOffsetSlot];
    if (Eat(Kw::kOFFSET)) offset = Expression();
    query->children[kOffsetSlot] = Is(Kw::kBY) ? nullptr : offset;
    if (Is(Kw::kBY)) {
      query->children[kLimitBySlot] = LimitBy(limit, offset);
      return;
    }
  }
  query->children[kLimitSlot] = limit;
}

// FETCH FIRST n ROWS ONLY: sets the query's limit.
void Parser::FetchClause(Node* query) {
  Node* limit = New(Kind::kLimit);
  Next();
  limit->Set(kFetch);
  limit->text = Is(Kw::kFIRST) ? "FIRST" : "NEXT";
  if (!Eat(Kw::kFIRST)) Expect(Kw::kNEXT, "FIRST or NEXT");
  limit->Set(kImplicitCount, Is(Kw::kROW) || Is(Kw::kROWS));
  Add(limit, limit->Has(kImplicitCount) ? MakeNumber(arena_, 1) : Expression());
  if (Eat(Kw::kPERCENT)) limit->Set(kPercent);
  const bool bare = Has(Feature::kFetchAsWritten) && !Is(Kw::kROWS) && !Is(Kw::kROW) && !limit->Has(kImplicitCount);
  if (!bare && !Eat(Kw::kROWS)) Expect(Kw::kROW, "ROWS");
  if (bare && !Is(Kw::kONLY)) {  // FETCH NEXT 3
  } else if (Eat(Kw::kWITH)) {
    Expect(Kw::kTIES, "TIES");
    limit->Set(kWithTies);
  } else {
    Expect(Kw::kONLY, "ONLY");
  }
  query->children[kLimitSlot] = limit;
}

// FOR UPDATE …, LOCK IN SHARE MODE: as written.
Node* Parser::Lock() {
  Node* lock = New(Kind::kLock);
  uint32_t begin = Cur().begin, end = begin;
  while (!AtEnd() && !IsSymbol(")") && !IsSymbol(";")) end = Next().end;
  const Token& last = tokens_[at_ - 1];
  if (last.begin == begin || (last.type == Tok::kWord && EqualsIgnoreCase(last.text, "OF")))
    Unexpected("what is locked, and how");
  lock->text = SourceOf(begin, end);
  if (EqualsIgnoreCase(lock->text, "LOCK IN SHARE MODE")) lock->text = "FOR SHARE";
  return lock;
}

// ORDER BY, LIMIT, OFFSET, FETCH and locks, in any order that a dialect takes.
void Parser::QueryTail(Node* query) {
  while (true) {
    if (SortClause(query)) continue;
    const bool siblings = Has(Feature::kConnectBy) && Is(Kw::kORDER) && IsWord("SIBLINGS", 1) && IsAhead(2, Kw::kBY);
    if (siblings) Next();
    if ((siblings || Is(Kw::kORDER)) && IsAhead(1, Kw::kBY) &&
        (query->children[kOrderSlot] == nullptr || Has(Feature::kSortBy))) {
      OrderClause(query, siblings);
    } else if (Is(Kw::kLIMIT) && query->children[kLimitSlot] == nullptr) {
      LimitClause(query);
    } else if (Is(Kw::kOFFSET) && query->children[kOffsetSlot] == nullptr) {
      Next();
      query->children[kOffsetSlot] = Expression();
      if (!Eat(Kw::kROWS)) Eat(Kw::kROW);
    } else if (Is(Kw::kFETCH) && query->children[kLimitSlot] == nullptr) {
      FetchClause(query);
    } else if (Has(Feature::kConnectBy) && Is(Kw::kWITH) && (IsWord("READ", 1) || IsWord("CHECK", 1)) &&
               query->children[kLockSlot] == nullptr) {  // WITH READ ONLY
      query->children[kLockSlot] = New(Kind::kLock);
      query->children[kLockSlot]->text = RawUntilStatementEnd(Cur().begin);
    } else if (TailClause(query)) {
      continue;
    } else if (Has(Feature::kSettingsClause) && (IsWord("SETTINGS") || IsWord("FORMAT")) &&
               query->children[kLockSlot] == nullptr) {
      query->children[kLockSlot] = Settings();
    } else if ((Is(Kw::kFOR) || (Is(Kw::kLOCK) && IsAhead(1, Kw::kIN))) && query->children[kLockSlot] == nullptr) {
      query->children[kLockSlot] = Lock();
    } else {
      return;
    }
  }
}

}  // namespace dvt::sql
