#include "dvt/template/dbt/graph_additions.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace dvt::tmpl {

namespace {

constexpr int kDeepest = 64;  // a container that holds itself ends here

ObjectList CopyItems(const ObjectList& items, int depth);

Object CopyOf(const Object& value, int depth = 0) {
  if (depth > kDeepest) return {};
  switch (value.kind()) {
    case Kind::kList: return Object::List(CopyItems(value.items(), depth + 1));
    case Kind::kTuple: return Object::Tuple(CopyItems(value.items(), depth + 1));
    case Kind::kDict: {
      Object copy = Object::MakeDict();
      for (const auto& [key, item] : value.dict().entries()) {
        if (!item.is_callable()) copy.dict().Set(key, CopyOf(item, depth + 1));
      }
      return copy;
    }
    case Kind::kSet: {
      ObjectList members;
      for (const auto& [key, item] : value.set().entries()) members.push_back(key);
      return Object::Set(members);
    }
    default: return value;
  }
}

ObjectList CopyItems(const ObjectList& items, int depth) {
  ObjectList copy;
  for (const auto& item : items) {
    if (!item.is_callable()) copy.push_back(CopyOf(item, depth));
  }
  return copy;
}

Object Merged(const Object& before, const Object& after, const Object& others);

void MergeEntries(const Dict& before, const Dict& after, Dict& into) {
  for (const auto& [key, old] : before.entries()) {
    if (after.Find(key) == nullptr) into.Erase(key);
  }
  for (const auto& [key, value] : after.entries()) {
    if (value.is_callable()) continue;
    const Object* old = before.Find(key);
    const Object* theirs = into.Find(key);
    if (old != nullptr && old->Equals(value)) continue;
    into.Set(key, theirs == nullptr ? CopyOf(value) : Merged(old == nullptr ? Object() : *old, value, *theirs));
  }
}

// What `after` appended goes behind what the others did; nothing else is told apart.
Object Merged(const Object& before, const Object& after, const Object& others) {
  if (after.is_dict() && others.is_dict()) {
    Object merged = CopyOf(others);
    MergeEntries(before.is_dict() ? before.dict() : Object::MakeDict().dict(), after.dict(), merged.dict());
    return merged;
  }
  if (!before.is_list() || !after.is_list() || !others.is_list()) return CopyOf(after);
  const auto& old = before.items();
  const auto& now = after.items();
  const bool appended = old.size() <= now.size() && std::equal(old.begin(), old.end(), now.begin(),
                                                               [](const Object& a, const Object& b) { return a.Equals(b); });
  if (!appended) return CopyOf(after);
  Object merged = CopyOf(others);
  for (size_t i = old.size(); i < now.size(); ++i) merged.list().push_back(CopyOf(now[i]));
  return merged;
}

}  // namespace

Object GraphAdditions::Copy() const {
  std::lock_guard lock(mutex_);
  return CopyOf(entries_);
}

void GraphAdditions::Merge(const Object& before, const Object& after) {
  std::lock_guard lock(mutex_);
  MergeEntries(before.dict(), after.dict(), entries_.dict());
}

GraphLoan::GraphLoan(std::shared_ptr<GraphAdditions> additions, Object resources)
    : additions_(std::move(additions)), graph_(std::move(resources)), before_(additions_->Copy()) {
  for (const auto& [key, value] : graph_.dict().entries()) resources_.insert(key.Str());
  for (const auto& [key, value] : before_.dict().entries()) graph_.dict().Set(key, CopyOf(value));
}

GraphLoan::~GraphLoan() {
  Object after = Object::MakeDict();
  for (const auto& [key, value] : graph_.dict().entries()) {
    if (!resources_.contains(key.Str()) && !value.Same(graph_)) after.dict().Set(key, value);
  }
  additions_->Merge(before_, after);
  std::vector<Object> added;  // what holds the graph itself would keep it for ever
  for (const auto& [key, value] : graph_.dict().entries()) {
    if (!resources_.contains(key.Str())) added.push_back(key);
  }
  for (const auto& key : added) graph_.dict().Erase(key);
}

}  // namespace dvt::tmpl
