// Which comment belongs to which token, and which node takes it.
#include "dvt/sql/parse/parser_internal.h"

namespace dvt::sql {

// Takes the comment tokens out of the list. A comment on the line of the token before it belongs to that token, any other to the next one.
void Parser::AttachComments() {
  bool any = false;
  for (const Token& t : tokens_) any = any || t.type == Tok::kComment;
  if (!any) return;
  std::vector<Token> rest;
  rest.reserve(tokens_.size());
  std::vector<std::vector<Comment*>> owned;
  std::vector<Comment*> waiting;
  uint32_t line_from = 0;  // the end of the token or comment before
  for (const Token& t : tokens_) {
    if (t.type != Tok::kComment) {
      rest.push_back(t);
      owned.push_back(std::move(waiting));
      waiting.clear();
      line_from = t.end;
      continue;
    }
    auto* c = new (arena_.Allocate(sizeof(Comment))) Comment();
    c->text = t.text;
    c->line = ast_.source[t.begin] != '/';
    const bool same_line = !rest.empty() && waiting.empty() &&
                           ast_.source.substr(line_from, t.begin - line_from).find('\n') == std::string_view::npos;
    if (same_line) {
      owned.back().push_back(c);
      line_from = t.end;
    } else {
      waiting.push_back(c);
    }
  }
  if (owned.size() > 1) {  // what stands before the end belongs to the last token
    auto& last = owned[owned.size() - 2];
    last.insert(last.end(), owned.back().begin(), owned.back().end());
    owned.back().clear();
  }
  for (const auto& list : owned) {
    for (size_t i = 0; i + 1 < list.size(); ++i) list[i]->next = list[i + 1];
    comments_.push_back(list.empty() ? nullptr : list.front());
  }
  tokens_ = std::move(rest);
}

// The comments of the tokens from `from` up to the current one that no node took yet.
const Comment* Parser::CommentsSince(size_t from, bool before) {
  const Comment* head = nullptr;
  Comment* tail = nullptr;
  for (size_t i = from; i < at_ && i < comments_.size(); ++i) {
    for (const Comment* c = comments_[i]; c != nullptr; c = c->next) {
      auto* mine = const_cast<Comment*>(c);
      mine->before = before && i == from;
      if (tail == nullptr)
        head = mine;
      else
        tail->next = mine;
      tail = mine;
    }
    comments_[i] = nullptr;
  }
  return head;
}

// Gives `node` the comments of its tokens that no node inside took; behind an item of a list also those of the comma.
void Parser::TakeComments(Node* node, size_t from_token) {
  if (comments_.empty()) return;
  AddComments(node, CommentsSince(from_token, node->IsQuery() || node->kind >= Kind::kInsert));
  if (!IsSymbol(",") || at_ >= comments_.size()) return;
  AddComments(node, comments_[at_]);
  comments_[at_] = nullptr;
}

void Parser::AddComments(Node* node, const Comment* comments) {
  if (comments == nullptr) return;
  if (node->comments == nullptr) {
    node->comments = comments;
    return;
  }
  auto* last = const_cast<Comment*>(node->comments);
  while (last->next != nullptr) last = const_cast<Comment*>(last->next);
  last->next = comments;
}

}  // namespace dvt::sql
