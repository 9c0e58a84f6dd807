#include "dvt/template/lang/object.h"

namespace dvt::tmpl {

int Dict::Position(const Object& key) const {
  if (key.is_string()) return Position(std::string_view(key.as_string()));
  if (entries_.size() < kIndexFrom) {
    for (size_t i = 0; i < entries_.size(); ++i) {
      if (entries_[i].first.Equals(key)) return static_cast<int>(i);
    }
    return -1;
  }
  auto [from, to] = index_.equal_range(key.Hash());
  for (; from != to; ++from) {
    if (entries_[static_cast<size_t>(from->second)].first.Equals(key)) return from->second;
  }
  return -1;
}

int Dict::Position(std::string_view key) const {
  auto matches = [&](const Object& other) { return other.is_string() && other.as_string() == key; };
  if (entries_.size() < kIndexFrom) {
    for (size_t i = 0; i < entries_.size(); ++i) {
      if (matches(entries_[i].first)) return static_cast<int>(i);
    }
    return -1;
  }
  auto [from, to] = index_.equal_range(std::hash<std::string_view>()(key));
  for (; from != to; ++from) {
    if (matches(entries_[static_cast<size_t>(from->second)].first)) return from->second;
  }
  return -1;
}

const Object* Dict::Find(const Object& key) const {
  int at = Position(key);
  return at < 0 ? nullptr : &entries_[static_cast<size_t>(at)].second;
}
Object* Dict::Find(const Object& key) {
  int at = Position(key);
  return at < 0 ? nullptr : &entries_[static_cast<size_t>(at)].second;
}
const Object* Dict::Find(std::string_view key) const {
  int at = Position(key);
  return at < 0 ? nullptr : &entries_[static_cast<size_t>(at)].second;
}
Object* Dict::Find(std::string_view key) {
  int at = Position(key);
  return at < 0 ? nullptr : &entries_[static_cast<size_t>(at)].second;
}

void Dict::Set(Object key, Object value) {
  int at = Position(key);
  if (at >= 0) {
    entries_[static_cast<size_t>(at)].second = std::move(value);
    return;
  }
  entries_.emplace_back(std::move(key), std::move(value));
  if (entries_.size() == kIndexFrom) {
    Reindex();
  } else if (entries_.size() > kIndexFrom) {
    index_.emplace(entries_.back().first.Hash(), static_cast<int>(entries_.size()) - 1);
  }
}

bool Dict::Erase(const Object& key) {
  int at = Position(key);
  if (at < 0) return false;
  if (static_cast<size_t>(at) + 1 == entries_.size() && entries_.size() > kIndexFrom) {
    auto [from, to] = index_.equal_range(key.Hash());
    for (; from != to; ++from) {
      if (from->second == at) {
        index_.erase(from);
        break;
      }
    }
    entries_.pop_back();
    return true;
  }
  entries_.erase(entries_.begin() + at);
  Reindex();
  return true;
}

void Dict::Clear() {
  entries_.clear();
  index_.clear();
}

void Dict::Reindex() {
  index_.clear();
  if (entries_.size() < kIndexFrom) return;
  for (size_t i = 0; i < entries_.size(); ++i) index_.emplace(entries_[i].first.Hash(), static_cast<int>(i));
}

}  // namespace dvt::tmpl
