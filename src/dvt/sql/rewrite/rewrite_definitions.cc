// Definitions in systems whose tables have no storage properties; numbers and types of fewer forms.
#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/sql/rewrite/rewriter_internal.h"

namespace dvt::sql {

namespace {

constexpr std::string_view kTableWords[] = {"TRANSIENT", "ICEBERG",  "INTERACTIVE", "DYNAMIC", "HYBRID",
                                            "EXTERNAL",  "VOLATILE", "UNLOGGED",    "FOREIGN", "SECURE"};
constexpr std::string_view kCounters[] = {"AUTOINCREMENT", "AUTO_INCREMENT", "IDENTITY", "COMMENT", "ENCODE"};

bool Contains(std::span<const std::string_view> words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// The first word of a phrase, in upper case.
std::string FirstWord(const Node* node) {
  while (node != nullptr && node->Is(Kind::kPhrase) && node->count > 0) node = node->Child(0);
  std::string word = node == nullptr ? std::string() : ToUpper(node->text);
  return word.substr(0, word.find(' '));
}

bool IsStorage(const Node* property) {
  const std::string word = FirstWord(property);
  return word != "LIKE" && word != "CLONE" && word != "COPY" && word != "ON" && word != "WITH" && word != "RETURNS";
}

}  // namespace

// CREATE FUNCTION f(a INT) RETURNS INT RETURN a + 1 is CREATE FUNCTION f(a INT) AS a + 1
bool Rewriter::PlainRoutine(Node* create) {
  Node* properties = create->Child(kCreateProperties);
  if (properties == nullptr) return false;
  create->children[kCreateProperties] = nullptr;
  for (Node* each : properties->Children()) {
    if (!each->Is(Kind::kPhrase) || each->text != "RETURN" || create->Child(kCreateBody) != nullptr) continue;
    Node* body = each->children[1];
    if (body->IsQuery() && !body->Is(Kind::kSubquery))
      create->children[kCreateTail] = NewNode(
          arena_, Kind::kList, {NewNode(arena_, Kind::kPhrase, {NewNode(arena_, Kind::kWord, {}, "AS TABLE"), body}, "BODY")});
    else
      create->children[kCreateBody] = body;
  }
  return properties->count > 0;
}

// CREATE TRANSIENT TABLE t … CLUSTER BY (a) COMMENT = 'c' is CREATE TABLE t …
void Rewriter::PlainDefinition(Node* node) {
  if (!customary_ || !to_.Has(Feature::kPlainDefinitions)) return;
  if (&from_ == &to_ && node->text != "TABLE") return;
  bool dropped = false;
  if (node->Is(Kind::kCreate) && node->text == "FUNCTION") {
    dropped = PlainRoutine(node);
  } else if (node->Is(Kind::kColumnDef)) {
    Node* constraints = node->Child(2);
    if (constraints == nullptr) return;
    uint32_t kept = 0;
    for (Node* each : constraints->Children()) {
      if (Contains(kCounters, FirstWord(each)))
        dropped = true;
      else
        constraints->children[kept++] = each;
    }
    constraints->count = kept;
    if (kept == 0) node->children[2] = nullptr;
  } else if (node->text.ends_with("TABLE") || node->text.ends_with("VIEW")) {
    std::string words;
    for (const auto& word : Split(node->text, ' ')) {
      if (Contains(kTableWords, word))
        dropped = true;
      else
        words += (words.empty() ? "" : " ") + std::string(word);
    }
    node->text = arena_.Copy(words);
    for (const uint32_t slot : {kCreateProperties, kCreateTail}) {
      if (!node->Is(Kind::kCreate) || node->Child(slot) == nullptr) continue;
      Node* list = node->children[slot];
      uint32_t kept = 0;
      for (Node* each : list->Children()) {
        if (slot == kCreateProperties && IsStorage(each))
          dropped = true;
        else
          list->children[kept++] = each;
      }
      list->count = kept;
      if (kept == 0) node->children[slot] = nullptr;
    }
  }
  if (dropped)
    Note(Verdict::kDifferent, node, "definition", std::string(to_.name) + " has no such properties; they are left out");
}

// What one action of ALTER says here may take several there, or more than is known.
void Rewriter::AlterActions(const Node* alter) {
  for (const Node* action : alter->Child(1)->Children()) {
    if (action == nullptr || !action->Is(Kind::kPhrase)) continue;
    if (action->text == "RENAME COLUMN" && to_.Has(Feature::kRenameNeedsType) && !from_.Has(Feature::kRenameNeedsType))
      Note(Verdict::kUnsupported, action, "RENAME COLUMN", std::string(to_.name) + " wants the column's type with it");
  }
}

// ALTER COLUMN a INT NOT NULL changes two things at once.
void Rewriter::AlterForTarget(Node* alter) {
  if (to_.Has(Feature::kProceduralDdl)) return;
  for (Node* action : alter->Child(1)->Children()) {
    if (action->text != "ALTER COLUMN TYPE" || action->count < 5 || !from_.Has(Feature::kProceduralDdl)) continue;
    Note(Verdict::kUnsupported, action, "ALTER COLUMN", "type and constraint are changed one by one in " + std::string(to_.name));
    action->count = 4;
  }
}

// ADD a INT, b INT where columns are added without a word.
void Rewriter::ColumnsAddedInTurn(Node* alter) {
  Node* actions = alter->Child(1);
  if (actions == nullptr) return;
  const bool bare = to_.Has(Feature::kAddWithoutColumn);
  Node* list = NewNode(arena_, Kind::kList);
  bool again = false;
  for (Node* action : actions->Children()) {
    const bool many = action->text == "ADD COLUMNS" && bare && action->Child(action->count - 1)->Is(Kind::kTuple);
    const bool one = action->text == "ADD COLUMN" && bare;
    for (Node* column : many ? action->Child(action->count - 1)->Children() : std::span<Node* const>()) {
      Node* each = NewNode(arena_, Kind::kPhrase, {NewNode(arena_, Kind::kWord, {}, "ADD"), column}, "ADD COLUMN");
      if (std::exchange(again, true)) each->children[0] = each->children[1], each->count = 1;
      Append(arena_, list, each);
    }
    if (one && again) {
      ++action->children;
      --action->count;
      --action->capacity;
    } else if (one) {
      action->children[0] = NewNode(arena_, Kind::kWord, {}, "ADD");
    }
    again = many || one;
    if (!many) Append(arena_, list, action);
  }
  alter->children[1] = list;
}

// 0xCC as 204.
void Rewriter::DecimalNumber(Node* number) {
  const std::string_view text = number->text;
  if (!customary_ || &from_ == &to_ || !from_.Has(Feature::kHexNumbersKept) || to_.Has(Feature::kHexNumbersKept)) return;
  if (text.size() < 3 || text.size() > 17 || text[0] != '0' || (text[1] | 32) != 'x') return;
  uint64_t value = 0;
  for (const char c : text.substr(2)) value = value * 16 + static_cast<uint64_t>(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
  number->text = arena_.Copy(std::to_string(value));
}

// A decimal of more digits than the target has.
void Rewriter::WideDecimal(Node* type, const TypeSpec& target) {
  if (&from_ == &to_ || target.neutral != "BIGDECIMAL" || target.default_precision == 0) return;
  Note(Verdict::kDifferent, type, "type " + std::string(type->text), std::string(to_.name) + " keeps fewer digits");
  if (type->count == 0) {
    Append(arena_, type, MakeNumber(arena_, target.default_precision));
    Append(arena_, type, MakeNumber(arena_, target.default_scale));
    return;
  }
  int64_t digits = 0;
  if (!IsNumber(type->Child(0), &digits) || digits > target.default_precision)
    type->children[0] = MakeNumber(arena_, target.default_precision);
}

}  // namespace dvt::sql
