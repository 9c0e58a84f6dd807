// Where lines break when the text is pretty, and where comments stand.
#include "dvt/base/text/text.h"
#include "dvt/sql/print/printer_internal.h"

namespace dvt::sql {

namespace {

constexpr size_t kWidest = 80;

bool IsBlank(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

// The operands of a chain of one connector, from the left.
void Operands(const Node* node, Op op, std::vector<const Node*>& out) {
  if (node->Is(Kind::kBinary, op) && node->comments == nullptr) {
    Operands(node->Child(0), op, out);
    Operands(node->Child(1), op, out);
    return;
  }
  out.push_back(node);
}

}  // namespace

void Writer::Break() {
  if (!options_.pretty) {
    if (!out_.empty() && out_.back() != ' ' && out_.back() != '(') out_ += ' ';
    return;
  }
  while (!out_.empty() && out_.back() == ' ') out_.pop_back();
  if (!out_.empty()) out_ += '\n';
  out_.append(static_cast<size_t>(indent_ * options_.indent), ' ');
}

void Writer::Clause(std::string_view keyword) {
  Break();
  Put(keyword);
  Put(" ");
}

// Comments become block comments, so that they end where they should on any line.
void Writer::Comments(const Node* node, bool before) {
  if (!options_.comments) return;
  const bool sides = node->IsQuery() || node->kind >= Kind::kInsert || node->Is(Kind::kBinary) || node->Is(Kind::kList);
  for (const Comment* c = node->comments; c != nullptr; c = c->next) {
    if (before != (c->before && sides) || TrimView(c->text).empty()) continue;
    std::string text(c->text);
    for (size_t at = 0; (at = text.find("*/", at)) != std::string::npos;) text.replace(at, 2, "* /");
    for (size_t at = 0; (at = text.find("/*", at)) != std::string::npos;) text.replace(at, 2, "/ *");
    const bool own_line = !before && options_.pretty && node->IsQuery() && !node->Is(Kind::kSubquery);
    if (own_line)
      Break();
    else if (!before && !out_.empty() && out_.back() != ' ')
      Put(" ");
    Put(IsBlank(text.front()) ? "/*" : "/* ");
    Put(text);
    Put(IsBlank(text.back()) ? "*/" : " */");
    if (before && !node->Is(Kind::kBinary)) Break();
  }
}

size_t Writer::Width(const Node* node) const {
  PrintOptions flat = options_;
  flat.pretty = false;
  Writer writer(dialect_, flat);
  writer.Any(node);
  return writer.out_.size();
}

bool Writer::TooWide(std::span<Node* const> nodes, size_t width) const {
  for (const Node* node : nodes) width += Width(node);
  return width > kWidest;
}

// Nodes one a line; commas stand before or behind them, comments behind the commas.
void Writer::Lines(std::span<Node* const> nodes, std::string_view end) {
  ++indent_;
  for (size_t i = 0; i < nodes.size(); ++i) {
    const Node* node = nodes[i];
    const bool last = i + 1 == nodes.size();
    Break();
    if (i > 0 && options_.leading_comma) Put(", ");
    const bool hold = !last && !options_.leading_comma && !node->IsQuery();
    const Node* outer = std::exchange(held_, hold ? node : nullptr);
    Any(node);
    held_ = outer;
    if (!last && !options_.leading_comma) Put(",");
    if (hold && node->comments != nullptr) Comments(node, false);
  }
  --indent_;
  if (end.empty()) return;
  Break();
  Put(end);
}

void Writer::Arguments(const Node* list, size_t commas) {
  if (!options_.pretty || !TooWide(list->Children(), commas)) return List(list);
  Lines(list->Children());
  Break();
}

// CUBE (a, b), GROUPING SETS ((a), b): pretty, each key on a line of its own.
void Writer::GroupedKeys(const Node* node) {
  Put(node->Is(Kind::kRollup) ? "ROLLUP (" : node->Is(Kind::kCube) ? "CUBE (" : "GROUPING SETS (");
  if (!options_.pretty) {
    List(node);
    return Put(")");
  }
  ++indent_;
  for (uint32_t i = 0; i < node->count; ++i) {
    const Node* key = node->Child(i);
    if (i > 0) Put(",");
    Break();
    if (key->Is(Kind::kRow) && key->count > 0 && !key->Has(kExplicitRow)) {
      Put("(");
      Lines(key->Children(), ")");
    } else {
      Any(key);
    }
  }
  --indent_;
  Break();
  Put(")");
}

// ORDER BY a, b: pretty, each on a line of its own.
void Writer::ClauseList(std::string_view keyword, const Node* list) {
  if (!options_.pretty) {
    Clause(keyword);
    return List(list);
  }
  Break();
  Put(keyword);
  Lines(list->Children());
}

void Writer::ClauseExpression(std::string_view keyword, const Node* expression) {
  if (!options_.pretty) {
    Clause(keyword);
    return Expression(expression, 0);
  }
  Break();
  Put(keyword);
  ++indent_;
  Break();
  Expression(expression, 0);
  --indent_;
}

// a AND b AND c on one line as long as they are short.
void Writer::Connectors(const Node* node) {
  const int level = Level(node);
  std::vector<const Node*> operands;
  Operands(node->Child(0), node->op, operands);
  Operands(node->Child(1), node->op, operands);
  size_t width = 0;
  for (const Node* operand : operands) width += Width(operand);
  const bool lines = width > kWidest && node->comments == nullptr;
  for (size_t i = 0; i < operands.size(); ++i) {
    if (i > 0) {
      if (lines)
        Break();
      else
        Put(" ");
      Put(Operator(node));
      Put(" ");
      if (node->comments != nullptr && i + 1 == operands.size()) {
        Comments(node, true);
        Put(" ");
      }
    }
    Expression(operands[i], level);
  }
}

void Writer::LongCase(const Node* node) {
  Put("CASE");
  if (node->Child(0) != nullptr) {
    Put(" ");
    Expression(node->Child(0), 0);
  }
  ++indent_;
  for (uint32_t i = 2; i < node->count; ++i) {
    Clause("WHEN");
    Expression(node->Child(i)->Child(0), 0);
    Clause("THEN");
    Expression(node->Child(i)->Child(1), 0);
  }
  if (node->Child(1) != nullptr) {
    Clause("ELSE");
    Expression(node->Child(1), 0);
  }
  --indent_;
  Break();
  Put("END");
}

}  // namespace dvt::sql
